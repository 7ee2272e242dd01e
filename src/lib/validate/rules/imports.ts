import { READY, findCondition } from '../../api/conditions.ts';
import { isOurs } from '../../api/labels.ts';
import { ref } from '../describe.ts';
import type { Draft, Rule } from '../rule.ts';
import { isListed } from '../scene.ts';
import type { Scene, SceneService } from '../scene.ts';
import { aboutImport as about } from './about-import.ts';
import { misspelt } from './near-miss.ts';
import { reconcileFix } from './reconcile-fix.ts';

/** Implementations in which users write the ServiceImports themselves (implementations.md §1.1). */
const USER_MADE: ReadonlySet<string> = new Set(['Karmada']);

const INVALID = ['MCS301', 'MCS302', 'MCS303', 'MCS305', 'MCS112'];

/** 401 to 404: imports that are not there, or that nothing is behind. */
export const IMPORT_RULES: readonly Rule[] = [
  {
    code: 'MCS401',
    title: 'import-without-ip',
    severity: 'warning',
    summary: 'An import of type ClusterSetIP has no IP.',
    looksAt: 'spec.type and spec.ips of the ServiceImports',
    why: 'Its DNS name has no answer, or clients have no address to talk to.',
    mend: 'Where it is mcs: mcs reconcile. Submariner gives none unless --use-clusterset-ip=true.',
    source: 'KEP-1645, "ClusterSetIP"; users.md P29',
    *check({ sets }) {
      for (const { services } of sets) {
        for (const service of services) {
          for (const { cluster, view } of service.at) {
            const { spec, status } = view.import ?? {};
            if (spec?.type !== 'ClusterSetIP' || (spec.ips?.length ?? 0) > 0 || !cluster.generated.ips) continue;
            const ready = findCondition(status?.conditions, READY);
            const why = ready === undefined || ready.reason === '' ? '' : ` (${READY}=${ready.status} ${ready.reason})`;
            yield {
              ...about(service, cluster),
              field: 'spec.ips',
              message: `${service.key} has no IP in ${cluster.name}${why}`,
              fix: reconcileFix(cluster),
            };
          }
        }
      }
    },
  },
  {
    code: 'MCS402',
    title: 'import-without-exporter',
    severity: 'warning',
    summary: 'A ServiceImport is there, and no cluster has a valid export of it.',
    looksAt: 'ServiceImports of all members, valid ServiceExports of all members',
    why: 'Clients resolve a name behind which there is nobody.',
    mend: 'Export the Service, or remove what is left of it.',
    source: 'KEP-1645, "ServiceImport"; users.md P63',
    *check(scene) {
      for (const { services } of scene.sets) for (const service of services) yield* orphan(service, scene);
    },
  },
  {
    code: 'MCS403',
    title: 'local-service-in-the-way',
    severity: 'warning',
    summary: 'A cluster has a Service of an import’s name of its own, and does not export it.',
    looksAt: 'Services and ServiceExports of the name of each import, in every importing cluster',
    why: 'Names in cluster.local and clusterset.local mean different Services; some implementations skip the import.',
    mend: 'Export it, or give it another name.',
    source: 'KEP-1645, "Namespace Sameness"; Antrea docs, users.md P37',
    *check({ sets }) {
      for (const set of sets) {
        const meant = misspelt(set);
        for (const service of set.services) yield* inTheWay(service, meant);
      }
    },
  },
  {
    code: 'MCS404',
    title: 'import-missing',
    severity: 'warning',
    summary: 'A service is exported, and a member that has the namespace does not have the import.',
    looksAt: 'ServiceImports of all members with the namespace of a valid export',
    why: 'Clients there cannot resolve it.',
    mend: 'Where mcs reconciles: mcs reconcile; else look at the controller of that cluster.',
    source: 'KEP-1645, "Importing Services"; users.md P20',
    *check({ sets }) {
      for (const { services } of sets) for (const service of services) yield* missing(service);
    },
  },
];

function* orphan(service: SceneService, { clusters, isPartial }: Scene): Generator<Draft> {
  const { plan, key } = service;
  if (plan.exporters.some(({ validity }) => validity.valid) || plan.absent.length > 0) return;
  const holders = service.at.filter(({ view }) => view.import !== undefined);
  const [first] = holders;
  if (first === undefined || first.cluster.facts.controllers.some(({ name }) => USER_MADE.has(name))) return;
  const unread = clusters.find((cluster) => !isListed(cluster, 'ServiceExport') || !isListed(cluster, 'Service'));
  const unknown = unread !== undefined || isPartial;
  yield {
    ...about(service, first.cluster),
    ...(unknown ? { severity: 'unknown' as const } : {}),
    message: unknown
      ? `${key} is imported; whether it is exported is not known: ${unread === undefined ? 'not all contexts were chosen' : `${unread.name} could not be read`}`
      : `${key} is imported, and no cluster exports it`,
    evidence: holders.map(({ cluster }) => `ServiceImport in ${cluster.name}`),
    fix: reconcileFix(first.cluster),
    causes: [
      ...INVALID.map((code) => ({ code, service: key })),
      ...(unread === undefined
        ? []
        : [
            { code: 'MCS001', cluster: unread.name },
            { code: 'MCS002', cluster: unread.name },
          ]),
      ...service.at.map(({ cluster }) => ({ code: 'MCS004', cluster: cluster.name })),
    ],
  };
}

function* inTheWay(service: SceneService, meant: ReturnType<typeof misspelt>): Generator<Draft> {
  const { namespace, name, key, plan, status } = service;
  if (plan.merged === undefined) return;
  for (const { cluster, view } of service.at) {
    if (view.service === undefined || view.export !== undefined || isOurs(view.service)) continue;
    if (!isListed(cluster, 'ServiceExport')) continue;
    const misspeltAs = meant.get(cluster)?.get(key);
    yield {
      cluster: cluster.name,
      service: key,
      object: ref('Service', name, namespace),
      message: `${cluster.name} has a Service ${key} of its own, and imports ${key} of ${status.exportedBy.join(', ')}`,
      fix:
        cluster.type === 'context'
          ? { kind: 'command', text: `mcs export svc ${name} -n ${namespace} ${cluster.flag}` }
          : { kind: 'doc', text: `export Service ${key} in ${cluster.name} too, or give it another name` },
      // Its export may be there, and not be one.
      causes: [
        ...['MCS112', 'MCS304'].map((code) => ({ code, cluster: cluster.name, service: key })),
        ...(misspeltAs === undefined ? [] : [{ code: 'MCS302', cluster: cluster.name, service: misspeltAs }]),
        { code: 'MCS004', cluster: cluster.name },
      ],
    };
  }
}

function* missing(service: SceneService): Generator<Draft> {
  const { plan, key, namespace, name } = service;
  if (plan.merged === undefined || !plan.exporters.some(({ validity }) => validity.valid)) return;
  const wanting = service.at.filter(
    ({ cluster, view }) => view.namespace === 'active' && view.import === undefined && cluster.generated.imports,
  );
  const [first, ...others] = wanting;
  if (first === undefined) return;
  const known = isListed(first.cluster, 'ServiceImport');
  yield {
    cluster: first.cluster.name,
    service: key,
    object: ref('ServiceImport', name, namespace),
    isAbsent: true,
    ...(known ? {} : { severity: 'unknown' as const }),
    message: `${key} is exported by ${service.status.exportedBy.join(', ')} and not imported in ${wanting.map(({ cluster }) => cluster.name).join(', ')}`,
    evidence: others.map(({ cluster }) => `not imported in ${cluster.name} either`),
    fix: reconcileFix(first.cluster),
    causes: [
      { code: 'MCS002', cluster: first.cluster.name },
      { code: 'MCS110', cluster: first.cluster.name },
      { code: 'MCS312', service: key },
      { code: 'MCS313', service: key },
    ],
  };
}
