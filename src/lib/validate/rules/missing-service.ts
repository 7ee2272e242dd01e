import { isListed } from '../scene.ts';
import type { SceneCluster, SceneService } from '../scene.ts';
import { ref, showPlace, showRef, refOf } from '../describe.ts';
import type { Draft, Rule } from '../rule.ts';
import { brokenFileOf } from './broken-file.ts';
import { exportersOf, unexportFix } from './exporters.ts';
import { type NearMiss, nearMisses } from './near-miss.ts';
import { renderCommand, renderersIn } from './renderers.ts';

const KEP = 'KEP-1645, "Exporting Services"; ServiceExportReasonNoService of mcs-api';

const shared = {
  severity: 'error' as const,
  looksAt: 'the Service of namespace and name of each ServiceExport, in its own cluster',
  why: 'The export is not valid: nothing is imported anywhere, and most implementations say so in one condition only.',
};

/** 301 and 302: exports without a Service. */
export const MISSING_SERVICE_RULES: readonly Rule[] = [
  {
    ...shared,
    code: 'MCS301',
    title: 'no-service',
    summary: 'A ServiceExport has no Service of its namespace and name.',
    mend: 'Create the Service, or remove the export.',
    source: KEP,
    *check({ sets }) {
      const nearMiss = nearMisses();
      for (const { services } of sets) {
        for (const service of services)
          for (const cluster of without(service)) yield* noService(service, cluster, nearMiss);
      }
    },
  },
  {
    ...shared,
    code: 'MCS302',
    title: 'near-miss-name',
    summary: 'A ServiceExport has no Service, but one has almost its name, or its name in another namespace.',
    mend: 'Give the export the name and namespace of the Service.',
    source: `${KEP}; subctl PR#735`,
    *check({ sets }) {
      const nearMiss = nearMisses();
      for (const { services } of sets) {
        for (const service of services) {
          for (const cluster of without(service)) {
            const near = nearMiss(service, cluster);
            if (near !== undefined) yield nearMissOf(service, cluster, near);
          }
        }
      }
    },
  },
];

/** Clusters whose export has no Service. */
function without(service: SceneService): readonly SceneCluster[] {
  return exportersOf(service).flatMap(({ cluster, validity }) => (validity.reason === 'NoService' ? [cluster] : []));
}

function* noService(service: SceneService, cluster: SceneCluster, nearMiss: NearMiss): Generator<Draft> {
  const { key, name, namespace } = service;
  const base = {
    cluster: cluster.name,
    service: key,
    object: ref('ServiceExport', name, namespace),
    fix: unexportFix(service, cluster),
    causes: [{ code: 'MCS304', cluster: cluster.name, service: key }, ...brokenFileOf(cluster, service)],
  };
  if (!isListed(cluster, 'Service')) {
    const causes = [{ code: 'MCS002', cluster: cluster.name }];
    yield {
      ...base,
      causes,
      severity: 'unknown',
      message: `whether Service ${key} exists in ${cluster.name} is not known`,
    };
    return;
  }
  if (nearMiss(service, cluster) !== undefined) return; // the other rule says it better
  const renderers = renderersIn(cluster);
  const [renderer] = renderers;
  if (renderer === undefined) {
    yield { ...base, message: `Service ${key} does not exist in ${cluster.name}` };
    return;
  }
  yield {
    ...base,
    severity: 'unknown',
    message: `Service ${key} is in no file of ${cluster.name}; ${showRef(refOf(renderer))} may render it`,
    evidence: renderers.slice(0, 5).map((each) => `${showRef(refOf(each))} at ${showPlace(each.place)}`),
    fix: {
      kind: 'doc',
      text: `give what it renders too: ${renderCommand(renderer)} | mcs validate ${cluster.flag} --dir ${cluster.name}=-`,
    },
  };
}

function nearMissOf(service: SceneService, cluster: SceneCluster, near: string): Draft {
  const { key, name, namespace } = service;
  const slash = near.indexOf('/');
  const isElsewhere = near.slice(0, slash) !== namespace;
  return {
    cluster: cluster.name,
    service: key,
    object: ref('ServiceExport', name, namespace),
    field: isElsewhere ? 'metadata.namespace' : 'metadata.name',
    message: `no Service ${key} in ${cluster.name}; did you mean ${near}?`,
    evidence: [`Service ${near} exists in ${cluster.name}`],
    fix:
      cluster.type === 'context'
        ? {
            kind: 'command',
            text: `mcs unexport svc ${name} -n ${namespace} ${cluster.flag} && mcs export svc ${near.slice(slash + 1)} -n ${near.slice(0, slash)} ${cluster.flag}`,
          }
        : { kind: 'doc', text: `call the ServiceExport ${near}, as the Service is` },
  };
}
