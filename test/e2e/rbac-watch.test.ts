import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import { Kept } from '../faults/kept.ts';
import { Program } from '../faults/program.ts';
import { auditMark } from '../kube/audit.ts';
import { clusters, describeWithServers, must, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { accountKubeconfig, mayDo, rolePath, type Account, type Right } from './account.ts';
import { create, field } from './api.ts';
import { addressesIn, contexts, createNamespace, formClusterset, importedSlices, writesDuring } from './clusterset.ts';
import { mcsDone } from './mcs.ts';
import { exported } from './objects.ts';

/** How mcs calls itself in the audit logs. */
const AGENT = 'kubectl-mcs';

const LEASE = 'mcs-reconciler';
const LEASE_RIGHTS = ['get', 'create', 'update'] as const;

/** East is the home, west a member; the process is a ServiceAccount that has in each what is printed for it. */
describeWithServers('mcs reconcile --watch --leader-elect with the rights of `mcs rbac print`', () => {
  let account: Account;
  let east: Handle;
  let west: Handle;
  let shop: string;
  let kept: Kept;
  /** The rights as they were printed. */
  let member: readonly Json[];

  beforeAll(async () => {
    ({ east, west } = await clusters());
    account = { namespace: uniqueNamespace('home'), name: uniqueNamespace('mcs') };
    await formClusterset('prod', [east, west]);
    for (const [at, role] of [
      [east, 'home'],
      [west, 'member'],
    ] as const) {
      await createNamespace(account.namespace, [at]);
      await at.apply(await mcsDone(['rbac', 'print', '--for', role, '-n', account.namespace, '--name', account.name]));
    }
    member = rulesOf((await must(west.request('GET', rolePath(account)))) as Json); // a ClusterRole
    const access = ['--kubeconfig', await accountKubeconfig([east, west], account), ...contexts([east, west])];
    kept = new Kept(new Program(), access, [
      '--leader-elect',
      '--home',
      'east',
      '--lease-namespace',
      account.namespace,
    ]);
  });

  beforeEach(async () => {
    shop = uniqueNamespace('rights');
    await createNamespace(shop, [east, west]);
    await create(east, ...exported(shop, 'cart', ['10.0.0.1']));
  });

  afterEach(async () => {
    await kept.end('SIGTERM'); // which leaves the Lease to the next test
    await grantMember(member);
    await grantLeases(LEASE_RIGHTS);
  });

  const imported = async (...addresses: readonly string[]): Promise<void> => {
    for (const at of [east, west]) {
      expect(addressesIn(await importedSlices(at, shop, 'cart')), at.name).toEqual(addresses);
    }
  };

  it('lacks nothing: import, Event, Lease, and its end', async () => {
    const marks = await Promise.all([east, west].map(({ info }) => auditMark(info)));
    await kept.start();
    await kept.until(() => imported('10.0.0.1'));
    await create(west, ...exported(shop, 'cart', ['10.0.1.1'], { sessionAffinity: 'ClientIP' }));
    await kept.until(() => imported('10.0.0.1', '10.0.1.1'));
    for (const at of [east, west]) {
      await expect
        .poll(() => at.list('events.events.k8s.io', shop), { timeout: 30_000 })
        .toMatchObject([{ reason: 'Conflict' }]);
    }
    const held = await east.get('lease', LEASE, account.namespace);
    expect(field(held, 'spec', 'holderIdentity')).toMatch(/./);
    expect(await kept.end('SIGTERM')).toBe(0);
    kept.expectClean();
    const left = await east.get('lease', LEASE, account.namespace);
    expect(field(left, 'spec', 'holderIdentity') ?? '').toBe('');
    const user = `system:serviceaccount:${account.namespace}:${account.name}`;
    for (const [index, { info }] of [east, west].entries()) {
      await auditMark(info);
      const log = (await readFile(info.auditLog)).subarray(marks[index]).toString('utf8');
      expect(log, info.name).toContain(user);
      const refused = log.split('\n').filter((line) => line.includes(user) && line.includes('"code":403'));
      expect(refused, info.name).toEqual([]);
    }
  });

  it('says what it may not watch, writes nothing there, and goes on by itself when it may', async () => {
    const right = { group: 'multicluster.x-k8s.io', resource: 'serviceexports', verb: 'watch' };
    await grantMember(without(member, right), right);
    const writes = await writesDuring([west], async () => {
      await kept.start();
      await kept.told('problem', ({ problem }) =>
        isDeepStrictEqual(problem, {
          cluster: 'west',
          object: '',
          message: 'not allowed to watch serviceexports.multicluster.x-k8s.io',
          next: 'ask for the RBAC verb "watch" on serviceexports.multicluster.x-k8s.io',
          severity: 'partial',
        }),
      );
      await expect
        .poll(async () => addressesIn(await importedSlices(east, shop, 'cart')), { timeout: 30_000 })
        .toEqual(['10.0.0.1']);
    });
    expect(writes).toEqual([]);
    await grantMember(member);
    await kept.told('solved');
    await kept.until(() => imported('10.0.0.1'));
    kept.expectClean();
  });

  it('says that Events may not be written, and does the rest', async () => {
    const right = { group: 'events.k8s.io', resource: 'events', verb: 'create' };
    await grantMember(without(member, right), right);
    await kept.start();
    await kept.until(() => imported('10.0.0.1'));
    await create(west, ...exported(shop, 'cart', ['10.0.1.1'], { sessionAffinity: 'ClientIP' }));
    await kept.until(() => imported('10.0.0.1', '10.0.1.1'));
    const message =
      'west: no Events there: not allowed to create events.events.k8s.io in namespace ' +
      `${shop}; ask for the RBAC verb "create" on events.events.k8s.io`;
    await kept.told('warning', (entry) => entry.message === message);
  });

  it.each(['get', 'create'] as const)(
    'says that it may not %s Leases, and writes nothing until it may',
    async (verb) => {
      await east.request('DELETE', leasePath());
      await grantLeases(LEASE_RIGHTS.filter((other) => other !== verb));
      const writes = await writesDuring([east, west], async () => {
        await kept.start();
        await expectRefused(verb);
      });
      expect(writes.filter(({ code }) => code !== 403)).toEqual([]);
      await grantLeases(LEASE_RIGHTS);
      await kept.until(() => imported('10.0.0.1'));
    },
  );

  it('says that it may not update Leases, and leads no longer than one lasts', async () => {
    await east.request('DELETE', leasePath());
    await grantLeases(['get', 'create']);
    await kept.start();
    await kept.told('leading', ({ held }) => held === 1);
    await expectRefused('update');
    await kept.told('leading', ({ held }) => held === 0);
    const writes = await writesDuring([east, west], async () => {
      await create(west, ...exported(shop, 'cart', ['10.0.1.1']));
      await sleep(1000); // a leader would need some milliseconds
    });
    expect(writes.filter(({ userAgent, code }) => userAgent === AGENT && code !== 403)).toEqual([]);
    await grantLeases(LEASE_RIGHTS);
    await kept.until(() => imported('10.0.0.1', '10.0.1.1'));
  });

  async function expectRefused(verb: string): Promise<void> {
    const message =
      `not allowed to ${verb} leases.coordination.k8s.io ${account.namespace}/${LEASE}; grant the RBAC verbs ` +
      `"get", "create" and "update" on leases.coordination.k8s.io in namespace ${account.namespace}`;
    await kept.told('warning', (entry) => entry.message === message);
  }

  const leasePath = (): string => `/apis/coordination.k8s.io/v1/namespaces/${account.namespace}/leases/${LEASE}`;

  /** Replaces the rules in the west, and waits until the server goes by them. */
  async function grantMember(rules: readonly object[], missing?: Right): Promise<void> {
    await must(west.request('PATCH', rolePath(account), merged({ rules })));
    const asked = missing ?? { group: 'events.k8s.io', resource: 'events', verb: 'create' };
    await expect.poll(() => mayDo(west, account, asked), { timeout: 10_000 }).toBe(missing === undefined);
  }

  /** Replaces the rights to Leases in the east, and waits until the server goes by them. */
  async function grantLeases(verbs: readonly string[]): Promise<void> {
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${account.namespace}/roles/${account.name}`;
    const rules = [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs }];
    await must(east.request('PATCH', path, merged({ rules })));
    for (const verb of LEASE_RIGHTS) {
      const right = { group: 'coordination.k8s.io', resource: 'leases', verb };
      await expect
        .poll(() => mayDo(east, account, right, account.namespace), { timeout: 10_000 })
        .toBe(verbs.includes(verb));
    }
  }
});

const merged = (body: object) => ({ body, contentType: 'application/merge-patch+json' });

function rulesOf({ rules }: Json): readonly Json[] {
  return Array.isArray(rules) ? rules.filter(isRecord) : [];
}

/** The rules, but for one right. */
function without(rules: readonly Json[], { resource, verb }: Right): readonly Json[] {
  return rules
    .map((rule) =>
      Array.isArray(rule.resources) && rule.resources.includes(resource) && Array.isArray(rule.verbs)
        ? { ...rule, verbs: rule.verbs.filter((one) => one !== verb) }
        : rule,
    )
    .filter(({ verbs }) => Array.isArray(verbs) && verbs.length > 0);
}
