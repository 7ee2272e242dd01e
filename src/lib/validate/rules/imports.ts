import { kubectl } from '../../explain/fixes.ts';
import { READY, findCondition } from '../../api/conditions.ts';
import { isOurs } from '../../api/labels.ts';
import { ref } from '../describe.ts';
import type { Fix } from '../finding.ts';
import type { Draft, Rule } from '../rule.ts';
import { isListed } from '../scene.ts';
import type { Scene, SceneCluster, SceneService } from '../scene.ts';
import { aboutImport as about } from './about-import.ts';
import { brokenFileOf } from './broken-file.ts';
import { misspelt } from './near-miss.ts';
import { notReadyFix } from './not-ready-fix.ts';
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
    *check(scene) {
      for (const { services } of scene.sets) {
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
              evidence: ready === undefined || ready.message === '' ? [] : [ready.message],
              fix: notReadyFix(scene, service, cluster, ready?.reason, view.import),
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
    *check(scene) {
      for (const { services } of scene.sets) for (const service of services) yield* missing(service, scene);
    },
  },
];

function* orphan(service: SceneService, scene: Scene): Generator<Draft> {
  const { plan, key } = service;
  if (plan.exporters.some(({ validity }) => validity.valid) || plan.absent.length > 0) return;
  const holders = service.at.filter(({ view }) => view.import !== undefined);
  const [first] = holders;
  if (first === undefined || first.cluster.facts.controllers.some(({ name }) => USER_MADE.has(name))) return;
  const why = unsureOf(first, scene);
  const unread = scene.clusters.find(isUnread);
  yield {
    ...about(service, first.cluster),
    ...(why === undefined ? {} : { severity: 'unknown' as const }),
    message:
      why === undefined
        ? `${key} is imported, and no cluster exports it`
        : `${key} is imported; whether it is exported is not known: ${why}`,
    evidence: holders.map(({ cluster }) => `ServiceImport in ${cluster.name}`),
    fix:
      why === undefined
        ? orphanFix(service, first, scene)
        : { kind: 'doc', text: 'give the clusters that may export it too: --dir or --context' },
    causes: [
      ...INVALID.map((code) => ({ code, service: key })),
      ...(unread === undefined ? [] : ['MCS001', 'MCS002'].map((code) => ({ code, cluster: unread.name }))),
      ...service.at.flatMap(({ cluster }) => brokenFileOf(cluster, service)),
    ],
  };
}

type At = SceneService['at'][number];

/** Why nobody can tell whether a service is exported somewhere; undefined when all that there is was read. */
function unsureOf({ cluster, view }: At, { clusters, isPartial }: Scene): string | undefined {
  const unread = clusters.find(isUnread);
  if (unread !== undefined) return `${unread.name} could not be read`;
  if (isPartial) return 'not all contexts were chosen';
  // An import that somebody wrote is of another cluster, and in a repository of one there is no other.
  const isAlone = clusters.length === 1 && cluster.type === 'directory';
  return isAlone && view.import !== undefined && !isOurs(view.import) ? 'no other cluster was given' : undefined;
}

function isUnread(cluster: SceneCluster): boolean {
  return !isListed(cluster, 'ServiceExport') || !isListed(cluster, 'Service');
}

/** What mcs made, mcs takes away; what others made is theirs, and in a file it is the user's. */
function orphanFix({ key, namespace, name }: SceneService, { cluster, view }: At, scene: Scene): Fix {
  const isForeign = view.import !== undefined && !isOurs(view.import);
  if (!isForeign || cluster.facts.controllers.length > 0) return reconcileFix(scene, cluster, view.import);
  if (cluster.type !== 'context')
    return { kind: 'doc', text: `export Service ${key}, or remove ServiceImport ${key} from ${cluster.location}` };
  return {
    kind: 'command',
    text: `${kubectl({ cluster: cluster.name }, namespace)} delete serviceimports.multicluster.x-k8s.io ${name}   # unless a controller keeps it`,
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
        ...brokenFileOf(cluster, service),
      ],
    };
  }
}

function* missing(service: SceneService, scene: Scene): Generator<Draft> {
  const { plan, key, namespace, name } = service;
  if (plan.merged === undefined || !plan.exporters.some(({ validity }) => validity.valid)) return;
  const wanting = service.at
    .filter(
      ({ cluster, view }) => view.namespace === 'active' && view.import === undefined && cluster.generated.imports,
    )
    .map(({ cluster }) => cluster);
  const [known, unknown] = [true, false].map((listed) =>
    wanting.filter((cluster) => isListed(cluster, 'ServiceImport') === listed),
  );
  for (const clusters of [known ?? [], unknown ?? []]) {
    const [first, ...others] = clusters;
    if (first === undefined) continue;
    const isKnown = clusters === known;
    const by = service.status.exportedBy.join(', ');
    const where = clusters.map((cluster) => cluster.name).join(', ');
    yield {
      cluster: first.name,
      service: key,
      object: ref('ServiceImport', name, namespace),
      isAbsent: true,
      ...(isKnown ? {} : { severity: 'unknown' as const }),
      message: isKnown
        ? `${key} is exported by ${by} and not imported in ${where}`
        : `${key} is exported by ${by}; whether it is imported in ${where} is not known`,
      evidence: others.map((cluster) => `${isKnown ? 'not imported' : 'not known'} in ${cluster.name} either`),
      fix: reconcileFix(scene, first),
      causes: [
        { code: 'MCS002', cluster: first.name },
        { code: 'MCS110', cluster: first.name },
        { code: 'MCS312', service: key },
        { code: 'MCS313', service: key },
      ],
    };
  }
}
