import { isOurs } from '../api/labels.ts';
import { nearestNames } from '../api/nearest.ts';
import { compareText } from '../plan/order.ts';
import { type Read, type Remark } from './explanation.ts';
import { type Facts, type Present, keyOfFacts, nameOf, present, unread, viewOf } from './facts.ts';
import { duration, secondsBetween } from './duration.ts';
import { exportFix, overSame, reconcileFix, unexportFix } from './fixes.ts';
import { type Done, type Finding, command, doc, done } from './step.ts';

/** Step 1: who exports the service. */
export function explainExported(facts: Facts): Done {
  const key = keyOfFacts(facts);
  const reads = present(facts).map((subject): Read => {
    const { metadata } = viewOf(facts, subject).export ?? {};
    const value = metadata === undefined ? 'absent' : (metadata.creationTimestamp ?? 'no age');
    return { cluster: subject.cluster, object: `ServiceExport ${key}`, field: 'metadata.creationTimestamp', value };
  });
  const remarks = [...unreadRemarks(facts), ...absentRemarks(facts), ...asideRemarks(facts)];
  const exporters = byAge(facts);
  if (exporters.length > 0) return done('exported', { verdict: 'ok', message: agesOf(exporters), reads, remarks });
  return done('exported', { reads, remarks, ...nobody(facts, key) });
}

interface Aged {
  readonly cluster: string;
  readonly created: string | undefined;
}

function byAge(facts: Facts): readonly Aged[] {
  return facts.plan.exporters
    .map(({ member, view }) => ({ cluster: member.cluster, created: view.export?.metadata.creationTimestamp }))
    .toSorted((a, b) => compareText(a.created ?? '~', b.created ?? '~') || compareText(a.cluster, b.cluster));
}

/** `east (2026-03-01T10:00:00Z), west (+41d)` */
function agesOf(exporters: readonly Aged[]): string {
  const [oldest] = exporters;
  return exporters
    .map(({ cluster, created }, index) => {
      if (created === undefined) return `${cluster} (age unknown)`;
      if (index === 0 || oldest?.created === undefined) return `${cluster} (${created})`;
      return `${cluster} (+${duration(secondsBetween(oldest.created, created))})`;
    })
    .join(', ');
}

function unreadRemarks(facts: Facts): readonly Remark[] {
  return unread(facts).map(({ cluster, trouble: { code, message, fix } }) => ({
    verdict: 'unknown',
    code,
    cluster,
    message: `could not be read: ${message}`,
    fix,
  }));
}

/** Sources that the imports name and that are not at hand. */
function absentRemarks(facts: Facts): readonly Remark[] {
  return facts.plan.absent.map((id) => ({
    verdict: 'unknown',
    code: 'MCS601',
    cluster: id,
    message: 'gave to the imports and is in no cluster that was read; what it gave last is kept',
    fix: command(`mcs reconcile --gone ${id}   # if it is gone for good; else name it too`),
  }));
}

function asideRemarks(facts: Facts): readonly Remark[] {
  if (facts.plan.exporters.length === 0) return []; // then it is the cause
  return facts.subjects.flatMap(({ cluster, exportsAside, trouble }): readonly Remark[] =>
    exportsAside && trouble !== undefined
      ? [
          {
            verdict: 'warn',
            code: trouble.code,
            cluster,
            message: `exports it too, but ${trouble.message}`,
            fix: trouble.fix,
          },
        ]
      : [],
  );
}

type Nobody = Pick<Finding, 'verdict' | 'code' | 'message' | 'fixes' | 'stops'>;

/** Nobody that was read exports it: the nearest reason. */
function nobody(facts: Facts, key: string): Nobody {
  const { plan, subjects } = facts;
  if (plan.absent.length > 0) {
    const whose = plan.absent.map((id) => nameOf(facts, id)).join(', ');
    return {
      verdict: 'unknown',
      code: 'MCS601',
      message: `by no cluster that was read; imports name ${whose}`,
      stops: false,
    };
  }
  for (const { cluster, exportsAside, trouble } of subjects) {
    if (!exportsAside || trouble === undefined) continue;
    const message = `${cluster} alone exports it, and is left out: ${trouble.message}`;
    return { verdict: 'fail', code: trouble.code, message, fixes: [trouble.fix] };
  }
  const [lost] = unread(facts);
  if (lost !== undefined) {
    const clusters = unread(facts).map(({ cluster }) => cluster);
    const fixes = unread(facts).map(({ trouble }) => trouble.fix);
    const message = `by no cluster that was read; ${clusters.join(', ')} could not be read`;
    return { verdict: 'unknown', code: lost.trouble.code, message, fixes, stops: true };
  }
  const here = present(facts);
  const ending = here.filter((subject) => viewOf(facts, subject).export !== undefined);
  if (ending.length > 0) {
    const message = `its export is being deleted in ${names(ending)}, and there is no other`;
    return { verdict: 'fail', message, fixes: [doc('wait until it is gone, then export it again')] };
  }
  return nearExport(facts, here) ?? unexported(facts, here) ?? elsewhere(facts, key) ?? unknownName(facts, key, here);
}

/** An export whose Service does not exist and whose name is almost that of a Service which nobody exports. */
function nearExport({ namespace, name }: Facts, here: readonly Present[]): Nobody | undefined {
  for (const at of here) {
    const { observed } = at.member;
    if (observed.view(namespace, name).service === undefined) continue;
    const orphans = [...observed.exports()]
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(({ metadata }) => metadata.name)
      .filter((other) => observed.view(namespace, other).service === undefined);
    const [near] = nearestNames(orphans, name);
    if (near === undefined) continue;
    const message = `${at.cluster} exports ${namespace}/${near}, which is no Service; its Service is ${name}`;
    return {
      verdict: 'fail',
      code: 'MCS302',
      message,
      fixes: [exportFix(at, namespace, name), unexportFix(at, namespace, near)],
    };
  }
  return undefined;
}

function unexported(facts: Facts, here: readonly Present[]): Nobody | undefined {
  const { namespace, name } = facts;
  const imports = here.filter((subject) => viewOf(facts, subject).import !== undefined);
  const have = here.filter((subject) => viewOf(facts, subject).service !== undefined);
  if (imports.length === 0 && have.length === 0) return undefined;
  const [first] = have;
  const left = imports.length === 0 ? '' : `; ${names(imports)} still imports it`;
  return {
    verdict: 'fail',
    ...(imports.length === 0 ? {} : { code: 'MCS402' }),
    message:
      first === undefined
        ? `no cluster exports it, nor has such a Service${left}`
        : `no cluster exports it; ${names(have)} ${have.length === 1 ? 'has' : 'have'} the Service${left}`,
    fixes: [first === undefined ? reconcileFix(facts) : exportFix(first, namespace, name)],
  };
}

function elsewhere(facts: Facts, key: string): Nobody | undefined {
  const [found] = facts.exportsElsewhere.filter(({ name }) => name === facts.name);
  if (found === undefined) return undefined;
  const other = `${found.namespace}/${found.name}`;
  return {
    verdict: 'fail',
    code: 'MCS302',
    message: `${found.cluster} exports ${other}, not ${key}: services are the same only in one namespace`,
    fixes: [overSame(facts, `mcs explain svc ${other}`)],
  };
}

function unknownName(facts: Facts, key: string, here: readonly Present[]): Nobody {
  const { namespace, name } = facts;
  const own = here.flatMap(({ member: { observed } }) =>
    [...observed.exports(), ...observed.services(), ...observed.imports()].filter(
      (object) => !isOurs(object) || object.kind !== 'Service',
    ),
  );
  const inNamespace = own
    .filter(({ metadata }) => metadata.namespace === namespace)
    .map(({ metadata }) => metadata.name);
  const near = nearestNames(inNamespace, name).map((other) => `${namespace}/${other}`);
  const far = nearestNames(
    facts.exportsElsewhere.map((found) => `${found.namespace}/${found.name}`),
    key,
  );
  const meant = [...new Set([...near, ...far])].slice(0, 3);
  return {
    verdict: 'fail',
    message: `no cluster has a Service or an export of that name${meant.length === 0 ? '' : `; did you mean ${meant.join(' or ')}?`}`,
    fixes: [overSame(facts, meant[0] === undefined ? 'mcs status' : `mcs explain svc ${meant[0]}`)],
  };
}

function names(subjects: readonly Present[]): string {
  return subjects.map(({ cluster }) => cluster).join(', ');
}
