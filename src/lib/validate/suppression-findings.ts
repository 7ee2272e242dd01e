import { pathOf } from './causes.ts';
import type { Finding, Fix } from './finding.ts';
import { IGNORE_ANNOTATION, type IgnoreAnnotation, type IgnoreEntry } from './ignore-annotation.ts';
import type { SuppressFlag } from './suppress-flag.ts';

/** MCS006: somebody will ask in a year why this was not to be seen. */
export function noReason(annotation: IgnoreAnnotation, entry: IgnoreEntry): Finding {
  return {
    code: 'MCS006',
    title: 'suppression-without-reason',
    severity: 'warning',
    ...placeOf(annotation),
    message: `${nameOf(annotation)} suppresses ${entry.codes.join(', ')} without saying why`,
    evidence: [],
    fix: manifest(`${IGNORE_ANNOTATION}: "${entry.codes.join(',')} REASON"`),
  };
}

/** MCS007 of an annotation or a flag. */
export function hitsNothing(flag: SuppressFlag): Finding;
export function hitsNothing(annotation: IgnoreAnnotation, entry: IgnoreEntry): Finding;
export function hitsNothing(source: SuppressFlag | IgnoreAnnotation, entry?: IgnoreEntry): Finding {
  if (entry === undefined || !('object' in source)) {
    const fix = doc(`leave --suppress ${source.text} out`);
    return { ...USELESS, cluster: '', message: `--suppress ${source.text} hits no finding`, evidence: [], fix };
  }
  return {
    ...USELESS,
    ...placeOf(source),
    message: `${nameOf(source)} suppresses ${entry.codes.join(', ')}, which is not found there`,
    evidence: [],
    fix: doc(`remove "${entry.text}" from the annotation ${IGNORE_ANNOTATION}`),
  };
}

/** MCS007 of an annotation that says something, but not what. */
export function notACode(annotation: IgnoreAnnotation, { text }: IgnoreEntry): Finding {
  return {
    ...USELESS,
    ...placeOf(annotation),
    message: `${nameOf(annotation)} suppresses nothing: "${text}" does not begin with a code`,
    evidence: [],
    fix: manifest(`${IGNORE_ANNOTATION}: "MCS203 REASON"`),
  };
}

/** MCS007 of a baseline. */
export function staleBaseline(file: string, stale: number, all: number): Finding {
  return {
    ...USELESS,
    cluster: '',
    file,
    line: 1,
    message: `${stale} of ${all} entries of the baseline are found no longer`,
    evidence: [],
    fix: doc(`write it anew: --baseline ${file} --write-baseline ${file}`),
  };
}

const USELESS = { code: 'MCS007', title: 'suppression-hits-nothing', severity: 'info' } as const;

function doc(text: string): Fix {
  return { kind: 'doc', text };
}

function manifest(text: string): Fix {
  return { kind: 'manifest', text };
}

function placeOf({
  cluster,
  object,
  file,
  line,
}: IgnoreAnnotation): Pick<Finding, 'cluster' | 'object' | 'file' | 'line'> {
  return {
    cluster,
    object,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  };
}

function nameOf({ object }: IgnoreAnnotation): string {
  return `${IGNORE_ANNOTATION} of ${object.kind} ${pathOf(object)}`;
}
