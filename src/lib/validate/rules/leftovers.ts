import { IMPORT_ANNOTATION, isOurs } from '../../api/labels.ts';
import { derivedName } from '../../api/names.ts';
import { kubectl } from '../../explain/fixes.ts';
import { ref } from '../describe.ts';
import type { Fix } from '../finding.ts';
import type { Draft, Rule } from '../rule.ts';
import { isListed } from '../scene.ts';
import type { Scene, SceneCluster } from '../scene.ts';
import { mcs } from './reconcile-fix.ts';

/** 604 and 605: what imports left behind. */
export const LEFTOVER_RULES: readonly Rule[] = [
  {
    code: 'MCS604',
    title: 'derived-without-import',
    severity: 'warning',
    summary: 'A derived Service is there, and its ServiceImport is not.',
    looksAt: 'Services without selector that are named or annotated as derived, ServiceImports',
    why: 'It keeps an IP for a service that is no longer imported.',
    mend: 'Where mcs made it: mcs reconcile; else remove it.',
    source: 'KEP-1645, "ClusterSetIP"; users.md P63',
    *check(scene) {
      for (const set of scene.sets) for (const cluster of set.clusters) yield* leftDerived(cluster, scene);
    },
  },
  {
    code: 'MCS605',
    title: 'imports-in-nonmember',
    severity: 'warning',
    summary: 'A cluster that is a member of no clusterset holds imports that mcs made.',
    looksAt: 'ServiceImports with the mark of mcs, ClusterProperties',
    why: 'They are never updated again: clients there talk to endpoints of an earlier time.',
    mend: 'mcs reconcile removes them, mcs join brings the cluster back.',
    source: 'design rule 19; users.md P59',
    *check(scene) {
      const { clusters, sets } = scene;
      if (!sets.some(({ clusterset }) => clusterset !== undefined)) return;
      for (const cluster of clusters) {
        if (cluster.failure !== undefined || cluster.identity.clusterset !== undefined) continue;
        if (!isListed(cluster, 'ClusterProperty')) continue;
        const ours = [...cluster.observed.imports()].filter(isOurs);
        const [first] = ours;
        if (first === undefined) continue;
        yield {
          cluster: cluster.name,
          object: ref('ServiceImport', first.metadata.name, first.metadata.namespace),
          message: `${cluster.name} is a member of no clusterset and holds imports that mcs made`,
          evidence: [`${ours.length} in all`],
          fix: mcs(scene, 'mcs reconcile'),
        };
      }
    },
  },
];

function* leftDerived(cluster: SceneCluster, scene: Scene): Generator<Draft> {
  const { name, observed, unlisted } = cluster;
  if (unlisted.has('ServiceImport')) return;
  const imports = new Set(
    [...observed.imports()].map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`),
  );
  const derived = new Set(
    [...observed.imports()].map(
      ({ metadata }) => `${metadata.namespace ?? ''}/${derivedName(metadata.namespace ?? '', metadata.name)}`,
    ),
  );
  for (const service of observed.services()) {
    const { namespace = '', name: own, annotations } = service.metadata;
    const of = annotations?.[IMPORT_ANNOTATION];
    const isLeft =
      of !== undefined && isOurs(service)
        ? !imports.has(`${namespace}/${of}`)
        : /^derived-[0-9a-v]{10}$/.test(own) &&
          service.spec.selector === undefined &&
          !derived.has(`${namespace}/${own}`);
    if (!isLeft) continue;
    yield {
      cluster: name,
      object: ref('Service', own, namespace),
      message: `Service ${namespace}/${own} is derived of ${of === undefined ? 'an import' : `import ${namespace}/${of}`}, which ${name} does not have`,
      fix: isOurs(service) ? mcs(scene, 'mcs reconcile') : removeFix(cluster, namespace, own),
    };
  }
}

/** A Service that another controller left: mcs would not touch it (rule 17). */
function removeFix({ name: cluster, type, location }: SceneCluster, namespace: string, name: string): Fix {
  return type === 'context'
    ? {
        kind: 'command',
        text: `${kubectl({ cluster }, namespace)} delete service ${name}   # unless a controller keeps it`,
      }
    : { kind: 'doc', text: `remove Service ${namespace}/${name} from ${location}` };
}
