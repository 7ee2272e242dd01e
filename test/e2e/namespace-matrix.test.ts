import { beforeAll, expect, it } from 'vitest';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { READ_ALL, grant } from '../kube/rbac.ts';
import { create, field } from './api.ts';
import { contexts, createNamespace, formClusterset } from './clusterset.ts';
import { mcs, mcsDone } from './mcs.ts';
import { exported } from './objects.ts';

describeWithServers('mcs namespaces', () => {
  let east: Handle;
  let west: Handle;
  let both: readonly string[];

  beforeAll(async () => {
    ({ east, west } = await clusters());
    both = contexts([east, west]);
    await formClusterset('prod', [east, west]);
  });

  it('prints what fills a hole, with the owner of the exporter, for kubectl to apply', async () => {
    const shop = uniqueNamespace('shop');
    const labels = { team: 'shop' };
    await create(east, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: shop, labels } });
    await create(east, ...exported(shop, 'cart', ['10.0.0.1']));
    const gate = await mcs(['namespaces', shop, '--missing', ...both]);
    expect(gate.code).toBe(1);
    expect(gate.stdout).toMatch(new RegExp(`^west +${shop} +MISSING +east +cart$`, 'm'));

    const manifests = await mcsDone(['namespaces', shop, '--missing', '--in', 'west', '-o', 'yaml', ...both]);
    expect(await west.kubectl(['apply', '-f', '-'], manifests)).toMatchObject({ code: 0 });
    expect(field(await west.get('namespace', shop), 'metadata', 'labels', 'team')).toBe('shop');
    expect(await mcsDone(['namespaces', shop, '--missing', ...both])).toContain('no holes');
    // Whatever else a namespace of a real server carries, the owners are the same.
    expect(await mcsDone(['namespaces', shop, ...both])).toMatch(
      new RegExp(`^${shop} +1 exported +present +team=shop$`, 'm'),
    );
  });

  it('shows a namespace that is being deleted, and offers no manifest for it', async () => {
    const going = uniqueNamespace('going');
    await createNamespace(going, [east, west]);
    await create(east, ...exported(going, 'cart', ['10.0.0.1']));
    await west.request('DELETE', `/api/v1/namespaces/${going}`); // no controller is there to finish it
    const matrix = await mcs(['ns', going, ...both]);
    expect(matrix.code).toBe(0);
    expect(matrix.stdout).toMatch(new RegExp(`^${going} +1 exported +TERMINATING +`, 'm'));
    const { code, stdout, stderr } = await mcs(['ns', going, '--missing', '-o', 'yaml', ...both]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain(`west: namespace ${going} is being deleted`);
  });

  it('says UNKNOWN of a cluster whose namespaces may not be listed, and ends with 3', async () => {
    const shop = uniqueNamespace('shop');
    await createNamespace(shop, [east, west]);
    await create(east, ...exported(shop, 'cart', ['10.0.0.1']));
    await grant(east.info, 'limited', READ_ALL);
    await grant(west.info, 'limited', [
      { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
      ...READ_ALL.filter(({ apiGroups }) => !apiGroups.includes('')),
    ]);
    const limited = { kubeconfig: await writeKubeconfig([east.info, west.info], { user: 'limited' }) };
    const { code, stdout, stderr } = await mcs(['namespaces', '--quiet'], limited);
    expect(code).toBe(3);
    expect(stdout).toMatch(new RegExp(`^${shop} +1 exported +UNKNOWN +-$`, 'm'));
    expect(stderr).toMatch(/^error: west: not allowed to list /m);
    expect((await mcs(['namespaces', '--missing', '--quiet'], limited)).code).toBe(3);
  });
});
