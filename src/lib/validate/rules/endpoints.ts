import { podsFix } from '../../explain/fixes.ts';
import type { EndpointSlice, ServicePort } from '../../api/objects.ts';
import { agreedPorts, derivedPorts, showPorts, slicePorts } from '../../plan/ports.ts';
import { ref } from '../describe.ts';
import type { Fix } from '../finding.ts';
import type { Draft, Rule } from '../rule.ts';
import { isListed } from '../scene.ts';
import type { SceneCluster, SceneService } from '../scene.ts';
import { type SceneExporter, exportersOf } from './exporters.ts';

/** 405 to 407: endpoints behind exported Services. */
export const ENDPOINT_RULES: readonly Rule[] = [
  {
    code: 'MCS405',
    title: 'no-ready-endpoint',
    severity: 'error',
    summary: 'No cluster has a ready endpoint for an exported service.',
    looksAt: 'EndpointSlices of the exported Services in all exporters',
    why: 'Everything is Valid and Ready, and nobody answers.',
    mend: 'Look at the Pods that the Service selects.',
    source: 'KEP-1645, "EndpointSlice"; users.md P28, P30',
    *check(scene) {
      for (const { services } of scene.sets) for (const service of services) yield* nobodyReady(service);
    },
  },
  {
    code: 'MCS406',
    title: 'source-without-endpoints',
    severity: 'info',
    summary: 'One of several exporters has no ready endpoint.',
    looksAt: 'EndpointSlices of the exported Services in each exporter',
    why: 'The others serve; when they fail, nobody does.',
    mend: 'Look at the Pods there, or end its export.',
    source: 'KEP-1645, "EndpointSlice"',
    *check({ sets }) {
      for (const { services } of sets) {
        for (const service of services) {
          const sources = sourcesOf(service);
          if (!sources.some(({ ready }) => (ready ?? 0) > 0)) continue;
          for (const { exporter, ready } of sources) {
            if (ready !== 0) continue;
            const { cluster } = exporter;
            yield {
              ...about(service, cluster),
              message: `${service.key} has no ready endpoint in ${cluster.name}; it is served by ${others(sources)}`,
              fix: podsOf(exporter, service),
              causes: causesIn(service, cluster),
            };
          }
        }
      }
    },
  },
  {
    code: 'MCS407',
    title: 'port-served-by-no-slice',
    severity: 'error',
    summary: 'A port of a service is served by no EndpointSlice of any exporter.',
    looksAt: 'ports of the merged service, ports of the exporters’ EndpointSlices by name and protocol',
    why: 'The import shows the port, and connections to it go nowhere.',
    mend: 'Give Service, Pods and slices the same port names.',
    source: 'KEP-1645, "Service Port"; clusternet#508, users.md P30',
    *check({ sets }) {
      for (const { services } of sets) for (const service of services) yield* unservedPorts(service);
    },
  },
];

/** An exporter, and its ready endpoints; undefined when they are not known. */
interface Source {
  readonly exporter: SceneExporter;
  readonly ready: number | undefined;
  /** Why they are not known; absent where Git simply is no snapshot. */
  readonly unknown?: 'unlisted' | 'no-slices';
}

function sourcesOf(service: SceneService): readonly Source[] {
  return exportersOf(service).flatMap((exporter): Source[] => {
    if (!exporter.validity.valid) return [];
    const { cluster, view } = exporter;
    if (!isListed(cluster, 'EndpointSlice')) return [{ exporter, ready: undefined, unknown: 'unlisted' }];
    if (view.slices.length === 0 && cluster.type === 'directory') {
      return [{ exporter, ready: undefined, ...(cluster.generated.slices ? { unknown: 'no-slices' } : {}) }];
    }
    return [{ exporter, ready: readyIn(view.slices) }];
  });
}

function readyIn(slices: readonly EndpointSlice[]): number {
  // Unset means ready (discovery.k8s.io/v1).
  return slices.reduce(
    (sum, { endpoints }) => sum + endpoints.filter(({ conditions }) => conditions?.ready !== false).length,
    0,
  );
}

function* nobodyReady(service: SceneService): Generator<Draft> {
  const sources = sourcesOf(service);
  const absentServe = service.status.endpoints.some(
    ({ cluster, ready }) => service.plan.absent.includes(cluster) && ready > 0,
  );
  const [first] = sources;
  if (first === undefined || absentServe || sources.some(({ ready }) => (ready ?? 0) > 0)) return;
  const unknown = sources.filter(({ ready }) => ready === undefined);
  // A directory without any slices says nothing of endpoints, and nobody expects it to.
  if (unknown.some((source) => source.unknown === undefined)) return;
  const { key } = service;
  const [unread] = unknown;
  const at = unread ?? first;
  yield {
    ...about(service, at.exporter.cluster),
    ...(unread === undefined ? {} : { severity: 'unknown' as const }),
    message:
      unread === undefined
        ? `${key} has no ready endpoint in any cluster`
        : `whether ${key} has endpoints is not known: ${unread.unknown === 'unlisted' ? 'EndpointSlices cannot be listed' : 'no EndpointSlice of it'} in ${unread.exporter.cluster.name}`,
    evidence: sources.map(
      ({ exporter, ready }) =>
        `${exporter.cluster.name}: ${ready === undefined ? 'unknown' : `${ready} ready of ${exporter.view.slices.reduce((sum, slice) => sum + slice.endpoints.length, 0)}`}`,
    ),
    fix: unread?.unknown === 'no-slices' ? slicesFix(at.exporter, service) : podsOf(at.exporter, service),
    causes: [{ code: 'MCS002', cluster: at.exporter.cluster.name }, ...causesIn(service, at.exporter.cluster)],
  };
}

function causesIn({ key }: SceneService, cluster: SceneCluster): NonNullable<Draft['causes']> {
  return ['MCS418', 'MCS419', 'MCS411', 'MCS409'].map((code) => ({ code, cluster: cluster.name, service: key }));
}

function about(
  { key, name, namespace }: SceneService,
  cluster: SceneCluster,
): Pick<Draft, 'cluster' | 'service' | 'object'> {
  return { cluster: cluster.name, service: key, object: ref('Service', name, namespace) };
}

function others(sources: readonly Source[]): string {
  return sources.flatMap(({ exporter, ready }) => ((ready ?? 0) > 0 ? [exporter.cluster.name] : [])).join(', ');
}

/** Of an overlay the Pods are not what the files would make of them. */
function podsOf({ cluster, view }: SceneExporter, { namespace, name }: SceneService): Fix {
  const type = cluster.type === 'context' ? 'context' : 'directory';
  return podsFix({ cluster: cluster.name, type }, namespace, name, view.service?.spec.selector ?? {});
}

function slicesFix({ cluster }: SceneExporter, { namespace, name }: SceneService): Fix {
  const text = `put its EndpointSlices into ${cluster.location} too: kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${name} -o yaml`;
  return { kind: 'doc', text };
}

function* unservedPorts(service: SceneService): Generator<Draft> {
  const { merged } = service.plan;
  const sources = sourcesOf(service);
  if (merged === undefined || merged.ports.length === 0 || sources.some(({ ready }) => ready === undefined)) return;
  if (service.plan.absent.length > 0 || !sources.some(({ ready }) => (ready ?? 0) > 0)) return;
  const named = derivedPorts(merged.ports);
  for (const port of merged.ports) {
    const isServed = sources.some(({ exporter: { view } }) => {
      const agreed = agreedPorts([port], view.service?.spec.ports ?? []);
      return view.slices.some(({ ports = [] }) => slicePorts(agreed, named, ports).length > 0);
    });
    if (isServed) continue;
    const owner = sources.find(({ exporter }) => definitionOf(port, exporter) >= 0) ?? sources[0];
    if (owner === undefined) continue;
    const { exporter } = owner;
    const index = definitionOf(port, exporter);
    const has = exporter.view.slices.flatMap(({ metadata, ports = [] }) =>
      ports.map(
        (each) =>
          `EndpointSlice ${metadata.name} has port ${each.name ?? '(unnamed)'} ${each.port ?? '?'}/${each.protocol ?? 'TCP'}`,
      ),
    );
    yield {
      ...about(service, exporter.cluster),
      field: index < 0 ? 'spec.ports' : `spec.ports[${index}]`,
      message: `port ${showPorts([port])} of ${service.key} is served by no EndpointSlice`,
      evidence: [...new Set(has)].slice(0, 5),
      fix: { kind: 'doc', text: `give Service ${service.key}, its Pods and its EndpointSlices the same port names` },
      causes: [
        { code: 'MCS419', service: service.key },
        { code: 'MCS201', service: service.key },
      ],
    };
  }
}

function definitionOf(port: ServicePort, { view }: SceneExporter): number {
  return (view.service?.spec.ports ?? []).findIndex(
    (own) => own.port === port.port && own.protocol === port.protocol && own.name === port.name,
  );
}
