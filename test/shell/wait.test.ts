import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { SERVICE, built, folder, member, write } from './built.ts';
import { following } from './following.ts';

vi.setConfig({ testTimeout: 60_000 });

const BOTH = ['--dir', 'east', '--dir', 'west'];
const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n';

/** east exports shop/web; west has the namespace alone. */
function clusterset(): string {
  const [properties] = member('west').split('---\napiVersion: v1\n');
  return folder({ 'east/all.yaml': member('east'), 'west/all.yaml': `${properties ?? ''}---\n${NAMESPACE}` });
}

describe('mcs wait svc', () => {
  it('ends when another process has done what was waited for', async () => {
    const cwd = clusterset();
    const wait = following(['wait', 'svc', 'shop/web', '--timeout', '50s', ...BOTH], cwd);
    await wait.says(/shop\/web: waiting for imported: missing in east, west/);
    expect((await built(['reconcile', ...BOTH], { cwd })).code).toBe(0);
    const { code, stdout } = await wait.ended;
    expect([code, stdout]).toEqual([0, expect.stringMatching(/shop +web +imported +met +in east, west/)]);
  });

  it('waits for an export and its Service to come, and for all that was asked for', async () => {
    const cwd = clusterset();
    const args = ['--for=no-conflict', '--for=endpoints=1', '--timeout', '50s', '-o', 'json', ...BOTH];
    const wait = following(['wait', 'svc', 'api', '-n', 'shop', ...args], cwd);
    await wait.says(/shop\/api: waiting for no-conflict: no cluster exports it/);
    write(join(cwd, 'west/export.yaml'), member('west').split('---\n').at(-1)?.replace('web', 'api') ?? '');
    await wait.says(/no export is valid \(west: NoService\)/);
    write(join(cwd, 'west/service.yaml'), SERVICE.replace('web', 'api'));
    await wait.says(/waiting for endpoints=1: 0 ready: west=0\/0/);
    const slice =
      'apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: api-1, namespace: shop, labels: {kubernetes.io/service-name: api}}\naddressType: IPv4\nendpoints: [{addresses: [10.0.0.1]}]\n';
    write(join(cwd, 'west/slice.yaml'), slice);
    const { code, stdout } = await wait.ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      apiVersion: 'kubectl-mcs/v1',
      kind: 'WaitResult',
      clusterset: 'prod',
      outcome: 'met',
      services: [
        {
          namespace: 'shop',
          name: 'api',
          conditions: [
            { for: 'no-conflict', status: 'True' },
            { for: 'endpoints=1', status: 'True' },
          ],
          clusters: [
            { cluster: 'east', import: 'missing' },
            { cluster: 'west', export: 'Valid', import: 'missing', endpoints: { ready: 1, total: 1 } },
          ],
        },
      ],
    });
  });

  it('gives up what can never be, without waiting', async () => {
    const cwd = clusterset();
    write(
      join(cwd, 'east/all.yaml'),
      member('east').replace('spec:\n  ports', 'spec:\n  type: ExternalName\n  externalName: x.example\n  ports'),
    );
    const { code, stderr } = await built(['wait', 'svc', 'shop/web', '--timeout', '10h', ...BOTH], { cwd });
    expect(code).toBe(1);
    expect(stderr).toBe(
      'error: shop/web: imported can never be met: its Service is of type ExternalName in east, which cannot be exported\n  next: mcs unexport svc shop/web --dir east, or give the Service a selector\n',
    );
  });

  it('says what is missing where when the time is up', async () => {
    const cwd = clusterset();
    const { code, stdout, stderr } = await built(['wait', 'svc', 'shop/web', '--timeout', '0', ...BOTH], { cwd });
    expect(code).toBe(5);
    expect(stdout).toMatch(/shop +web +imported +not met +missing in east, west/);
    expect(stderr).toBe('error: shop/web: imported not met: missing in east, west\n  next: mcs reconcile\n');
  });

  it('goes on while a cluster cannot be read, and with it when it is back', async () => {
    const cwd = clusterset();
    await built(['reconcile', ...BOTH], { cwd });
    write(join(cwd, 'west/broken.yaml'), '{');
    const look = await built(['wait', 'svc', 'shop/web', '--timeout', '0', ...BOTH], { cwd });
    expect([look.code, look.stderr]).toEqual([3, expect.stringContaining('could be read: west')]);
    const wait = following(['wait', 'svc', 'shop/web', '--timeout', '50s', ...BOTH], cwd);
    await wait.says(/waiting for imported: .*west/);
    rmSync(join(cwd, 'west/broken.yaml'));
    expect((await wait.ended).code).toBe(0);
  });

  it('ends with 130 on Ctrl-C, and with 2 where it was typed wrongly', async () => {
    const cwd = clusterset();
    const wait = following(['wait', 'svc', 'shop/web', '--timeout', '50s', ...BOTH], cwd);
    await wait.says(/waiting/);
    wait.interrupt();
    expect(await wait.ended).toMatchObject({ code: 130, stdout: '' });
    for (const wrong of [
      ['--for', 'ready'],
      ['--in', 'south'],
      ['--timeout', '-1'],
    ]) {
      expect((await built(['wait', 'svc', 'shop/web', ...wrong, ...BOTH], { cwd })).code).toBe(2);
    }
  });
});

describe('mcs status --watch', () => {
  it('prints what changes, a document a line, until Ctrl-C', async () => {
    const cwd = clusterset();
    const watch = following(['status', '--watch', '-o', 'json', ...BOTH], cwd);
    await watch.says(/"ADDED".*"name":"web"/);
    expect((await built(['reconcile', ...BOTH], { cwd })).code).toBe(0);
    await watch.says(/"MODIFIED".*"state":"OK"/);
    watch.interrupt();
    const { code, stdout } = await watch.ended;
    expect(code).toBe(130);
    for (const line of stdout.trim().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({ apiVersion: 'kubectl-mcs/v1', kind: 'StatusEvent' });
    }
  });

  it('tells once more of a service that no longer has the state asked for', async () => {
    const cwd = clusterset();
    const watch = following(['status', '--watch', '--state', 'pending', ...BOTH], cwd);
    await watch.says(/Z {2}shop\/web {2}PENDING not reconciled {2}exported by east, imported 0\/2/);
    await built(['reconcile', ...BOTH], { cwd });
    await watch.says(/Z {2}shop\/web {2}OK/);
    rmSync(join(cwd, 'east/all.yaml')); // not among those asked for any more
    await watch.says(/Z {2}east: left-out/);
    watch.interrupt();
    const { stdout } = await watch.ended;
    expect(stdout.match(/shop\/web/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('refuses what cannot be followed, and states there are not', async () => {
    const cwd = clusterset();
    const yaml = await built(['status', '--watch', '-o', 'yaml', ...BOTH], { cwd });
    expect([yaml.code, yaml.stderr]).toEqual([2, expect.stringContaining('give -o json')]);
    const state = await built(['status', '--state', 'BROKEN', ...BOTH], { cwd });
    expect([state.code, state.stderr]).toEqual([2, expect.stringContaining('NOT-EXPORTED, CONFLICT, MISSING')]);
  });
});
