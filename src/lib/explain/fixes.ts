import { shellWord } from '../api/shell-word.ts';
import type { Fix } from '../validate/finding.ts';
import type { Facts, Subject } from './facts.ts';
import { command, doc } from './step.ts';

/** `kubectl --context east -n shop`, to be followed by a verb. */
export function kubectl({ cluster }: Pick<Subject, 'cluster'>, namespace?: string): string {
  return `kubectl --context ${shellWord(cluster)}${namespace === undefined ? '' : ` -n ${namespace}`}`;
}

export function exportFix(at: Subject, namespace: string, name: string): Fix {
  return command(`mcs export svc ${name} -n ${namespace} ${at.flag}`);
}

/** What ends an export. A file of a user's is the user's to change. */
export function unexportFix(
  at: Pick<Subject, 'flag' | 'location'> & { readonly type: string },
  namespace: string,
  name: string,
): Fix {
  return at.type === 'context'
    ? command(`mcs unexport svc ${name} -n ${namespace} ${at.flag}`)
    : doc(`remove ServiceExport ${namespace}/${name} from ${at.location}`);
}

export function namespaceFix(at: Subject, namespace: string): Fix {
  if (at.type === 'context') return command(`${kubectl(at)} create namespace ${namespace}`);
  const manifest = `{apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}}`;
  return { kind: 'manifest', text: `put into a file of ${at.location}: ${manifest}` };
}

/** More directories than these nobody wants to read in a line. */
const MOST_DIRS = 6;

/** A pass over the same clusters. */
export function reconcileFix(facts: Facts): Fix {
  return overSame(facts, 'mcs reconcile');
}

/** A command of mcs over the clusters of this call: directories have to be named again, or it would go to contexts. */
export function overSame(
  { subjects }: { readonly subjects: readonly { readonly type: string; readonly flag: string }[] },
  text: string,
): Fix {
  if (!subjects.some(({ type }) => type === 'directory')) return command(text);
  if (subjects.length > MOST_DIRS) return command(`${text} --dir …   # the same --dir as here`);
  return command([text, ...subjects.map(({ flag }) => flag)].join(' '));
}

/** Where the Pods behind a Service can be seen. */
export function podsFix(
  at: Pick<Subject, 'cluster' | 'type'>,
  namespace: string,
  name: string,
  selector: Readonly<Record<string, string>>,
): Fix {
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  if (at.type === 'directory') {
    const by = labels.length === 0 ? 'it has no selector' : labels.join(',');
    return doc(`look at the Pods behind Service ${namespace}/${name} of ${at.cluster} (${by})`);
  }
  return labels.length === 0
    ? command(`${kubectl(at, namespace)} get endpointslices -l kubernetes.io/service-name=${name}`)
    : command(`${kubectl(at, namespace)} get pods -l ${shellWord(labels.join(','))}`);
}
