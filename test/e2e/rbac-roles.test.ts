import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import { clusters, describeWithServers, must, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { accountKubeconfig, mayDo, rolePath, type Right } from './account.ts';
import { create, field, remove } from './api.ts';
import { NOTHING, addressesIn, contexts, createNamespace, formClusterset, held, writesDuring } from './clusterset.ts';
import { mcs, mcsDone, type McsOptions } from './mcs.ts';
import { exported } from './objects.ts';

const ACCOUNT = { namespace: 'mcs-system', name: 'mcs-reconciler' };
const ROLE = rolePath(ACCOUNT);

const READS = ['get', 'list', 'watch'];
const WRITES = ['create', 'patch', 'delete'];
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const records = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const title = ({ group, resource, verb }: Right): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group.replace('.x-k8s.io', '').replace('.k8s.io', '')}`}`;

function rightsOf(rules: readonly Json[]): readonly Right[] {
  return rules.flatMap((rule) =>
    texts(rule.apiGroups).flatMap((group) =>
      texts(rule.resources).flatMap((resource) =>
        texts(rule.verbs).map((verb) => ({
          ...{ group, resource, verb },
          names: rule.resourceNames === undefined ? undefined : texts(rule.resourceNames),
        })),
      ),
    ),
  );
}

function ruleOf({ group, resource, verb, names }: Right): object {
  const rule = { apiGroups: [group], resources: [resource], verbs: [verb] };
  return names === undefined ? rule : { ...rule, resourceNames: names };
}

/** Which rights a pass does without, and why they are granted all the same. */
const SPARE: Readonly<Record<string, string>> = {
  'watch namespaces': 'only a long run watches',
  'watch services': 'only a long run watches',
  'watch endpointslices.discovery': 'only a long run watches',
  'watch serviceexports.multicluster': 'only a long run watches',
  'watch serviceimports.multicluster': 'only a long run watches',
  'watch clusterproperties.about': 'only a long run watches',
  'create events.events': 'only a long run writes Events',
  'get services': 'asked for where ServiceCIDRs are not served',
  'list servicecidrs.networking': 'read from the Service of the API server instead, the first family alone',
  'get endpointslices.discovery': 'list shows the same',
  'get serviceexports.multicluster': 'list shows the same',
  'get serviceimports.multicluster': 'list shows the same',
  'get clusterproperties.about': 'list shows the same',
  'get configmaps': 'only asked for where the API groups of Cilium are',
};

/** What goes on without a right, with a warning that matches. */
const WARNED: Readonly<Record<string, RegExp>> = {
  'get namespaces': /warning: west: .*not allowed to get namespaces kube-system/,
  'get deployments.apps': /warning: west: whether AWS Cloud Map MCS controller runs there is unknown/,
  'get pods': /warning: west: whether mcs-api reference controller runs there is unknown/,
};

describeWithServers('the rights of `mcs rbac print --for member`', () => {
  let east: Handle;
  let west: Handle;
  let options: McsOptions;
  let reconcile: readonly string[];
  let shop: string;
  let rules: readonly Json[] = [];

  beforeAll(async () => {
    ({ east, west } = await clusters());
    await formClusterset('prod', [east, west]);
    const printed = await mcsDone(['rbac', 'print', '--for', 'member']);
    await Promise.all(
      [east, west].map(async (server) => {
        await server.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ACCOUNT.namespace } }]);
        await server.apply(printed);
      }),
    );
    options = { kubeconfig: await accountKubeconfig([east, west], ACCOUNT) };
    reconcile = ['reconcile', '--quiet', ...contexts([east, west])];
    const role = (await must(west.request('GET', ROLE))) as Json; // a ClusterRole
    rules = records(role.rules);
    shop = uniqueNamespace('roles');
    await createNamespace(shop, [east, west]);
  });

  it('are enough to reconcile: imports come, change and go, and a second pass writes nothing', async () => {
    await create(east, ...exported(shop, 'cart', ['10.0.0.1']));
    await create(west, ...exported(shop, 'cart', ['10.0.1.1']));
    const first = await mcs(reconcile, options);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    for (const server of [east, west]) {
      const there = await held(server, shop, 'cart');
      expect(there.import).toMatchObject({ status: { clusters: [{ cluster: 'east' }, { cluster: 'west' }] } });
      expect(addressesIn(there.slices)).toEqual(['10.0.0.1', '10.0.1.1']);
    }
    const writes = await writesDuring([east, west], async () => {
      expect(await mcs(reconcile, options)).toMatchObject({ code: 0, stderr: '' });
    });
    expect(writes).toEqual([]);
    await remove(east, 'ServiceExport', shop, 'cart');
    await remove(west, 'ServiceExport', shop, 'cart');
    expect(await mcs(reconcile, options)).toMatchObject({ code: 0, stderr: '' });
    expect(await held(west, shop, 'cart')).toEqual(NOTHING);
  });

  it('are those of which the tables above speak', () => {
    const rights = rightsOf(rules);
    expect(rights.length).toBeGreaterThan(30);
    expect(rights.filter(({ verb }) => ![...READS, ...WRITES].includes(verb))).toEqual([]);
    const told = [...Object.keys(SPARE), ...Object.keys(WARNED)];
    expect(told.filter((name) => !rights.some((right) => title(right) === name))).toEqual([]);
  });

  it.each([
    ['read', READS],
    ['write', WRITES],
  ])(
    'without one to %s: what fails says verb, resource and cluster; what does not is known not to',
    async (_, verbs) => {
      const rights = rightsOf(rules).filter(({ verb }) => verbs.includes(verb));
      expect(rights.length).toBeGreaterThan(10);
      for (const right of rights) {
        const name = title(right);
        const service = await occasion(right);
        await grantAllBut(right);
        const { code, stdout, stderr } = await mcs(reconcile, options);
        const said = `without "${name}" (${service}): exit ${String(code)}\n${stdout}${stderr}`;
        expect(stderr, said).not.toMatch(/^ +at |defect/m);
        if (name in SPARE) {
          expect(code, said).toBe(0);
          expect(stderr, said).toBe('');
        } else if (WARNED[name] !== undefined) {
          expect(code, said).toBe(0);
          expect(stderr, said).toMatch(WARNED[name]);
        } else {
          expect(code, said).toBe(3);
          const [plural = '', subresource] = right.resource.split('/');
          const resource = [plural, ...(right.group === '' ? [] : [right.group])].join('.');
          const full = subresource === undefined ? resource : `${resource}/${subresource}`;
          expect(stderr, said).toMatch(new RegExp(`^error: west: .*not allowed to \\w+ ${resource}\\b`, 'm'));
          expect(stderr, said).toContain(`  next: ask for the RBAC verb "${right.verb}" on ${full}\n`);
        }
      }
      await restore();
      expect((await mcs(reconcile, options)).code).toBe(0);
    },
  );

  /** Makes work in which the right is used: an import to create, to change, or to remove in the west. */
  async function occasion({ verb, resource }: Right): Promise<string> {
    await restore();
    const name = `s${(occasions++).toString(36)}`;
    if (READS.includes(verb)) return 'nothing to write';
    await create(east, ...exported(shop, name, ['10.0.0.1']));
    if (verb === 'create' || resource.endsWith('/status')) {
      if (resource.startsWith('serviceexports')) await create(west, ...exported(shop, name, ['10.0.1.1']));
      return name;
    }
    await mcsDone(reconcile, options);
    if (verb === 'delete') await remove(east, 'ServiceExport', shop, name);
    if (verb === 'patch') await spoil(name, resource);
    return name;
  }

  /** Changes a field that is ours, so that it has to be put right. */
  async function spoil(name: string, resource: string): Promise<void> {
    const there = await held(west, shop, name);
    const [path, patch] =
      resource === 'endpointslices'
        ? [`/apis/discovery.k8s.io/v1/namespaces/${shop}/endpointslices/${nameOf(there.slices[0])}`, { endpoints: [] }]
        : resource === 'services'
          ? [`/api/v1/namespaces/${shop}/services/${nameOf(there.derived)}`, { spec: { sessionAffinity: 'ClientIP' } }]
          : [
              `/apis/multicluster.x-k8s.io/v1beta1/namespaces/${shop}/serviceimports/${name}`,
              { spec: { sessionAffinity: 'ClientIP' } },
            ];
    await must(west.request('PATCH', path, { body: patch, contentType: 'application/merge-patch+json' }));
  }

  async function grantAllBut(missing: Right): Promise<void> {
    const left = rightsOf(rules).filter((right) => title(right) !== title(missing));
    await putRules(left.map(ruleOf), missing, false);
  }

  async function restore(): Promise<void> {
    await putRules(rules, undefined, true);
  }

  /** Replaces the rules in the west, and waits until the server goes by them. */
  async function putRules(some: readonly object[], about: Right | undefined, allowed: boolean): Promise<void> {
    const patch = { body: { rules: some }, contentType: 'application/merge-patch+json' };
    await must(west.request('PATCH', ROLE, patch));
    const asked = about ?? lacking;
    lacking = about;
    if (asked === undefined) return;
    const deadline = Date.now() + 10_000;
    while ((await mayDo(west, ACCOUNT, asked)) !== allowed) {
      if (Date.now() > deadline) throw new Error(`the server does not see the rules about ${title(asked)}`);
      await sleep(20);
    }
  }

  let occasions = 0;
  let lacking: Right | undefined;
});

function nameOf(object: unknown): string {
  return String(field(object, 'metadata', 'name'));
}
