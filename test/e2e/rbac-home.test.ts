import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KINDS, type Kind } from '../../src/lib/api/kinds.ts';
import type { Cluster } from '../../src/lib/clusters/cluster.ts';
import type { ClusterError } from '../../src/lib/errors.ts';
import { clusters, describeWithServers, must, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { failure } from '../lib/clusters/directory/folder.ts';
import { accountKubeconfig, mayDo, rolePath, type Account } from './account.ts';
import { closeAll, open } from './kube/opened.ts';
import { mcsDone } from './mcs.ts';

afterAll(closeAll);

const NOTE = { type: 'Normal', reason: 'Tested', action: 'Test', note: 'a test' } as const;

/** What only a long run does: watching, Events, Leases. */
describeWithServers('the rights of `mcs rbac print --for home`', () => {
  let east: Handle;
  let cluster: Cluster;
  let account: Account;
  let elsewhere: string;

  beforeAll(async () => {
    ({ east } = await clusters());
    account = { namespace: uniqueNamespace('home'), name: uniqueNamespace('mcs') };
    elsewhere = uniqueNamespace('elsewhere');
    const namespaces = [account.namespace, elsewhere];
    await east.apply(namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
    await mcsDone(['crds', 'install', '--context', 'east']);
    await east.apply(
      await mcsDone(['rbac', 'print', '--for', 'home', '-n', account.namespace, '--name', account.name]),
    );
    cluster = await open(await accountKubeconfig([east], account));
    await until(() => mayDo(east, account, { group: '', resource: 'services', verb: 'watch' }));
  });

  /** The first thing that a watch of the kind says. */
  function firstWord(kind: Kind): Promise<'heard' | ClusterError> {
    return new Promise((resolve) => {
      const stop = cluster.watch(kind, {
        replace: () => undefined,
        put: () => undefined,
        remove: () => undefined,
        heard: () => {
          resolve('heard');
          stop();
        },
        failed: (error) => {
          if (error.reason !== 'forbidden') return; // a CRD just made is not served to watches for a moment
          resolve(error);
          stop();
        },
      });
    });
  }
  const kinds = Object.keys(KINDS) as Kind[]; // its keys are the kinds

  it('are enough to watch all kinds, and to write Events anywhere', async () => {
    expect(await Promise.all(kinds.map(firstWord))).toEqual(kinds.map(() => 'heard'));
    await cluster.events?.create({ ...NOTE, regarding: regarding(elsewhere) });
    expect(await east.list('events.events.k8s.io', elsewhere)).toMatchObject([{ reason: 'Tested' }]);
  });

  it('are enough for Leases in the one namespace, and in no other', async () => {
    const ref = { namespace: account.namespace, name: 'mcs' };
    expect(await cluster.leases?.get(ref)).toBeUndefined();
    const made = await cluster.leases?.put({ ...ref, holder: 'a' });
    expect(made).toMatchObject({ holder: 'a' });
    expect(await cluster.leases?.put({ ...ref, ...made, holder: 'b' })).toMatchObject({ holder: 'b' });
    const refused = await failure(cluster.leases?.get({ ...ref, namespace: elsewhere }) ?? Promise.resolve());
    expect(refused.reason).toBe('forbidden');
    expect(refused.message).toMatch(/^not allowed to get leases/);
    expect(refused.next).toContain(elsewhere);
  });

  it('without those to watch and to write Events, what fails says verb and resource', async () => {
    const rules = kinds.map((kind) => ({
      ...{ apiGroups: [KINDS[kind].group], resources: [KINDS[kind].plural], verbs: ['get', 'list'] },
    }));
    const patch = { body: { rules }, contentType: 'application/merge-patch+json' };
    await must(east.request('PATCH', rolePath(account), patch));
    await until(async () => !(await mayDo(east, account, { group: '', resource: 'services', verb: 'watch' })));
    const said = await Promise.all(kinds.map(firstWord));
    expect(said.map((word) => (word === 'heard' ? word : word.next))).toEqual(
      kinds.map((kind) => {
        const { group, plural } = KINDS[kind];
        return `ask for the RBAC verb "watch" on ${group === '' ? plural : `${plural}.${group}`}`;
      }),
    );
    const refused = await failure(
      cluster.events?.create({ ...NOTE, regarding: regarding(elsewhere) }) ?? Promise.resolve(),
    );
    expect(refused.next).toBe('ask for the RBAC verb "create" on events.events.k8s.io');
  });
});

function regarding(namespace: string) {
  return { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceExport', namespace, name: 'cart' };
}

/** An API server goes by new rules a moment after it took them. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the server does not see the new rules');
    await sleep(20);
  }
}
