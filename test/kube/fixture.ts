import { randomBytes } from 'node:crypto';
import { describe, inject } from 'vitest';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import { run, type RunResult } from './run.ts';
import { temporaryFolder } from './daemon.ts';
import type { SharedServers } from './global-setup.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { Objects } from './objects.ts';
import { lasting, must, type Ask } from './request.ts';
import { collectionPath, removeNamespace, reset, type ResetOptions } from './reset.ts';
import type { ServerInfo } from './servers.ts';

/** A server in a test's hand. */
export interface Handle {
  readonly name: string;
  readonly info: ServerInfo;
  /** A kubeconfig with this server alone, for the admin. */
  readonly kubeconfig: string;
  /** Runs the real kubectl against it; never throws because of its exit code. */
  kubectl(args: readonly string[], stdin?: string): Promise<RunResult>;
  /** `kubectl apply --server-side`: YAML text or objects, or their status alone. Throws what kubectl said. */
  apply(manifests: string | readonly object[], subresource?: 'status'): Promise<void>;
  /** The object as the server has it; undefined when it is not there. `kind` as kubectl takes it. */
  get(kind: string, name: string, namespace?: string): Promise<Json | undefined>;
  /** The objects of a kind in a namespace, or in all. */
  list(kind: string, namespace?: string): Promise<readonly Json[]>;
  readonly request: Ask;
  /** Empties it of all that tests make: see `reset`. */
  reset(options?: ResetOptions): Promise<void>;
  /** Makes a namespace vanish, as its controller would in a whole cluster. */
  removeNamespace(name: string): Promise<void>;
}

/** A group of tests that need API servers; skipped when there are none (the set-up has said why). */
export function describeWithServers(title: string, body: () => void): void {
  describe.skipIf('unavailable' in inject('kube'))(title, body);
}

/** What the files of this worker share; throws when there are no servers: call it inside `describeWithServers`' hooks and tests. */
export function shared(): SharedServers {
  const kube = inject('kube');
  if ('unavailable' in kube) throw new Error(kube.unavailable);
  // Workers are numbered from 1; two files that run at the same time never have the same number.
  const set = kube[Number(process.env.VITEST_POOL_ID) - 1];
  if (set === undefined) throw new Error(`no servers for worker ${process.env.VITEST_POOL_ID ?? ''} of ${kube.length}`);
  return set;
}

/** Handles of the shared servers. */
export async function clusters(): Promise<{ readonly east: Handle; readonly west: Handle; readonly north: Handle }> {
  const [east, west, north] = await Promise.all(shared().servers.map(handle));
  if (east === undefined || west === undefined || north === undefined) throw new Error('three servers expected');
  return { east, west, north };
}

/** Who tests are where they apply. */
const MANAGER = 'test';

/** A handle of a server, also of one that a test started for itself. */
export async function handle(info: ServerInfo): Promise<Handle> {
  const { kubectl: program } = shared().assets;
  const kubeconfig = await writeKubeconfig([info]);
  const cache = temporaryFolder('kubectl-cache');
  const kubectl: Handle['kubectl'] = (args, stdin) =>
    run(program, ['--kubeconfig', kubeconfig, '--cache-dir', cache, ...args], stdin === undefined ? {} : { stdin });
  const ok = async (args: readonly string[], stdin?: string): Promise<string> => {
    const result = await kubectl(args, stdin);
    if (result.code !== 0) throw new Error(`kubectl ${args.join(' ')} on ${info.name}: ${result.stderr}`);
    return result.stdout;
  };
  const ask = lasting(info);
  const objects = new Objects(ask);
  return {
    name: info.name,
    info,
    kubeconfig,
    kubectl,
    apply: async (manifests, subresource) => {
      if (await objects.apply(manifests, MANAGER, subresource)) return;
      const text =
        typeof manifests === 'string' ? manifests : manifests.map((one) => JSON.stringify(one)).join('\n---\n');
      const part = subresource === undefined ? [] : ['--subresource', subresource];
      await ok(['apply', '--server-side', `--field-manager=${MANAGER}`, ...part, '-f', '-'], text);
    },
    get: async (kind, name, namespace) => {
      const answer = await objects.get(kind, name, namespace);
      if (answer !== undefined) return answer.found;
      const text = await ok(['get', kind, name, '-o', 'json', '--ignore-not-found', ...inNamespace(namespace)]);
      const object: unknown = text === '' ? undefined : JSON.parse(text);
      return isRecord(object) ? object : undefined;
    },
    list: async (kind, namespace) => {
      const items = await objects.list(kind, namespace);
      if (items !== undefined) return items;
      const scope = namespace === undefined ? ['--all-namespaces'] : inNamespace(namespace);
      const list: unknown = JSON.parse(await ok(['get', kind, '-o', 'json', ...scope]));
      return isRecord(list) && Array.isArray(list.items) ? list.items.filter(isRecord) : [];
    },
    request: ask,
    reset: (options) => reset(info, options),
    removeNamespace: (name) => removeNamespace(info, name),
  };
}

/** A namespace name that no other test has: a deleted namespace stays, terminating, where no controller empties it. */
export function uniqueNamespace(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}

export { collectionPath, must };

function inNamespace(namespace: string | undefined): readonly string[] {
  return namespace === undefined ? [] : ['--namespace', namespace];
}
