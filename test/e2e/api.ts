import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import { must, type Handle } from '../kube/fixture.ts';
import { type Kind, kindOf, pathOf } from '../kube/kinds.ts';
import type { Manifest } from './objects.ts';

/** Raw requests, where a kubectl process for each would take long. */

export interface Ref {
  readonly name: string;
  readonly namespace?: string;
}

/** Creates objects, in order; throws what the server said. */
export async function create(at: Handle, ...objects: readonly Manifest[]): Promise<void> {
  for (const object of objects) {
    await must(at.request('POST', pathOf(kindOf(object), object.metadata.namespace), { body: object }));
  }
}

/** The object as the server has it; undefined when it is not there. */
export async function read(at: Handle, kind: Kind, namespace: string, name: string): Promise<Json | undefined> {
  const { status, body } = await at.request('GET', `${pathOf(kind, namespace)}/${name}`);
  if (status === 404) return undefined;
  if (status !== 200 || !isRecord(body)) throw new Error(`GET ${kind} ${namespace}/${name}: HTTP ${status}`);
  return body;
}

/** All objects of a kind in a namespace, by name. */
export async function readAll(at: Handle, kind: Kind, namespace: string): Promise<readonly Json[]> {
  const path = pathOf(kind, namespace);
  let answer = await at.request('GET', path);
  // A server that has just started asks to come again.
  while (answer.status === 429) {
    await sleep(200);
    answer = await at.request('GET', path);
  }
  const list = await must(Promise.resolve(answer));
  const items: readonly unknown[] = isRecord(list) && Array.isArray(list.items) ? list.items : [];
  return items.filter(isRecord);
}

/** A JSON merge patch. */
export async function change(
  at: Handle,
  kind: Kind,
  namespace: string,
  name: string,
  body: object,
  subresource?: 'status',
): Promise<void> {
  const path = `${pathOf(kind, namespace)}/${name}${subresource === undefined ? '' : `/${subresource}`}`;
  await must(at.request('PATCH', path, { body, contentType: 'application/merge-patch+json' }));
}

export async function remove(at: Handle, kind: Kind, namespace: string | undefined, name: string): Promise<void> {
  await must(at.request('DELETE', `${pathOf(kind, namespace)}/${name}`), 404);
}

/** What stands at a path of an object: `at(object, 'spec', 'ips')`; undefined when there is nothing. */
export function field(object: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)] as unknown;
    return isRecord(value) ? value[key] : undefined;
  }, object);
}

export function uidOf(object: unknown): unknown {
  return field(object, 'metadata', 'uid');
}
