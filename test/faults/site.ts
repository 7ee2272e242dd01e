import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import type { Manifest } from '../e2e/objects.ts';
import { type Kind, kindOf, pathOf } from '../kube/kinds.ts';
import { must, request, type Answer } from '../kube/request.ts';
import { removeNamespace } from '../kube/reset.ts';
import type { Server, ServerInfo } from '../kube/servers.ts';
import { FaultTimes } from './fault-times.ts';
import type { Proxy } from './proxy.ts';

export type SiteKind = Extract<Kind, 'Namespace' | 'Service' | 'EndpointSlice' | 'ServiceExport' | 'ServiceImport'>;

/** What a deleted namespace's controller would delete. */
const CONTENTS = ['ServiceExport', 'Service', 'EndpointSlice', 'ServiceImport'] as const;

/** One cluster of a fault run: its server, the proxy before it, and who has hold of it. */
export class Site {
  readonly name: string;
  readonly server: Server;
  readonly proxy: Proxy;
  /** An operation or a fault is at it: one at a time, so that every operation is known to have happened or not. */
  busy = false;
  readonly faults = new FaultTimes();

  constructor(server: Server, proxy: Proxy) {
    this.name = server.info.name;
    this.server = server;
    this.proxy = proxy;
  }

  get info(): ServerInfo {
    return this.server.info;
  }

  /** Makes an object; the answer is the object. */
  create(object: Manifest): Promise<Json> {
    const path = pathOf(kindOf(object), object.metadata.namespace);
    return this.#must(() => request(this.info, 'POST', path, { body: object }));
  }

  /** A JSON merge patch; undefined when the object is not there. */
  async patch(
    kind: SiteKind,
    namespace: string | undefined,
    name: string,
    body: object,
    sub = '',
  ): Promise<Json | undefined> {
    const path = `${pathOf(kind, namespace)}/${name}${sub}`;
    const contentType = 'application/merge-patch+json';
    const answer = await this.#must(() => request(this.info, 'PATCH', path, { body, contentType }), 404);
    return answer.kind === 'Status' ? undefined : answer;
  }

  /** Deletes one object; it is fine if there is none. */
  async remove(kind: SiteKind, namespace: string, name: string): Promise<void> {
    await this.#must(() => request(this.info, 'DELETE', `${pathOf(kind, namespace)}/${name}`), 404);
  }

  /** All objects of a kind, in a namespace or everywhere. */
  async list(kind: SiteKind, namespace?: string): Promise<readonly Json[]> {
    const list = await this.#must(() => request(this.info, 'GET', pathOf(kind, namespace)), 404);
    const items: readonly unknown[] = Array.isArray(list.items) ? list.items : [];
    return items.filter(isRecord);
  }

  /** Ends a namespace as its controller would: terminating, then emptied, then gone. */
  async vanish(namespace: string): Promise<void> {
    await this.#must(() => request(this.info, 'DELETE', pathOf('Namespace', undefined) + `/${namespace}`), 404);
    for (const kind of CONTENTS) {
      for (const object of await this.list(kind, namespace)) {
        const name = isRecord(object.metadata) ? String(object.metadata.name) : '';
        await this.remove(kind, namespace, name);
      }
    }
    await removeNamespace(this.info, namespace);
  }

  /** A server that has just started refuses for a moment. */
  async #must(send: () => Promise<Answer>, ...allowed: readonly number[]): Promise<Json> {
    for (let tries = 1; ; tries++) {
      const answer = await send();
      const isHasty = answer.status === 429 || answer.status >= 500 || answer.status === 403;
      if (isHasty && tries < 20) {
        await sleep(100);
        continue;
      }
      const body = await must(Promise.resolve(answer), ...allowed);
      return isRecord(body) ? body : {};
    }
  }
}
