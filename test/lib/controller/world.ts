import { onTestFinished } from 'vitest';
import { planAll } from '../../../src/lib/actions/reconcile.ts';
import { Controller } from '../../../src/lib/controller/controller.ts';
import type { ControllerOptions, ControllerState } from '../../../src/lib/controller/controller-options.ts';
import type { Outcome } from '../../../src/lib/controller/lane.ts';
import { ALWAYS } from '../../../src/lib/controller/permit.ts';
import type { Change } from '../../../src/lib/plan/change.ts';
import type { Member } from '../../../src/lib/plan/member.ts';
import { OBSERVED_KINDS, Observed } from '../../../src/lib/plan/observed.ts';
import { ALL_FIELDS } from '../../../src/lib/api/fields.ts';
import { ALL_KINDS, FakeCluster } from './fake-cluster.ts';
import { TurnedClock, flushed } from './turned-clock.ts';

export const NOW = '2026-02-01T12:00:00Z';
const CREATED = '2026-01-01T00:00:00Z';

/** A controller over clusters in memory, and all that it told. */
export interface World {
  readonly controller: Controller;
  readonly clock: TurnedClock;
  readonly signal: AbortController;
  readonly states: ControllerState[];
  readonly outcomes: (Outcome & { readonly cluster: string })[];
  readonly defects: unknown[];
  /** Lets the work go on for some milliseconds of the clock. */
  readonly run: (milliseconds?: number) => Promise<void>;
}

export function world(options: Partial<ControllerOptions> = {}): World {
  const clock = new TurnedClock();
  const signal = new AbortController();
  const states: ControllerState[] = [];
  const outcomes: (Outcome & { readonly cluster: string })[] = [];
  const defects: unknown[] = [];
  const controller = new Controller(
    {
      clusterset: undefined,
      gone: [],
      adopt: false,
      allowedNamespaces: [],
      resync: 1_000_000_000,
      concurrency: 16,
      staleAfter: undefined,
      permit: ALWAYS,
      clock,
      now: () => NOW,
      signal: signal.signal,
      ...options,
    },
    {
      outcome: (cluster, outcome) => outcomes.push({ cluster, ...outcome }),
      state: (state) => states.push(state),
      heard: () => undefined,
      defect: (_cluster, _key, error) => defects.push(error),
    },
  );
  onTestFinished(() => {
    controller.close();
    signal.abort();
  });
  const run = async (milliseconds = 20): Promise<void> => {
    await flushed();
    clock.turn(milliseconds);
    await flushed();
  };
  return { controller, clock, signal, states, outcomes, defects, run };
}

export function joined(id: string, clusterset = 'prod'): FakeCluster {
  const cluster = new FakeCluster(id);
  property(cluster, 'cluster.clusterset.k8s.io', id);
  property(cluster, 'clusterset.k8s.io', clusterset);
  cluster.put('Namespace', { metadata: { name: 'shop' } });
  return cluster;
}

export function property(cluster: FakeCluster, name: string, value: string): void {
  cluster.put('ClusterProperty', { metadata: { name, creationTimestamp: CREATED }, spec: { value } });
}

export function service(cluster: FakeCluster, name: string, port = 80): void {
  cluster.put('Service', { metadata: { namespace: 'shop', name }, spec: { ports: [{ name: 'http', port }] } });
}

export function exported(cluster: FakeCluster, name: string, labels?: Readonly<Record<string, string>>): void {
  const status = cluster.find('ServiceExport', `shop/${name}`)?.status;
  const metadata = { namespace: 'shop', name, creationTimestamp: CREATED };
  cluster.put('ServiceExport', {
    metadata,
    ...(labels === undefined ? {} : { spec: { exportedLabels: labels } }),
    ...(status === undefined ? {} : { status }),
  });
}

export function slice(cluster: FakeCluster, name: string, addresses: readonly string[]): void {
  cluster.put('EndpointSlice', {
    metadata: { namespace: 'shop', name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address] })),
    ports: [{ name: 'http', port: 8080 }],
  });
}

/** A Service, its export and a slice. */
export function offers(cluster: FakeCluster, name: string, address: string): void {
  service(cluster, name);
  exported(cluster, name);
  slice(cluster, name, [address]);
}

/** What a run that begins anew would have to write. */
export function leftToDo(clusters: readonly FakeCluster[]): readonly string[] {
  const members = clusters.map((cluster): Member => {
    const observed = new Observed();
    for (const kind of OBSERVED_KINDS) for (const object of cluster.all(kind)) observed.put(kind, object);
    const { name } = cluster;
    return { role: 'member', cluster: name, id: name, fields: ALL_FIELDS, ipFamilies: ['IPv4'], observed };
  });
  const options = { now: NOW, gone: new Set<string>(), adopt: false, allowedNamespaces: [] };
  return planAll(members, options).flatMap(({ changes }) => changes.map(lineOf));
}

function lineOf({ cluster, verb, kind, object, fields }: Change): string {
  return `${cluster} ${verb} ${kind} ${object.metadata.namespace ?? ''}/${object.metadata.name} ${fields.join()}`;
}

/** Tells all that happened and gives all replies, until nothing more comes. */
export async function drained({ clock }: World, clusters: readonly FakeCluster[]): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet++) {
    for (const cluster of clusters) {
      for (const kind of ALL_KINDS) while (cluster.deliver(kind)) quiet = 0;
      while (cluster.reply()) quiet = 0;
    }
    await flushed();
    clock.turn(70_000);
    await flushed();
  }
}
