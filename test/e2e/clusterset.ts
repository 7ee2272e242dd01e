import { setTimeout as sleep } from 'node:timers/promises';
import { SOURCE_CLUSTER_LABEL } from '../../src/lib/api/labels.ts';
import { derivedName } from '../../src/lib/api/names.ts';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import { auditMark, auditWrites, type AuditWrite } from '../kube/audit.ts';
import type { Handle } from '../kube/fixture.ts';
import { create, field, read, readAll } from './api.ts';
import { mcsDone, type McsOptions } from './mcs.ts';
import { namespaceObject } from './objects.ts';

/** Empties the servers and joins them, each under its name. */
export async function formClusterset(name: string, servers: readonly Handle[], options?: McsOptions): Promise<void> {
  await Promise.all(servers.map((server) => server.reset()));
  await mcsDone(['join', name, ...contexts(servers)], options);
}

/** `--context NAME` for each. */
export function contexts(servers: readonly Handle[]): readonly string[] {
  return servers.flatMap(({ name }) => ['--context', name]);
}

export async function createNamespace(name: string, servers: readonly Handle[]): Promise<void> {
  await Promise.all(servers.map((server) => create(server, namespaceObject(name))));
}

/**
 * Waits until the API servers' clock shows a second after those of the objects made so far: what is made from now on is
 * younger (creationTimestamp has whole seconds).
 */
export async function nextSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1000);
  while (Math.floor(Date.now() / 1000) === second) await sleep(20);
}

/** What one cluster holds of a service. */
export interface Held {
  readonly import: Json | undefined;
  readonly derived: Json | undefined;
  readonly slices: readonly Json[];
}

export async function held(at: Handle, namespace: string, name: string): Promise<Held> {
  const [serviceImport, derived, slices] = await Promise.all([
    read(at, 'ServiceImport', namespace, name),
    read(at, 'Service', namespace, derivedName(namespace, name)),
    importedSlices(at, namespace, name),
  ]);
  return { import: serviceImport, derived, slices };
}

export const NOTHING: Held = { import: undefined, derived: undefined, slices: [] };

/** The imported slices of a service, by the clusters they come from. */
export async function importedSlices(at: Handle, namespace: string, name: string): Promise<readonly Json[]> {
  const all = await readAll(at, 'EndpointSlice', namespace);
  const mine = all.filter((slice) => field(labelsOf(slice), 'multicluster.kubernetes.io/service-name') === name);
  return mine.toSorted((a, b) => (sourceOf(a) < sourceOf(b) ? -1 : 1));
}

export function sourceOf(slice: Json): string {
  return String(field(labelsOf(slice), SOURCE_CLUSTER_LABEL));
}

/** All addresses in slices, sorted. */
export function addressesIn(slices: readonly Json[]): readonly string[] {
  return slices
    .flatMap(({ endpoints }): readonly unknown[] => (Array.isArray(endpoints) ? endpoints : []))
    .flatMap((endpoint) => field(endpoint, 'addresses'))
    .map(String)
    .sort();
}

/** A condition of an object by its type. */
export function condition(object: unknown, type: string): Json | undefined {
  const conditions = field(object, 'status', 'conditions');
  if (!Array.isArray(conditions)) return undefined;
  return conditions.filter(isRecord).find((entry) => entry.type === type);
}

/** The writes of mcs that servers were sent while something ran. */
export async function writesDuring(
  servers: readonly Handle[],
  action: () => Promise<unknown>,
): Promise<readonly AuditWrite[]> {
  const marks = await Promise.all(servers.map(({ info }) => auditMark(info)));
  await action();
  const writes = await Promise.all(servers.map(({ info }, index) => auditWrites(info, { since: marks[index] ?? 0 })));
  return writes.flat();
}

function labelsOf(object: Json): unknown {
  return field(object, 'metadata', 'labels');
}
