import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { ourCRDs } from '../../src/lib/clusters/crd-manifests.ts';
import { auditMark, auditWrites, type AuditMark } from '../kube/audit.ts';
import { temporaryFolder } from '../kube/daemon.ts';
import { clusters, describeWithServers, type Handle, uniqueNamespace } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { grant, READ_ALL } from '../kube/rbac.ts';
import { create } from './api.ts';
import { createNamespace } from './clusterset.ts';
import { document, mcs } from './membership-program.ts';
import { service } from './objects.ts';

const ROOT = new URL('../../', import.meta.url);
const MARK = { 'app.kubernetes.io/managed-by': 'mcs' };
const LEAVE = ['leave', '--context', 'east'] as const;
const KINDS = ['serviceexports', 'serviceimports', 'clusterproperties'] as const;

describeWithServers('mcs leave', () => {
  let east: Handle;
  let west: Handle;
  let config: string;
  let namespace: string;

  beforeAll(async () => {
    ({ east, west } = await clusters());
    config = await writeKubeconfig([east.info, west.info]);
    for (const cluster of [east, west]) {
      await cluster.reset({ crds: true });
      for (const { manifest } of await ourCRDs(ROOT)) await cluster.apply([manifest]);
      await cluster.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s']);
    }
  });

  beforeEach(async () => {
    await Promise.all([east.reset(), west.reset()]);
    namespace = uniqueNamespace('shop');
    await createNamespace(namespace, [east, west]);
    await create(east, service(namespace, 'web'));
    await east.apply([exportOf('web', MARK)]);
    await mcs(config, 'join', 'prod', '--context', 'east', '--context', 'west');
    expect(await mcs(config, 'reconcile', '--yes')).toMatchObject({ code: 0 });
  });

  const exportOf = (name: string, labels: object): object => ({
    apiVersion: 'multicluster.x-k8s.io/v1beta1',
    kind: 'ServiceExport',
    metadata: { name, namespace, labels },
  });

  /** What is there of each kind, by name. */
  async function held(cluster: Handle): Promise<Record<string, readonly string[]>> {
    const lists = await Promise.all(KINDS.map((kind) => cluster.list(kind)));
    const name = (object: unknown): string => (object as { metadata: { name: string } }).metadata.name;
    return Object.fromEntries(KINDS.map((kind, i) => [kind, (lists[i] ?? []).map(name)]));
  }

  async function deletes(since: AuditMark): Promise<readonly string[]> {
    const made = (await auditWrites(east.info, { since })).filter((entry) => !entry.dryRun);
    return made.map(
      ({ verb, resource, name }) => `${verb} ${resource}${resource === 'clusterproperties' ? ` ${name}` : ''}`,
    );
  }

  const LEFT = { serviceexports: [], serviceimports: [], clusterproperties: ['cluster.clusterset.k8s.io'] };

  it('removes exports, then the membership, then what was imported; keeps the id', async () => {
    const mark = await auditMark(east.info);
    expect(await mcs(config, ...LEAVE, '--yes')).toEqual({
      code: 0,
      missing: false,
      stdout: [
        'east  left prod',
        '  removed 1 export, the membership, 1 import, 1 derived Service',
        `  exports: ${namespace}/web`,
        '  its id east stays',
        `  west imports from it: ${namespace}/web`,
        '  what is left elsewhere goes with: mcs reconcile\n',
      ].join('\n'),
      stderr: '',
    });
    expect(await deletes(mark)).toEqual([
      'delete serviceexports',
      'delete clusterproperties clusterset.k8s.io',
      'delete serviceimports',
      'delete services',
    ]);
    expect(await held(east)).toEqual(LEFT);
  });

  it('names a command that removes what is left elsewhere', async () => {
    await mcs(config, ...LEAVE, '--yes');
    expect((await held(west)).serviceimports).toEqual(['web']);
    expect(await mcs(config, 'reconcile', '--yes')).toMatchObject({ code: 0 });
    expect((await held(west)).serviceimports).toEqual([]);
  });

  it('names --gone when the id is forgotten, and that works too', async () => {
    const { stdout } = await mcs(config, ...LEAVE, '--yes', '--forget-id');
    expect(stdout).toContain('goes with: mcs reconcile --gone east\n');
    expect((await held(east)).clusterproperties).toEqual([]);
    await mcs(config, 'reconcile', '--yes', '--gone', 'east');
    expect((await held(west)).serviceimports).toEqual([]);
  });

  it('goes on where a run before it stopped', async () => {
    await east.kubectl(['delete', 'serviceexport', 'web', '-n', namespace]);
    await east.kubectl(['delete', 'clusterproperty', 'clusterset.k8s.io']);
    expect(await mcs(config, ...LEAVE, '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('removed 1 import, 1 derived Service\n'),
    });
    expect(await held(east)).toEqual(LEFT);
  });

  it('stops where it is forbidden to go on, and goes on once it is allowed', async () => {
    const may = (...resources: readonly string[]) => ({ apiGroups: ['*'], resources, verbs: ['delete'] });
    await grant(east.info, 'limited', [...READ_ALL, may('serviceexports', 'clusterproperties', 'services')]);
    const limited = await writeKubeconfig([east.info], { user: 'limited' });
    const mark = await auditMark(east.info);
    const refused = await mcs(limited, ...LEAVE, '--yes');
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(refused.stderr).toMatch(
      /^error: east: not allowed to delete serviceimports.*; nothing was written\nnext: .*\n$/,
    );
    expect(await deletes(mark)).toEqual([]);
    await grant(east.info, 'limited', [...READ_ALL, may('*')]);
    expect(await mcs(limited, ...LEAVE, '--yes')).toMatchObject({ code: 0 });
    expect(await held(east)).toEqual(LEFT);
  });

  it('has nothing to do in a cluster that is no member', async () => {
    await mcs(config, ...LEAVE, '--yes');
    const mark = await auditMark(east.info);
    expect(await mcs(config, ...LEAVE)).toMatchObject({
      code: 0,
      stdout: 'east is no member of a clusterset; nothing is left to remove\n',
      stderr: '',
    });
    expect(await deletes(mark)).toEqual([]);
  });

  it('refuses while exports remain that mcs did not make, and names the way out', async () => {
    await east.apply([exportOf('theirs', {})]);
    const before = await held(east);
    const mark = await auditMark(east.info);
    expect(await mcs(config, ...LEAVE, '--yes')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: [
        `error: east still exports ${namespace}/theirs, which mcs did not make; nothing was written`,
        'next: remove it, or let them go too: mcs leave --context east --exports=all\n',
      ].join('\n'),
    });
    expect(await deletes(mark)).toEqual([]);
    expect(await held(east)).toEqual(before);
    expect(await mcs(config, ...LEAVE, '--yes', '--exports=all')).toMatchObject({ code: 0 });
    expect(await held(east)).toEqual(LEFT);
  });

  it('shows what will go and asks; who cannot be asked is told the flag', async () => {
    const before = await held(east);
    const result = await mcs(config, ...LEAVE);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(`east (${east.info.url})  leaves prod\n  removes 1 export, the membership`);
    expect(result.stderr).toContain(`error: Take east (${east.info.url}) out? Nobody can be asked`);
    expect(result.stderr).toContain('next: give --yes\n');
    expect(await held(east)).toEqual(before);
  });

  it.each(['client', 'server'])('changes nothing with --dry-run=%s', async (how) => {
    const before = await held(east);
    const mark = await auditMark(east.info);
    expect(await mcs(config, ...LEAVE, `--dry-run=${how}`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('would remove 1 export, the membership, 1 import, 1 derived Service\n'),
    });
    expect(await deletes(mark)).toEqual([]);
    expect(await held(east)).toEqual(before);
  });

  it('leaves what carries no mark of ours', async () => {
    const metadata = { name: 'foreign', namespace };
    const spec = { type: 'ClusterSetIP', ports: [] };
    await east.apply([{ apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceImport', metadata, spec }]);
    await mcs(config, ...LEAVE, '--yes');
    expect((await held(east)).serviceimports).toEqual(['foreign']);
    expect(await east.get('service', 'web', namespace)).toBeDefined();
  });

  it('reports in JSON', async () => {
    expect(await document(config, ...LEAVE, '--yes')).toMatchObject({
      kind: 'LeaveReport',
      confirmed: true,
      clusters: [
        {
          cluster: 'east',
          id: 'east',
          clusterset: 'prod',
          outcome: 'left',
          removed: [
            { kind: 'ServiceExport', object: `${namespace}/web` },
            { kind: 'ClusterProperty', object: 'clusterset.k8s.io' },
            { kind: 'ServiceImport', object: `${namespace}/web` },
            { kind: 'Service' },
          ],
          importsElsewhere: [{ cluster: 'west', services: [`${namespace}/web`] }],
          next: 'mcs reconcile',
        },
      ],
    });
  });

  it("names the file of an export that lives in a user's file, and writes nothing", async () => {
    const dir = join(temporaryFolder('manifests'), 'south');
    mkdirSync(dir);
    const text = JSON.stringify(exportOf('web', {}));
    writeFileSync(join(dir, 'shop.yaml'), text);
    await mcs(config, 'join', 'prod', '--dir', dir);
    const result = await mcs(config, 'leave', '--dir', dir, '--exports=all', '--yes');
    expect(result).toMatchObject({ code: 3, stdout: '' });
    expect(result.stderr).toMatch(/next: remove it from .*south\/shop\.yaml:1\n/);
    expect(readFileSync(join(dir, 'shop.yaml'), 'utf8')).toBe(text);
    expect(readFileSync(join(dir, 'mcs/_cluster/clusterproperty-clusterset.k8s.io.yaml'), 'utf8')).toContain('prod');
  });
});
