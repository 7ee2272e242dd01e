import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditMark, auditWrites } from '../kube/audit.ts';
import { clusters, describeWithServers, handle, shared, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { grant } from '../kube/rbac.ts';
import { run } from '../kube/run.ts';
import { startServer, type Server } from '../kube/servers.ts';

describeWithServers('the API servers of the tests', () => {
  let all: readonly Handle[] = [];
  let east: Handle;

  beforeAll(async () => {
    const handles = await clusters();
    all = Object.values(handles);
    east = handles.east;
  });

  it('answer as three clusters that know nothing of each other', async () => {
    const uids = await Promise.all(
      all.map((cluster) => cluster.kubectl(['get', 'ns', 'kube-system', '-o', 'jsonpath={.metadata.uid}'])),
    );
    expect(uids.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(new Set(uids.map(({ stdout }) => stdout)).size).toBe(3);
  });

  it('log one write for one create, and none for reads', async () => {
    const namespace = uniqueNamespace('audit');
    const before = await auditMark(east.info);
    await east.kubectl(['create', 'namespace', namespace]);
    const written = await auditMark(east.info);
    await east.kubectl(['get', 'namespaces', '-o', 'yaml']);
    await east.get('namespace', namespace);
    const writes = await auditWrites(east.info, { since: before });
    expect(writes).toMatchObject([
      { verb: 'create', resource: 'namespaces', name: namespace, user: 'admin', code: 201 },
    ]);
    expect(await auditWrites(east.info, { since: written })).toEqual([]);
  });

  it('tell a dry run from a write', async () => {
    const before = await auditMark(east.info);
    await east.kubectl(['create', 'namespace', uniqueNamespace('dry'), '--dry-run=server']);
    expect(await auditWrites(east.info, { since: before })).toMatchObject([{ verb: 'create', dryRun: true }]);
  });

  it('let in by client certificate', async () => {
    const kubeconfig = await writeKubeconfig([east.info], { user: 'certificate' });
    const who = await run(shared().assets.kubectl, ['--kubeconfig', kubeconfig, 'auth', 'whoami', '-o', 'json']);
    expect(JSON.parse(who.stdout)).toMatchObject({
      status: { userInfo: { username: 'admin-certificate', groups: ['system:masters', 'system:authenticated'] } },
    });
  });

  it('let a user do only what was granted', async () => {
    await grant(east.info, 'limited', [{ apiGroups: [''], resources: ['services'], verbs: ['list'] }]);
    const kubeconfig = await writeKubeconfig([east.info], { user: 'limited' });
    const get = (kind: string): Promise<{ code: number | undefined; stderr: string }> =>
      run(shared().assets.kubectl, ['--kubeconfig', kubeconfig, 'get', kind]);
    expect((await get('services')).code).toBe(0);
    expect((await get('namespaces')).stderr).toContain('Forbidden');
  });

  it('give Services addresses of their own range', async () => {
    const namespace = uniqueNamespace('range');
    const ips = await Promise.all(
      all.map(async (cluster) => {
        await cluster.kubectl(['create', 'namespace', namespace]);
        await cluster.kubectl(['create', 'service', 'clusterip', 'web', '--tcp=80', '-n', namespace]);
        return (await cluster.get('service', 'web', namespace))?.spec;
      }),
    );
    const range = (start: string): object => ({ clusterIP: expect.stringMatching(new RegExp(`^${start}\\.`)) });
    expect(ips).toMatchObject([range('10.11'), range('10.12'), range('10.13')]);
  });

  it('lose a namespace for good when it is removed, and all else on reset', async () => {
    const [gone, kept] = [uniqueNamespace('gone'), uniqueNamespace('kept')];
    for (const name of [gone, kept]) await east.kubectl(['create', 'namespace', name]);
    await east.removeNamespace(gone);
    expect(await east.get('namespace', gone)).toBeUndefined();
    expect(await east.get('namespace', kept)).toBeDefined();
    await east.reset();
    expect(await east.get('namespace', kept)).toBeUndefined();
    expect(await east.get('namespace', 'default')).toBeDefined();
  });
});

describeWithServers('a server that a test starts for itself', () => {
  let server: Server;
  let cluster: Handle;
  const version = (): Promise<number | string> =>
    cluster.request('GET', '/version', { timeout: 500 }).then(
      ({ status }) => status,
      () => 'no answer',
    );

  beforeAll(async () => {
    const { assets, etcd } = shared();
    server = await startServer(assets, { name: 'own', etcd, serviceCIDR: '10.40.0.0/16', dualStack: true });
    cluster = await handle(server.info);
  });

  afterAll(async () => {
    await server.kill();
  });

  it('gives Services addresses of both families', async () => {
    const [metadata, ports] = [{ name: 'dual', namespace: 'default' }, [{ port: 80 }]];
    const spec = { ipFamilyPolicy: 'RequireDualStack', ports };
    await cluster.apply([{ apiVersion: 'v1', kind: 'Service', metadata, spec }]);
    const service = await cluster.get('service', 'dual', 'default');
    expect(service).toMatchObject({
      spec: { clusterIPs: [expect.stringMatching(/^10\.40\./), expect.stringMatching(/^fd00:40::/)] },
    });
  });

  it('does not answer while frozen, and does again when thawed', async () => {
    server.freeze();
    expect(await version()).toBe('no answer');
    server.thaw();
    await expect.poll(version).toBe(200);
  });

  it('keeps URL and data over kill and restart', async () => {
    const before = await cluster.get('namespace', 'kube-system');
    await server.kill();
    expect(await version()).toBe('no answer');
    await server.restart();
    expect((await cluster.get('namespace', 'kube-system'))?.metadata).toEqual(before?.metadata);
  });
});
