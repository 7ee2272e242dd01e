/**
 * A candidate in a process of its own: `node election-program.ts KUBECONFIG NAMESPACE IDENTITY`. Prints a line of JSON when
 * it knows who leads, and when it begins or ceases to lead itself; asks first of all whether it may write, whenever its clock jumped. SIGTERM: gives up.
 */
import { contextClusters } from '../../src/lib/clusters/kube/contexts.ts';
import { Election } from '../../src/lib/controller/election.ts';
import { systemClock } from '../../src/lib/controller/system-clock.ts';

const [kubeconfig = '', namespace = '', identity = ''] = process.argv.slice(2);
const options = { contexts: [], env: process.env, home: '/nonexistent', requestTimeout: 10, concurrency: 4 };
const [cluster] = (await contextClusters({ ...options, kubeconfigs: [kubeconfig] })).clusters;
if (cluster?.leases === undefined) throw new Error('no Leases');

const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
const election = new Election({
  leases: cluster.leases,
  cluster: cluster.name,
  namespace,
  name: 'mcs',
  identity,
  clock: systemClock,
  onChange: (leads) => {
    say({ leads });
  },
  onProblem: (error) => {
    say({ problem: error.message });
  },
});

let last = performance.now();
let ready = false;
const pulse = setInterval(() => {
  if (!ready && election.leader !== undefined) {
    ready = true;
    say({ ready });
  }
  const now = performance.now();
  if (now - last > 5000) say({ woke: true, mayWrite: election.mayWrite() });
  last = now;
}, 20);

const stopping = new AbortController();
process.once('SIGTERM', () => {
  void election.release().then(async () => {
    clearInterval(pulse);
    await cluster.close();
  });
});
await election.run(stopping.signal);
