import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findAssets } from '../test/kube/assets.ts';
import { writeKubeconfig } from '../test/kube/kubeconfig.ts';
import { request } from '../test/kube/request.ts';
import { startEtcd, startServer } from '../test/kube/servers.ts';
import { manyContexts } from './kubeconfig.ts';
import { type Call, runNode, timeNode } from './process.ts';
import { type Scratch, root } from './program.ts';
import { type Result, type Row, atMost, pairedRatio, spread } from './result.ts';

/** Runs that count, of each case; one more before them fills the compile cache. */
const ROUNDS = 20;

interface Case extends Call {
  readonly name: string;
  /** Times `node -e 0`. */
  readonly target?: number;
}

/**
 * Whole-process times against `node -e 0` on the same Node: all cases in turn, again and again, so that a busy machine
 * slows all of them alike.
 */
export async function measureStartup(scratch: Scratch): Promise<Result> {
  const { mcs, env } = scratch;
  const contexts = join(scratch.folder('contexts'), 'config');
  writeFileSync(contexts, manyContexts(500));
  const shop = await makeShop(scratch);
  const server = await startAPIServer(scratch);
  const status = [mcs, 'status'];
  const cases: readonly Case[] = [
    { name: 'mcs --version', args: [mcs, '--version'], target: 1.3 },
    { name: 'mcs --help', args: [mcs, '--help'], target: 3.2 },
    { name: 'mcs status --help', args: [mcs, 'status', '--help'] },
    { name: 'mcs status, three small directories', args: [...status, ...shop], target: 4.2 },
    ...('unavailable' in server
      ? []
      : [{ name: 'mcs status, one context', args: [...status, '--kubeconfig', server.kubeconfig], target: 6 }]),
    {
      name: 'mcs clusters -o name, 500 contexts, offline',
      args: [mcs, 'clusters', '-o', 'name', '--kubeconfig', contexts],
      target: 6,
    },
  ].map((each) => ({ ...each, env }));
  try {
    const rows = await inTurn({ name: 'node -e 0', args: ['-e', '0'], env }, cases);
    return { rows, skipped: 'unavailable' in server ? [`mcs status on one context: ${server.unavailable}`] : [] };
  } finally {
    if (!('unavailable' in server)) await server.stop();
  }
}

async function inTurn(base: Case, cases: readonly Case[]): Promise<readonly Row[]> {
  const all = [base, ...cases];
  const times = all.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, each] of all.entries()) {
      const time = await timeNode(each);
      if (round > 0) times[index]?.push(time);
    }
  }
  const [bare = [], ...others] = times;
  return cases.map(({ name, target }, index) => {
    const own = others[index] ?? [];
    return {
      measure: name,
      ours: spread(own, 'ms'),
      other: `${base.name}: ${spread(bare, 'ms')}`,
      ratio: pairedRatio(own, bare),
      ...(target === undefined ? {} : { target: atMost(target) }),
    };
  });
}

/** `examples/shop`, joined, exported and reconciled in a scratch folder; returns the flags that name its directories. */
async function makeShop(scratch: Scratch): Promise<readonly string[]> {
  const { mcs, env } = scratch;
  const shop = scratch.folder('shop');
  cpSync(join(root, 'examples/shop'), shop, { recursive: true });
  const dirs = ['east', 'west', 'north'].flatMap((name) => ['--dir', join(shop, name)]);
  const run = (args: readonly string[]): Promise<string> => runNode({ args: [mcs, ...args, ...dirs], env });
  await run(['join', 'shop']);
  await run(['export', 'svc', '--all', '-n', 'shop', '--yes']);
  await run(['reconcile']);
  return dirs;
}

interface APIServer {
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/** A kube-apiserver that is a member with one exported service; or why there is none. */
async function startAPIServer({ mcs, env }: Scratch): Promise<APIServer | { readonly unavailable: string }> {
  const assets = await findAssets();
  if ('unavailable' in assets) return assets;
  const etcd = await startEtcd(assets);
  const server = await startServer(assets, { name: 'east', etcd, serviceCIDR: '10.31.0.0/16' });
  const kubeconfig = await writeKubeconfig([server.info]);
  const body = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } };
  await request(server.info, 'POST', '/api/v1/namespaces/default/services', { body });
  const only = ['--kubeconfig', kubeconfig, '--context', 'east'];
  await runNode({ args: [mcs, 'join', 'bench', ...only], env });
  await runNode({ args: [mcs, 'export', 'svc', 'web', '-n', 'default', ...only], env });
  await runNode({ args: [mcs, 'reconcile', ...only], env });
  return {
    kubeconfig,
    stop: async () => {
      await Promise.all([server.kill(), etcd.kill()]);
    },
  };
}
