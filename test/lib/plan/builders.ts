import type { SettleContext, Settled } from '../../../src/lib/actions/settle.ts';
import { settle } from '../../../src/lib/actions/settle.ts';
import { planAll } from '../../../src/lib/actions/reconcile.ts';
import { ALL_FIELDS, type OptionalField } from '../../../src/lib/api/fields.ts';
import type { ObjectOf } from '../../../src/lib/api/kinds.ts';
import { MARK, SERVICE_NAME_LABEL, SOURCE_CLUSTER_LABEL } from '../../../src/lib/api/labels.ts';
import type { Condition, IPFamily, ServiceImport, StringMap } from '../../../src/lib/api/objects.ts';
import { parseObject } from '../../../src/lib/api/parse.ts';
import type { Change } from '../../../src/lib/plan/change.ts';
import type { Member, PlanOptions } from '../../../src/lib/plan/member.ts';
import { Observed, type ObservedKind } from '../../../src/lib/plan/observed.ts';
import type { ServiceView } from '../../../src/lib/plan/service-view.ts';
import { type ServicePlan, planService } from '../../../src/lib/plan/service-plan.ts';

/**
 * Clustersets in a few words: a test says what matters to it, all else is what an API server would default. Every object
 * goes through `parseObject`, as everything that is read does.
 */

export const NOW = '2026-02-01T12:00:00Z';
export const OPTIONS: PlanOptions = { now: NOW, gone: new Set(), adopt: false, allowedNamespaces: [] };

export interface PortWords {
  readonly name?: string;
  readonly protocol?: string;
  readonly port: number;
  readonly appProtocol?: string;
  /** Number in the Pods; that of the Service when absent. */
  readonly target?: number;
}

export interface ServiceWords {
  /** ClusterIP when absent. */
  readonly type?: string;
  readonly headless?: boolean;
  readonly ports?: readonly PortWords[];
  readonly families?: readonly string[];
  readonly affinity?: string;
  readonly timeout?: number;
  readonly policy?: string;
  readonly distribution?: string;
  readonly labels?: StringMap;
}

export interface ExportWords {
  /** `creationTimestamp`; '' leaves it out. */
  readonly created?: string;
  readonly exportedLabels?: StringMap;
  readonly exportedAnnotations?: StringMap;
  readonly deleted?: boolean;
  readonly generation?: number;
  readonly exportLabels?: StringMap;
  readonly conditions?: readonly Condition[];
}

export interface SliceWords {
  readonly name?: string;
  /** IPv4 when absent. */
  readonly family?: string;
  readonly addresses?: readonly string[];
  readonly endpoints?: readonly object[];
  readonly ports?: readonly PortWords[];
}

export interface ImportWords {
  readonly ours?: boolean;
  readonly type?: string;
  readonly ports?: readonly PortWords[];
  readonly clusters?: readonly string[];
  readonly spec?: object;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
}

export type ExportsWords = ServiceWords & ExportWords & { readonly addresses?: readonly string[] };

const HTTP: readonly PortWords[] = [{ name: 'http', port: 80 }];

function split(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

const portsOf = (ports: readonly PortWords[]): readonly object[] => ports.map(({ target: _, ...port }) => port);

/** One cluster being described; `member()` makes it the input of a plan. */
export class ClusterWords {
  readonly id: string;
  readonly #objects: (readonly [ObservedKind, ObjectOf[ObservedKind]])[] = [];
  readonly #namespaces = new Map<string, 'active' | 'terminating' | 'absent'>();
  #role: Member['role'] = 'member';
  #fields: ReadonlySet<OptionalField> = ALL_FIELDS;
  #families: readonly IPFamily[] = ['IPv4', 'IPv6'];

  constructor(id: string) {
    this.id = id;
  }

  put(kind: ObservedKind, manifest: object): this {
    const object = parseObject(kind, { apiVersion: 'v1', kind, ...manifest });
    this.#objects.push([kind, object]);
    const { namespace } = object.metadata;
    if (namespace !== undefined && !this.#namespaces.has(namespace)) this.#namespaces.set(namespace, 'active');
    return this;
  }

  namespace(name: string, state: 'active' | 'terminating' | 'absent' = 'active'): this {
    this.#namespaces.set(name, state);
    return this;
  }

  service(key: string, words: ServiceWords = {}): this {
    const { type, headless, ports = HTTP, families, affinity, timeout, policy, distribution, labels } = words;
    return this.put('Service', {
      metadata: { ...split(key), labels },
      spec: {
        type,
        clusterIP: headless === true ? 'None' : undefined,
        ports: portsOf(ports),
        ipFamilies: families,
        sessionAffinity: affinity,
        sessionAffinityConfig: timeout === undefined ? undefined : { clientIP: { timeoutSeconds: timeout } },
        internalTrafficPolicy: policy,
        trafficDistribution: distribution,
      },
    });
  }

  export(key: string, words: ExportWords = {}): this {
    const { created = '2026-01-01T00:00:00Z', deleted, generation, conditions } = words;
    return this.put('ServiceExport', {
      metadata: {
        ...split(key),
        creationTimestamp: created === '' ? undefined : created,
        deletionTimestamp: deleted === true ? NOW : undefined,
        generation,
        labels: words.exportLabels,
      },
      spec: { exportedLabels: words.exportedLabels, exportedAnnotations: words.exportedAnnotations },
      status: conditions && { conditions },
    });
  }

  slice(key: string, words: SliceWords = {}): this {
    const { namespace, name } = split(key);
    const endpoints = words.endpoints ?? (words.addresses ?? []).map((address) => ({ addresses: [address] }));
    return this.put('EndpointSlice', {
      metadata: { namespace, name: words.name ?? `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
      addressType: words.family ?? 'IPv4',
      endpoints,
      ports: (words.ports ?? HTTP).map(({ target, port, ...entry }) => ({ ...entry, port: target ?? port })),
    });
  }

  /** A Service, its ServiceExport and, with `addresses`, one slice. */
  exports(key: string, words: ExportsWords = {}): this {
    this.service(key, words).export(key, words);
    if (words.addresses === undefined) return this;
    return this.slice(key, { addresses: words.addresses, ...(words.ports && { ports: words.ports }) });
  }

  imports(key: string, words: ImportWords = {}): this {
    const { ours = true, type = 'ClusterSetIP', ports = HTTP, clusters, spec, labels, annotations } = words;
    return this.put('ServiceImport', {
      metadata: {
        ...split(key),
        uid: `uid-${this.id}-${key}`,
        labels: { ...labels, ...(ours ? MARK : {}) },
        annotations: { ...annotations, ...(clusters && { 'kubectl-mcs/sources': clusters.join(',') }) },
      },
      spec: { type, ports: portsOf(ports), ...spec },
      status: clusters && { clusters: clusters.map((cluster) => ({ cluster })) },
    });
  }

  /** A slice as mcs (or, unmarked, somebody else) imports it. */
  importedSlice(key: string, source: string, words: SliceWords & { readonly ours?: boolean } = {}): this {
    const { namespace, name } = split(key);
    return this.put('EndpointSlice', {
      metadata: {
        namespace,
        name: words.name ?? `${name}-from-${source}`,
        labels: { ...(words.ours === false ? {} : MARK), [SERVICE_NAME_LABEL]: name, [SOURCE_CLUSTER_LABEL]: source },
      },
      addressType: words.family ?? 'IPv4',
      endpoints: (words.addresses ?? ['10.9.9.9']).map((address) => ({ addresses: [address] })),
      ports: portsOf(words.ports ?? HTTP),
    });
  }

  /** The families its Services can have; none: it gives no IPs, like a directory. */
  families(...families: readonly IPFamily[]): this {
    this.#families = families;
    return this;
  }

  directory(): this {
    return this.families();
  }

  /** Its CRDs lack these fields. */
  lacks(...fields: readonly OptionalField[]): this {
    this.#fields = new Set([...this.#fields].filter((field) => !fields.includes(field)));
    return this;
  }

  /** A member of no clusterset. */
  former(): this {
    this.#role = 'former';
    return this;
  }

  /** A fresh copy each time: a plan that is carried out changes what was observed. */
  member(): Member {
    const observed = new Observed();
    for (const [name, state] of this.#namespaces) {
      if (state === 'absent') continue;
      const status = state === 'terminating' ? { phase: 'Terminating' } : {};
      observed.put('Namespace', parseObject('Namespace', { apiVersion: 'v1', metadata: { name }, status }));
    }
    for (const [kind, object] of this.#objects) observed.put(kind, object);
    const { id } = this;
    return { role: this.#role, cluster: id, id, fields: this.#fields, ipFamilies: this.#families, observed };
  }
}

/** A member of the clusterset, shown by its id. Without other words: an API server with both families and newest CRDs. */
export function cluster(id: string): ClusterWords {
  return new ClusterWords(id);
}

export function plan(key: string, clusters: readonly ClusterWords[], options: Partial<PlanOptions> = {}): ServicePlan {
  const { namespace, name } = split(key);
  const members = clusters.map((words) => words.member());
  return planService(namespace, name, members, { ...OPTIONS, ...options });
}

/** A clusterset after a pass that asked nobody, with what an API server would answer. */
export interface Pass {
  readonly members: readonly Member[];
  readonly results: readonly Settled[];
  readonly done: readonly Change[];
  view(id: string, key: string): ServiceView;
  import(id: string, key: string): ServiceImport | undefined;
  /** Another pass over what this one left. */
  again(options?: Partial<PlanOptions>): Promise<Pass>;
}

export async function pass(clusters: readonly ClusterWords[], options: Partial<PlanOptions> = {}): Promise<Pass> {
  return passOver(
    clusters.map((words) => words.member()),
    { ...OPTIONS, ...options },
  );
}

export async function passOver(members: readonly Member[], options: PlanOptions): Promise<Pass> {
  const context: SettleContext = {
    members,
    clusterOf: () => {
      throw new Error('a dry run asked a cluster');
    },
    options,
    dryRun: 'client',
    signal: undefined,
    down: new Map(),
  };
  const results: Settled[] = [];
  for (const first of planAll(members, options)) results.push(await settle(first, context));
  const view = (id: string, key: string): ServiceView => {
    const member = members.find((one) => one.id === id);
    if (member === undefined) throw new Error(`there is no ${id}`);
    const { namespace, name } = split(key);
    return member.observed.view(namespace, name);
  };
  return {
    members,
    results,
    done: results.flatMap((result) => result.done),
    view,
    import: (id, key) => view(id, key).import,
    again: (next = {}) => passOver(members, { ...options, ...next }),
  };
}

/** `east create ServiceImport shop/cart`, one line a change. */
export function lines(changes: readonly Change[]): readonly string[] {
  return changes.map(({ cluster: where, verb, kind, object, subresource }) => {
    const { namespace = '', name } = object.metadata;
    return `${where} ${verb} ${kind} ${namespace}/${name}${subresource === undefined ? '' : ` ${subresource}`}`;
  });
}

/** The conditions a pass gives to a cluster's export, by type. */
export function conditionsOf(done: Pass, id: string, key: string): Readonly<Record<string, Condition>> {
  const list = done.view(id, key).export?.status?.conditions ?? [];
  return Object.fromEntries(list.map((condition) => [condition.type, condition]));
}
