/** `mcs explain` as a process: exit codes, documents, and what a terminal or a pipe gets. */
import { describe, expect, it, vi } from 'vitest';
import { built, expectTidy, folder, member } from './built.ts';

vi.setConfig({ testTimeout: 90_000 });

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n';
const slices =
  'apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}\naddressType: IPv4\nendpoints: [{addresses: [10.0.0.1]}]\nports: [{port: 8080, protocol: TCP}]\n';
const DIRS = ['--dir', 'east', '--dir', 'west'];

/** east exports shop/web with an endpoint; west is a member with the namespace, or without. */
function clusterset(west = NAMESPACE): string {
  const properties = member('west').split('---\n').slice(0, 2).join('---\n');
  return folder({ 'east/a.yaml': `${member('east')}---\n${slices}`, 'west/a.yaml': `${properties}---\n${west}` });
}

/** A kubeconfig with one context, behind which nobody listens. */
const DEAD = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'dead', cluster: { server: 'http://127.0.0.1:9' } }],
  users: [{ name: 'u', user: { token: 't' } }],
  contexts: [{ name: 'dead', context: { cluster: 'dead', user: 'u' } }],
});

describe('mcs explain svc', () => {
  it('ends with 0 when the chain holds, and with 1 and the root cause when it broke', async () => {
    const cwd = clusterset();
    const before = await built(['explain', 'svc', 'shop/web', '--in', 'west', ...DIRS], { cwd });
    expectTidy(before);
    expect(before.code).toBe(1);
    expect(before.stdout).toContain('root cause MCS404 in west');
    expect(before.stdout).toContain('fix: mcs reconcile --dir east --dir west\n');
    expect((await built(['reconcile', '--yes', ...DIRS], { cwd })).code).toBe(0);
    expect(await built(['explain', 'svc', 'shop/web', ...DIRS], { cwd })).toMatchObject({ code: 0, stderr: '' });
  });

  it('prints one document with all of it', async () => {
    const cwd = clusterset('apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n');
    const { code, stdout } = await built(
      ['explain', 'svc', 'web', '-n', 'shop', '--in', 'west', '-o', 'json', ...DIRS],
      { cwd },
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      apiVersion: 'kubectl-mcs/v1',
      kind: 'ServiceExplanation',
      namespace: 'shop',
      name: 'web',
      verdict: 'fail',
      causes: [{ code: 'MCS101', step: 'imported', clusters: ['west'] }],
    });
  });

  it('ends with 3 when a cluster could not be read, with 4 when none could', async () => {
    const cwd = folder({ 'east/a.yaml': `${member('east')}---\n${slices}`, config: DEAD });
    expect((await built(['reconcile', '--yes', '--dir', 'east'], { cwd })).code).toBe(0);
    const dead = ['--kubeconfig', 'config', '--context', 'dead'];
    const some = await built(['explain', 'svc', 'shop/web', '--dir', 'east', ...dead], { cwd });
    expect(some.code).toBe(3);
    expect(some.stdout).toMatch(/^not known MCS001: dead could not be read/m);
    expect(some.stdout.match(/^not known/gm)).toHaveLength(1);
    expect((await built(['explain', 'svc', 'shop/web', ...dead], { cwd })).code).toBe(4);
  });

  it.each([
    [['explain', 'svc', ...DIRS], 2],
    [['explain', 'svc', 'Shop_1', ...DIRS], 2],
    [['explain', 'svc', 'shop/web', '--in', 'nowhere', ...DIRS], 2],
    [['explain', 'svc', 'shop/wed', ...DIRS], 1],
  ])('%j ends with %i', async (args, code) => {
    const outcome = await built(args, { cwd: clusterset() });
    expectTidy(outcome);
    expect(outcome.code).toBe(code);
    if (code === 1) expect(outcome.stdout).toContain('did you mean shop/web?');
  });
});

describe('mcs explain conflict', () => {
  it('ends with 1 on a conflict, with 0 without', async () => {
    const other = member('west').replace('port: 80', 'port: 81');
    const cwd = folder({ 'east/a.yaml': member('east'), 'west/a.yaml': other, 'same/a.yaml': member('same') });
    const found = await built(['explain', 'conflict', 'shop/web', ...DIRS, '-o', 'json'], { cwd });
    expect(found.code).toBe(1);
    expect(JSON.parse(found.stdout)).toMatchObject({ kind: 'ConflictExplanation', conflicts: 1 });
    const text = await built(['explain', 'conflict', 'shop/web', ...DIRS], { cwd });
    expectTidy(text);
    expect(text.stdout).toContain('if west said what east says, or did not export it: no conflict');
    expect((await built(['explain', 'conflict', 'shop/web', '--dir', 'east', '--dir', 'same'], { cwd })).code).toBe(0);
  });
});
