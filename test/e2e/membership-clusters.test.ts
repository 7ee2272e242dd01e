import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ourCRDs } from '../../src/lib/clusters/crd-manifests.ts';
import { oldCRDs, relabelled } from '../fixtures/crds.ts';
import { auditMark, auditWrites } from '../kube/audit.ts';
import { freePort, temporaryFolder } from '../kube/daemon.ts';
import { clusters, describeWithServers, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { grant, READ_ALL } from '../kube/rbac.ts';
import type { ServerInfo } from '../kube/servers.ts';
import { document, mcs } from './membership-program.ts';

const ROOT = new URL('../../', import.meta.url);
const VERSION = 'v1.36.3';

describeWithServers('clusters, CRDs and versions', () => {
  let east: Handle;
  let west: Handle;
  let config: string;
  let down: ServerInfo;

  beforeAll(async () => {
    ({ east, west } = await clusters());
    config = await writeKubeconfig([east.info, west.info]);
    down = { ...west.info, name: 'down', url: `https://127.0.0.1:${await freePort()}` };
  });

  beforeEach(async () => {
    await Promise.all([east.reset({ crds: true }), west.reset({ crds: true })]);
  });

  const property = (name: string, value: string): object => ({
    apiVersion: 'about.k8s.io/v1beta1',
    kind: 'ClusterProperty',
    metadata: { name },
    spec: { value },
  });
  const wait = (cluster: Handle) =>
    cluster.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s']);
  const install = async (...handles: readonly Handle[]): Promise<void> => {
    for (const cluster of handles) {
      await cluster.apply((await ourCRDs(ROOT)).map(({ manifest }) => manifest));
      await wait(cluster);
    }
  };

  describe('mcs clusters', () => {
    it('shows members and others in a table of at most 100 columns', async () => {
      await mcs(config, 'join', 'prod', '--context', 'east');
      const { code, stdout } = await mcs(config, 'clusters');
      expect(code).toBe(0);
      const lines = stdout.trimEnd().split('\n');
      const cells = lines.map((line) => line.split(/ {2,}/));
      expect(cells).toEqual([
        ['CLUSTER', 'ID', 'CLUSTERSET', 'SERVER', 'KUBERNETES', 'MCS API', 'ABOUT API', 'STATUS'],
        ['east', 'east', 'prod', new URL(east.info.url).host, VERSION, 'v1beta1,v1alpha1', 'v1beta1', 'ok'],
        ['west', '-', '-', new URL(west.info.url).host, VERSION, 'none', 'none', 'ok'],
      ]);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    });

    it('gives a row to a cluster that does not answer, says why below, and ends with 3', async () => {
      const { code, stdout } = await mcs(await writeKubeconfig([east.info, down]), 'clusters');
      expect(code).toBe(3);
      expect(stdout).toMatch(/^down .* unreachable$/m);
      expect(stdout).toMatch(/^east .* ok$/m);
      expect(stdout).toMatch(/^down: .*\n {2}next: .+$/m);
    });

    it('ends with 4 when none answers', async () => {
      expect(await mcs(await writeKubeconfig([down]), 'clusters')).toMatchObject({ code: 4 });
    });

    it('lists names without asking anybody', async () => {
      const config = await writeKubeconfig([down, { ...down, name: 'other\u001b[2J' }]);
      expect(await mcs(config, 'clusters', '-o', 'name')).toMatchObject({
        code: 0,
        stdout: 'down\nother\\x1b[2J\n',
        stderr: '',
      });
    });

    it('says which contexts are one cluster', async () => {
      const twins = await writeKubeconfig([east.info, { ...east.info, name: 'twin' }]);
      const { code, stdout } = await mcs(twins, 'clusters');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^twin .* same as east$/m);
      expect(stdout).toContain('twin and east are the same cluster; it counts once, as east\n');
    });

    it('warns of ids that are shared or have dots, of members without id, and of several clustersets', async () => {
      await install(east, west);
      await east.apply([property('cluster.clusterset.k8s.io', 'a.b'), property('clusterset.k8s.io', 'prod')]);
      await west.apply([property('clusterset.k8s.io', 'test')]);
      const { stdout } = await mcs(config, 'clusters');
      expect(stdout).toContain('east: id "a.b" has a dot');
      expect(stdout).toContain('west: ClusterProperty cluster.clusterset.k8s.io is missing');
      expect(stdout).toContain('several clustersets: prod (east); test (west)');
      await west.apply([property('cluster.clusterset.k8s.io', 'a.b'), property('clusterset.k8s.io', 'prod')]);
      expect((await mcs(config, 'clusters')).stdout).toMatch(/^(east|west): .*"a\.b" is also the id of (west|east)/m);
    });

    it('shows a cluster whose membership may not be read', async () => {
      await install(east);
      await grant(
        east.info,
        'limited',
        READ_ALL.filter(({ apiGroups }) => !apiGroups.includes('about.k8s.io')),
      );
      const limited = await writeKubeconfig([east.info], { user: 'limited' });
      const { code, stdout } = await mcs(limited, 'clusters');
      expect(code).toBe(3);
      expect(stdout).toMatch(new RegExp(`^east .*${VERSION}.* forbidden$`, 'm'));
      expect(stdout).toContain('east: not allowed to list clusterproperties.about.k8s.io\n  next: ');
    });

    it('reports in JSON', async () => {
      await mcs(config, 'join', 'prod', '--context', 'east', '--id', 'eu-1');
      const configs = await writeKubeconfig([east.info, down]);
      expect(await document(configs, 'clusters')).toMatchObject({
        kind: 'ClustersReport',
        clusters: [
          {
            cluster: 'east',
            type: 'context',
            location: east.info.url,
            reachable: true,
            id: 'eu-1',
            clusterset: 'prod',
            kubernetesVersion: VERSION,
            mcsVersions: ['v1beta1', 'v1alpha1'],
            controllers: [],
          },
          { cluster: 'down', reachable: false, error: { reason: 'unreachable' } },
        ],
        notes: [],
      });
    });
  });

  describe('mcs crds', () => {
    const STATUS = ['crds', 'status', '--context', 'east'] as const;
    const INSTALL = ['crds', 'install', '--context', 'east'] as const;
    const rows = async (): Promise<readonly (readonly string[])[]> =>
      (await mcs(config, ...STATUS)).stdout
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split(/ {2,}/).slice(1));

    it('status tells missing, older, newer and current ones', async () => {
      expect((await rows()).map((row) => row.at(-1))).toEqual(['missing', 'missing', 'missing']);
      const [about, exports] = await ourCRDs(ROOT);
      const [, oldImports] = await oldCRDs();
      await east.apply([about?.manifest ?? {}, relabelled(exports?.manifest ?? {}, 'v9.0.0', '2'), oldImports ?? {}]);
      await wait(east);
      expect(await rows()).toEqual([
        ['clusterproperties.about.k8s.io', '-', 'v1alpha1,v1beta1', 'v1beta1', 'ok'],
        [
          'serviceexports.multicluster.x-k8s.io',
          'v9.0.0 rev 2',
          'v1alpha1,v1beta1',
          'v1beta1',
          'newer than ours, left alone',
        ],
        ['serviceimports.multicluster.x-k8s.io', '-', 'v1alpha1', 'v1alpha1', 'older, would be upgraded'],
      ]);
    });

    it('install writes what is missing or older, and nothing the second time', async () => {
      const [, exports] = await ourCRDs(ROOT);
      const [, oldImports] = await oldCRDs();
      await east.apply([relabelled(exports?.manifest ?? {}, 'v9.0.0'), oldImports ?? {}]);
      await wait(east);
      expect(await mcs(config, ...INSTALL)).toMatchObject({
        code: 0,
        stdout: [
          'east  installed CRD clusterproperties.about.k8s.io',
          'east  upgraded CRD serviceimports.multicluster.x-k8s.io v0.5.2',
          'east  CRD serviceexports.multicluster.x-k8s.io: newer than ours, left alone\n',
        ].join('\n'),
      });
      const mark = await auditMark(east.info);
      expect((await mcs(config, ...INSTALL)).stdout).toContain('east  nothing to install\n');
      expect(await auditWrites(east.info, { since: mark })).toEqual([]);
    });

    it.each(['client', 'server'])('install changes nothing with --dry-run=%s', async (how) => {
      const result = await mcs(config, ...INSTALL, `--dry-run=${how}`);
      expect(result).toMatchObject({ code: 0 });
      expect(result.stdout).toContain('east  would install CRD serviceexports.multicluster.x-k8s.io v0.5.2\n');
      expect(await east.get('crd', 'serviceexports.multicluster.x-k8s.io')).toBeUndefined();
    });

    it('install says in one line that it is forbidden, and serves the others', async () => {
      await grant(east.info, 'limited', READ_ALL);
      const limited = await writeKubeconfig([east.info], { user: 'limited' });
      const both = ['--context', 'east', '--context', 'west'];
      const result = await mcs([limited, await writeKubeconfig([west.info])], 'crds', 'install', ...both);
      expect(result.code).toBe(3);
      expect(result.stdout).toContain('west  installed CRD serviceimports.multicluster.x-k8s.io v0.5.2\n');
      expect(result.stderr).toMatch(/^error: east: not allowed to apply customresourcedefinitions.*\n {2}next: .*\n$/);
    });

    it('a directory needs none', async () => {
      const dir = join(temporaryFolder('manifests'), 'south');
      mkdirSync(dir);
      for (const command of ['install', 'status']) {
        expect(await mcs(config, 'crds', command, '--dir', dir)).toMatchObject({
          code: 0,
          stdout: 'south: a directory needs no CRDs\n',
        });
      }
    });
  });

  describe('mcs version', () => {
    it('asks nobody in the table', async () => {
      const { code, stdout } = await mcs(await writeKubeconfig([down]), 'version');
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^mcs \d+\.\d+\.\d+\n$/) });
    });

    it('tells what the clusters run in JSON, and why one does not answer', async () => {
      await install(east);
      expect(await document(await writeKubeconfig([east.info, down]), 'version')).toMatchObject({
        kind: 'VersionReport',
        client: { node: process.versions.node },
        clusters: [
          {
            cluster: 'east',
            reachable: true,
            kubernetesVersion: VERSION,
            mcsVersions: ['v1beta1', 'v1alpha1'],
            aboutVersions: ['v1beta1', 'v1alpha1'],
          },
          { cluster: 'down', reachable: false, error: { message: expect.any(String) } },
        ],
      });
    });

    it('needs no kubeconfig', async () => {
      const { code, stdout, stderr } = await mcs('/nonexistent/config', 'version', '-o', 'json');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({ clusters: [] });
    });
  });
});
