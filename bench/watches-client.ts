/**
 * Holds the watches of many clusters, in a process of its own: `watches-client.ts CLIENT URL CA-FILE COUNT`. Each cluster is
 * a prefix of the URL's path. On stdin it is asked, a line each, and answers with a line: `start`: open all; `rest N`: the
 * processor milliseconds of N seconds and the resident MiB; `events N`: the milliseconds from now until so many came.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { kubeCluster } from '../src/lib/clusters/kube/cluster.ts';
import { KINDS, apiVersionOf, type Kind } from '../src/lib/api/kinds.ts';
import { OBSERVED_KINDS } from '../src/lib/plan/observed.ts';

const WATCHED: readonly Kind[] = ['ClusterProperty', ...OBSERVED_KINDS];

const [client = '', url = '', caFile = '', count = ''] = process.argv.slice(2);
const caData = readFileSync(caFile).toString('base64');
let events = 0;

const CLIENTS: Readonly<Record<string, (name: string, server: string) => Promise<void>>> = {
  ours(name, server) {
    const access = { server: { url: server, caData }, user: { name: 'me', token: 'abc' } };
    const options = { requestTimeout: 60, concurrency: 16, env: {} };
    const cluster = kubeCluster({ name, file: '/kubeconfig', url: server, access }, options);
    const took = (): void => {
      events++;
    };
    for (const kind of WATCHED) {
      cluster.watch(kind, {
        replace: () => undefined,
        put: took,
        remove: () => undefined,
        heard: () => undefined,
        failed: (error) => {
          console.error(String(error));
        },
      });
    }
    return Promise.resolve();
  },

  /** Its informers list through an API of typed classes; the watch alone is what is compared. */
  async 'client-node'(name, server) {
    const { KubeConfig, Watch } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    config.loadFromClusterAndUser({ name, server, caData, skipTLSVerify: false }, { name: 'me', token: 'abc' });
    const watch = new Watch(config);
    for (const kind of WATCHED) {
      const { group, plural } = KINDS[kind];
      const path = `/${group === '' ? 'api' : 'apis'}/${apiVersionOf(kind)}/${plural}`;
      const taken = (type: string): void => {
        if (type === 'MODIFIED') events++;
      };
      await watch.watch(path, { allowWatchBookmarks: true }, taken, (error: unknown) => {
        console.error(String(error));
      });
    }
  },
};

const open = CLIENTS[client];
if (open === undefined) throw new Error(`no client ${client}`);
if (client === 'client-node') await import('@kubernetes/client-node');

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, number] = [line.split(' ')[0], Number(line.split(' ')[1])];
  if (verb === 'start') {
    const names = Array.from({ length: Number(count) }, (_, index) => `c${index}`);
    Promise.all(names.map((name) => open(name, `${url}/${name}`))).catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
    console.log('started');
  } else if (verb === 'rest') {
    const before = process.cpuUsage();
    await sleep(number * 1000);
    const { user, system } = process.cpuUsage(before);
    console.log(`${(user + system) / 1000} ${process.memoryUsage.rss() / 2 ** 20}`);
  } else {
    const [from, start] = [events, performance.now()];
    while (events - from < number) await sleep(2);
    console.log(performance.now() - start);
  }
}
process.exit();
