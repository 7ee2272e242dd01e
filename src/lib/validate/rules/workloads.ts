import type { Manifest } from '../../api/manifests.ts';
import { nearestNames } from '../../api/nearest.ts';
import type { StringMap } from '../../api/objects.ts';
import { type Json, isRecord } from '../../api/reader.ts';
import { ref, refOf, showPlace, showRef } from '../describe.ts';
import type { Draft, Rule } from '../rule.ts';
import type { Scene, SceneCluster, SceneService } from '../scene.ts';
import { exportersOf } from './exporters.ts';
import { mayMakePods, isWorkload } from '../workload.ts';
import { renderersIn } from './renderers.ts';

/** 418 and 419: whether the Pods of the same files are those that an exported Service means. */
export const WORKLOAD_RULES: readonly Rule[] = [
  {
    code: 'MCS418',
    title: 'selector-matches-nothing',
    severity: 'warning',
    summary: 'The selector of an exported Service matches no Pods of the workloads beside it.',
    looksAt: 'spec.selector of exported Services, Pod labels of the workloads in the namespace, in files',
    why: 'The service has no endpoints anywhere, and every condition is fine.',
    mend: 'Correct the selector, or give the Pods the labels that it names.',
    source: 'users.md §5 scenario 9; P28, P30',
    *check(scene) {
      for (const { service, cluster, selector, pods } of selectors(scene)) {
        if (pods.length === 0 || pods.some(({ labels }) => matches(selector, labels))) continue;
        const near = nearby(selector, pods);
        if (near.length === 0 && isOperated(cluster, service.namespace)) continue;
        const text = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
        yield {
          cluster: cluster.name,
          service: service.key,
          object: ref('Service', service.name, service.namespace),
          field: 'spec.selector',
          message: `selector ${text.join(',')} of Service ${service.key} matches no Pods in ${cluster.name}`,
          evidence: near.map(({ of, label }) => `${showRef(refOf(of))} has ${label} (${showPlace(of.place)})`),
          fix: {
            kind: 'doc',
            text:
              near[0] === undefined
                ? `select labels that the Pods behind ${service.key} have, or give them ${text.join(',')}`
                : `select ${near[0].label} in Service ${service.key}, as ${showRef(refOf(near[0].of))} has it`,
          },
        };
      }
    },
  },
  {
    code: 'MCS419',
    title: 'target-port-not-declared',
    severity: 'warning',
    summary: 'A named targetPort of an exported Service is declared by none of its Pods.',
    looksAt: 'spec.ports[].targetPort of exported Services, containerPorts of the Pods they select, in files',
    why: 'EndpointSlices lack the port: the import shows it, and nothing serves it.',
    mend: 'Declare the port in the Pods, or use its number.',
    source: 'users.md §5 scenario 9; Service v1',
    *check(scene) {
      for (const { service, cluster, selector, pods } of selectors(scene)) {
        const own = pods.filter(({ labels }) => matches(selector, labels));
        if (own.length > 0) yield* undeclared(service, cluster, own);
      }
    },
  },
];

/** The Pods that one workload makes. */
interface Pods {
  readonly of: Manifest;
  readonly labels: StringMap;
  /** Names of the ports that the containers declare. */
  readonly ports: ReadonlySet<string>;
}

interface Selecting {
  readonly service: SceneService;
  readonly cluster: SceneCluster;
  readonly selector: StringMap;
  /** Of the Service's namespace. */
  readonly pods: readonly Pods[];
}

/** Exported Services with a selector, where the files hold workloads and nothing else may render some. */
function* selectors({ clusters, sets }: Scene): Generator<Selecting> {
  const podsOf = new Map(
    clusters.flatMap((cluster) =>
      cluster.type === 'directory' && cluster.generated.workloads && renderersIn(cluster).length === 0
        ? [[cluster, Map.groupBy(podsIn(cluster), ({ of }) => of.namespace ?? 'default')] as const]
        : [],
    ),
  );
  if (podsOf.size === 0) return;
  for (const { services } of sets) {
    for (const service of services) {
      for (const { cluster, view, validity } of exportersOf(service)) {
        const pods = podsOf.get(cluster)?.get(service.namespace);
        const selector = view.service?.spec.selector;
        if (!validity.valid || pods === undefined || selector === undefined) continue;
        if (Object.keys(selector).length > 0) yield { service, cluster, selector, pods };
      }
    }
  }
}

function podsIn({ manifests }: SceneCluster): readonly Pods[] {
  return (manifests?.all ?? []).flatMap((of) => {
    const template = of.value === undefined || !isWorkload(of) ? undefined : templateOf(of.kind, of.value);
    if (template === undefined) return [];
    const metadata = isRecord(template.metadata) ? template.metadata : {};
    const labels = isRecord(metadata.labels) ? metadata.labels : {};
    const spec = isRecord(template.spec) ? template.spec : {};
    const containers = Array.isArray(spec.containers) ? spec.containers.filter(isRecord) : [];
    const ports = containers.flatMap(({ ports: list }) => (Array.isArray(list) ? list.filter(isRecord) : []));
    return [
      {
        of,
        labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)])),
        ports: new Set(ports.flatMap(({ name }) => (typeof name === 'string' ? [name] : []))),
      },
    ];
  });
}

/** The Pod template of a workload. */
function templateOf(kind: string, value: Json): Json | undefined {
  if (kind === 'Pod') return value;
  let spec = isRecord(value.spec) ? value.spec : {};
  if (kind === 'CronJob') {
    const job = isRecord(spec.jobTemplate) ? spec.jobTemplate : {};
    spec = isRecord(job.spec) ? job.spec : {};
  }
  return isRecord(spec.template) ? spec.template : undefined;
}

function matches(selector: StringMap, labels: StringMap): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** Whether an operator may make Pods in a namespace, whose labels nobody has written down. */
function isOperated({ manifests }: SceneCluster, namespace: string): boolean {
  return (
    manifests?.all.some((manifest) => (manifest.namespace ?? 'default') === namespace && mayMakePods(manifest)) ?? false
  );
}

/** Pods that have a label of nearly that value: mostly a typing error. */
function nearby(
  selector: StringMap,
  pods: readonly Pods[],
): readonly { readonly of: Manifest; readonly label: string }[] {
  return Object.entries(selector).flatMap(([key, value]) => {
    const known = new Map(pods.flatMap(({ of, labels }) => (labels[key] === undefined ? [] : [[labels[key], of]])));
    const near = known.has(value) ? [] : nearestNames(known.keys(), value);
    return near.flatMap((label) => {
      const of = known.get(label);
      return of === undefined ? [] : [{ of, label: `${key}=${label}` }];
    });
  });
}

function* undeclared(service: SceneService, cluster: SceneCluster, pods: readonly Pods[]): Generator<Draft> {
  const manifest = cluster.manifests?.manifestOf('Service', service.key);
  const spec = isRecord(manifest?.value?.spec) ? manifest.value.spec : {};
  const ports = Array.isArray(spec.ports) ? spec.ports : [];
  for (const [index, port] of ports.entries()) {
    const target: unknown = isRecord(port) ? port.targetPort : undefined;
    if (typeof target !== 'string' || pods.some(({ ports: names }) => names.has(target))) continue;
    yield {
      cluster: cluster.name,
      service: service.key,
      object: ref('Service', service.name, service.namespace),
      field: `spec.ports[${index}].targetPort`,
      message: `targetPort "${target}" of Service ${service.key} is declared by none of its Pods`,
      evidence: pods
        .slice(0, 3)
        .map(({ of, ports: names }) => `${showRef(refOf(of))} declares ${[...names].join(', ') || 'no named port'}`),
      fix: { kind: 'doc', text: `${targetsOf(pods)}, or declare a containerPort named ${target}` },
    };
  }
}

/** What a Service can say instead, to reach a port that is there. */
function targetsOf(pods: readonly Pods[]): string {
  const [only, ...others] = [...new Set(pods.flatMap(({ ports }) => [...ports]))];
  return only === undefined || others.length > 0 ? 'write the number of the port' : `write targetPort: ${only}`;
}
