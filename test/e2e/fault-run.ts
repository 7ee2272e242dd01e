import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import type { Program, Watching } from '../faults/program.ts';
import { auditMark, auditWrites, type AuditMark, type AuditWrite } from '../kube/audit.ts';
import { temporaryFolder } from '../kube/daemon.ts';
import type { Handle } from '../kube/fixture.ts';
import { kubeconfig } from '../kube/kubeconfig.ts';
import { addressesIn, contexts, importedSlices } from './clusterset.ts';
import { field, readAll } from './api.ts';

/** Where the machine of the tests is busy, things take their time: a bound for what would else be waited for in vain. */
export const PATIENCE = 60_000;

/** Waits until what is asked holds. */
export function until<T>(ask: () => Promise<T> | T, timeout = PATIENCE): Promise<T> {
  return vi.waitFor(ask, { timeout, interval: 50 });
}

/** Waits until the servers hold these endpoints of a service from all sources together, and no others. */
export async function arrived(
  servers: readonly Handle[],
  namespace: string,
  name: string,
  addresses: readonly string[],
  timeout = PATIENCE,
): Promise<void> {
  await until(async () => {
    for (const server of servers) {
      const slices = await importedSlices(server, namespace, name);
      expect(addressesIn(slices), `${namespace}/${name} in ${server.name}`).toEqual([...addresses].sort());
    }
  }, timeout);
}

/** Waits until a run from scratch, by the direct way, would change nothing. */
export async function converged(program: Program, servers: readonly Handle[], path: string): Promise<void> {
  const args = ['reconcile', '--dry-run', '--yes', '--kubeconfig', path, ...contexts(servers)];
  await vi.waitFor(
    async () => {
      const { changes, members } = await program.document(args, [0, 3]);
      expect(members).toHaveLength(servers.length);
      expect(changes).toEqual([]);
    },
    { timeout: PATIENCE, interval: 500 },
  );
}

/** Waits until it has read all it can, and has nothing to do. */
export async function quiet(watching: Watching): Promise<void> {
  await until(async () => {
    expect(watching.of('ready'), watching.stderr).not.toEqual([]);
    expect(await watching.metric('mcs_queue_depth')).toBe(0);
  });
}

/** Problems it told of a cluster, or that it said are solved. */
export function told(watching: Watching, type: 'problem' | 'solved', cluster: string): readonly string[] {
  return watching
    .of(type)
    .map(({ problem }) => problem)
    .filter((problem): problem is Json => isRecord(problem) && problem.cluster === cluster)
    .map((problem) => `${String(problem.object)} ${String(problem.message)}`.trim());
}

/** It runs, and has told of no defect of its own. */
export function isSound(watching: Watching): void {
  expect(watching.hasEnded, watching.stderr).toBe(false);
  expect(watching.stderr).not.toMatch(/defect|TypeError/);
  expect(watching.garbage).toEqual([]);
}

/** Ends a process with SIGTERM, and expects that it ends well. */
export async function ended(watching: Watching): Promise<void> {
  watching.signal('SIGTERM');
  expect(await watching.ended, watching.stderr).toEqual({ code: 0, signal: undefined });
}

/** The writes of mcs since marks, Leases and Events aside. */
export async function writesSince(
  servers: readonly Handle[],
  marks: readonly AuditMark[],
): Promise<readonly (AuditWrite & { readonly server: string })[]> {
  const all = await Promise.all(
    servers.map(async ({ name, info }, index) =>
      (await auditWrites(info, { since: marks[index] ?? 0 })).map((write) => ({ ...write, server: name })),
    ),
  );
  return all
    .flat()
    .filter(({ userAgent, group, dryRun }) => userAgent === 'kubectl-mcs' && !dryRun && !BESIDE.has(group));
}

const BESIDE = new Set(['coordination.k8s.io', 'events.k8s.io', 'apiextensions.k8s.io']);

export function marksOf(servers: readonly Handle[]): Promise<readonly AuditMark[]> {
  return Promise.all(servers.map(({ info }) => auditMark(info)));
}

/** Objects of others, as their servers have them, to be compared. Of an export the status is not theirs. */
export async function strangersIn(servers: readonly Handle[], namespace: string): Promise<readonly string[]> {
  const kinds = ['Service', 'EndpointSlice', 'ServiceExport', 'ServiceImport'] as const;
  const found = await Promise.all(
    servers.flatMap((server) =>
      kinds.map(async (kind) =>
        (await readAll(server, kind, namespace))
          .filter((object) => field(object, 'metadata', 'labels', 'app.kubernetes.io/managed-by') !== 'mcs')
          .map(
            (object) => `${server.name} ${kind} ${JSON.stringify(kind === 'ServiceExport' ? bare(object) : object)}`,
          ),
      ),
    ),
  );
  return found.flat().sort();
}

function bare(object: Json): Json {
  const { namespace, name, uid, generation } = isRecord(object.metadata) ? object.metadata : {};
  return { metadata: { namespace, name, uid, generation }, spec: object.spec };
}

/** Writes a file at once, as whoever renews credentials does: nobody reads half of it. */
export async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

/** A way to one server that is not its own: another URL, with other credentials. */
export interface OtherWay {
  readonly url: string;
  readonly user?: object;
}

/** Writes a kubeconfig whose contexts lead the ways given by name, unverified, and else straight to the server. */
export async function kubeconfigBy(
  servers: readonly Handle[],
  ways: Readonly<Record<string, OtherWay>> = {},
): Promise<string> {
  const path = join(temporaryFolder('kubeconfig'), 'config');
  const infos = servers.map(({ info }) => info);
  const config = JSON.parse(JSON.stringify(kubeconfig(infos))) as {
    clusters: { name: string; cluster: object }[];
    users: { name: string; user: object }[];
  };
  for (const entry of config.clusters) {
    const way = ways[entry.name];
    if (way !== undefined) entry.cluster = { server: way.url, 'insecure-skip-tls-verify': true };
  }
  for (const entry of config.users) entry.user = ways[entry.name.replace('admin-', '')]?.user ?? entry.user;
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}
