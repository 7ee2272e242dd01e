import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ourCRDs } from '../../src/lib/clusters/crd-manifests.ts';
import { oldCRDs, relabelled } from '../fixtures/crds.ts';
import { auditMark, auditWrites } from '../kube/audit.ts';
import { freePort, temporaryFolder } from '../kube/daemon.ts';
import { clusters, describeWithServers, type Handle } from '../kube/fixture.ts';
import { kubeconfig, writeKubeconfig } from '../kube/kubeconfig.ts';
import { grant, READ_ALL, type Rule } from '../kube/rbac.ts';
import { document, mcs } from './membership-program.ts';

const ROOT = new URL('../../', import.meta.url);
const BOTH = ['--context', 'east', '--context', 'west'] as const;

const property = (name: string, value: string): object => ({
  apiVersion: 'about.k8s.io/v1beta1',
  kind: 'ClusterProperty',
  metadata: { name },
  spec: { value },
});

/** Names and values of a cluster's properties. */
async function propertiesOf(cluster: Handle, kind = 'clusterproperties'): Promise<Record<string, unknown>> {
  const list = await cluster.list(kind);
  const named = list as readonly { metadata: { name: string }; spec: { value: string } }[];
  return Object.fromEntries(named.map(({ metadata, spec }) => [metadata.name, spec.value]));
}

const member = (clusterset: string, id: string): object => ({
  'cluster.clusterset.k8s.io': id,
  'clusterset.k8s.io': clusterset,
});

async function installed(cluster: Handle): Promise<void> {
  for (const { manifest } of await ourCRDs(ROOT)) await cluster.apply([manifest]);
  await cluster.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s']);
}

describeWithServers('mcs join', () => {
  let east: Handle;
  let west: Handle;
  let north: Handle;
  let config: string;

  beforeAll(async () => {
    ({ east, west, north } = await clusters());
    config = await writeKubeconfig([east.info, west.info, north.info]);
    await Promise.all([east, west, north].map((cluster) => cluster.reset({ crds: true })));
    await Promise.all([east, west, north].map(installed));
  });

  beforeEach(async () => {
    await Promise.all([east, west, north].map((cluster) => cluster.reset()));
  });

  /** Runs a call and says how many writes, tried ones apart, each server was sent meanwhile. */
  async function writes(call: () => Promise<unknown>): Promise<readonly number[]> {
    const servers = [east.info, west.info, north.info];
    const marks = await Promise.all(servers.map(auditMark));
    await call();
    const made = await Promise.all(servers.map((server, i) => auditWrites(server, { since: marks[i] ?? 0 })));
    return made.map((entries) => entries.filter((entry) => !entry.dryRun).length);
  }

  it('makes two clusters members, the id first', async () => {
    const mark = await auditMark(east.info);
    expect(await mcs(config, 'join', 'prod', ...BOTH)).toMatchObject({
      code: 0,
      stdout: 'east  joined prod as east\nwest  joined prod as west\n',
      stderr: '',
    });
    expect(await propertiesOf(east)).toEqual(member('prod', 'east'));
    expect(await propertiesOf(west)).toEqual(member('prod', 'west'));
    expect(await propertiesOf(north)).toEqual({});
    const order = (await auditWrites(east.info, { since: mark })).map(({ name }) => name);
    expect(order).toEqual(['cluster.clusterset.k8s.io', 'clusterset.k8s.io']);
    expect(await east.get('clusterproperty', 'clusterset.k8s.io')).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'mcs' } },
    });
  });

  it('says so in JSON', async () => {
    expect(await document(config, 'join', 'prod', '--context', 'east', '--id', 'eu-1')).toEqual({
      apiVersion: 'kubectl-mcs/v1',
      kind: 'JoinReport',
      clusterset: 'prod',
      dryRun: 'none',
      clusters: [{ cluster: 'east', id: 'eu-1', outcome: 'joined', crds: [] }],
      unchecked: [],
      warnings: [],
    });
  });

  it('writes nothing the second time', async () => {
    await mcs(config, 'join', 'prod', ...BOTH);
    const counts = await writes(async () => {
      expect(await mcs(config, 'join', 'prod', ...BOTH)).toMatchObject({
        code: 0,
        stdout: 'east is already a member of prod as east\nwest is already a member of prod as west\n',
      });
    });
    expect(counts).toEqual([0, 0, 0]);
  });

  it.each(['client', 'server'])('changes nothing with --dry-run=%s', async (how) => {
    const counts = await writes(async () => {
      expect(await mcs(config, 'join', 'prod', ...BOTH, `--dry-run=${how}`)).toMatchObject({
        code: 0,
        stdout: 'east  would join prod as east\nwest  would join prod as west\n',
      });
    });
    expect(counts).toEqual([0, 0, 0]);
  });

  it('takes the id it had before when none is given', async () => {
    await mcs(config, 'join', 'prod', '--context', 'east', '--id', 'eu-1');
    await mcs(config, 'leave', '--context', 'east', '--yes');
    expect(await mcs(config, 'join', 'prod', '--context', 'east')).toMatchObject({
      stdout: 'east  joined prod as eu-1\n',
    });
  });

  describe('refuses, before anything is written,', () => {
    async function refuses(code: number, message: string, args: readonly string[], configs = config): Promise<void> {
      const counts = await writes(async () => {
        const result = await mcs(configs, 'join', ...args);
        expect(result.stderr).toContain(message);
        expect(result).toMatchObject({ code, stdout: '' });
        expect(result.stderr.split('\n').filter((line) => line.startsWith('error:'))).toHaveLength(1);
        expect(result.stderr).not.toMatch(/^\s+at /m);
      });
      expect(counts).toEqual([0, 0, 0]);
    }

    it('an id that a cluster has that was not chosen', async () => {
      await north.apply([property('cluster.clusterset.k8s.io', 'east'), property('clusterset.k8s.io', 'prod')]);
      await refuses(1, 'east cannot have the id east: it is the id of north', ['prod', ...BOTH]);
    });

    it('one id for two of the chosen', async () => {
      await east.apply([property('cluster.clusterset.k8s.io', 'same')]);
      await west.apply([property('cluster.clusterset.k8s.io', 'same')]);
      await refuses(1, 'west cannot have the id same: it is the id of east', ['prod', ...BOTH]);
    });

    it.each([
      ['upper case', 'East', 'east'],
      ['dots', 'eu.east', 'eu-east'],
      ['64 characters', 'a'.repeat(64), 'a'.repeat(63)],
    ])('an id with %s, and proposes another', async (_title, id, proposed) => {
      await refuses(2, `next: --id ${proposed}\n`, ['prod', '--context', 'east', '--id', id]);
    });

    it('a context whose name is no id, and proposes one', async () => {
      const named = await writeKubeconfig([{ ...east.info, name: 'admin@East' }]);
      const next = 'next: mcs join prod --context admin@East --id admin-east\n';
      await refuses(2, next, ['prod', '--context', 'admin@East'], named);
    });

    it('an id for several clusters', () => refuses(2, '--id goes with one cluster', ['prod', ...BOTH, '--id', 'a']));

    it.each(['Prod', 'a_b', '', 'a..b'])('the clusterset %j', (name) =>
      refuses(2, 'cannot be the name of a clusterset', [name, ...BOTH]),
    );

    it('a member of another clusterset', async () => {
      await mcs(config, 'join', 'test', '--context', 'west');
      await refuses(1, 'west is a member of clusterset test', ['prod', ...BOTH]);
    });

    it('a member of a clusterset whose name a terminal would obey', async () => {
      await east.apply([property('clusterset.k8s.io', 'a\u001b[2J')]);
      await refuses(1, 'east is a member of clusterset a\\x1b[2J;', ['prod', '--context', 'east']);
    });

    it('to change the id of a member', async () => {
      await mcs(config, 'join', 'prod', '--context', 'east');
      await refuses(1, 'leave first: mcs leave --context east', ['prod', '--context', 'east', '--id', 'other']);
    });

    it('to change an id that somebody else wrote', async () => {
      await east.apply([property('cluster.clusterset.k8s.io', 'theirs')]);
      await refuses(1, 'east has the id theirs, which mcs did not write', ['prod', '--context', 'east', '--id', 'a']);
    });

    it('two contexts of one cluster', async () => {
      const twin = await writeKubeconfig([east.info, { ...east.info, name: 'twin' }]);
      await refuses(2, 'east and twin are the same cluster', ['prod', '--context', '*'], twin);
    });

    it('when nobody says which cluster', () => refuses(2, 'give --context NAME', ['prod']));

    it('when one of the chosen does not answer', async () => {
      const down = { ...west.info, url: `https://127.0.0.1:${await freePort()}` };
      const broken = await writeKubeconfig([east.info, down]);
      await refuses(3, 'west: ', ['prod', ...BOTH], broken);
    });

    it('when none of the chosen answers', async () => {
      const down = { ...west.info, url: `https://127.0.0.1:${await freePort()}` };
      await refuses(4, 'no cluster answered', ['prod', '--context', 'west'], await writeKubeconfig([east.info, down]));
    });

    it('who may not read', async () => {
      await grant(east.info, 'limited', []);
      const limited = await writeKubeconfig([east.info], { user: 'limited' });
      await refuses(4, 'not allowed to list clusterproperties', ['prod', '--context', 'east'], limited);
    });
  });

  it('warns that an id may be taken in a cluster that does not answer', async () => {
    const down = { ...west.info, url: `https://127.0.0.1:${await freePort()}` };
    const config = await writeKubeconfig([east.info, down]);
    expect(await mcs(config, 'join', 'prod', '--context', 'east')).toMatchObject({
      code: 0,
      stdout: 'east  joined prod as east\n',
      stderr: 'warning: west did not answer, so it is not known whether an id is taken there\n',
    });
  });

  it('leaves no half-joined cluster when the membership cannot be written, and says who joined', async () => {
    const idOnly = {
      apiGroups: ['about.k8s.io'],
      resources: ['clusterproperties'],
      resourceNames: ['cluster.clusterset.k8s.io'],
      verbs: ['create', 'patch', 'delete'],
    };
    const rules: readonly Rule[] = [...READ_ALL, idOnly];
    await grant(west.info, 'limited', rules);
    const limited = await writeKubeconfig([west.info], { user: 'limited' });
    const result = await mcs([await writeKubeconfig([east.info]), limited], 'join', 'prod', ...BOTH);
    expect(result).toMatchObject({ code: 3, stdout: 'east  joined prod as east\nwest  not joined\n' });
    expect(result.stderr).toContain(
      'error: west: not allowed to apply clusterproperties.about.k8s.io clusterset.k8s.io\n',
    );
    expect(await propertiesOf(east)).toEqual(member('prod', 'east'));
    expect(await propertiesOf(west)).toEqual({});
  });

  it('joins a context and a directory in one call', async () => {
    const dir = join(temporaryFolder('manifests'), 'south');
    mkdirSync(dir);
    expect(await mcs(config, 'join', 'prod', '--context', 'east', '--dir', dir)).toMatchObject({
      code: 0,
      stdout: 'east   joined prod as east\nsouth  joined prod as south\n',
    });
    const file = readFileSync(join(dir, 'mcs/_cluster/clusterproperty-clusterset.k8s.io.yaml'), 'utf8');
    expect(file).toMatch(/creationTimestamp: '20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ'/);
  });

  it('warns of another MCS controller, and joins', async () => {
    await east.kubectl(['create', 'namespace', 'cloud-map-mcs-system']);
    await east.kubectl([
      ...['create', 'deployment', 'cloud-map-mcs-controller-manager'],
      ...['--image=none', '-n', 'cloud-map-mcs-system'],
    ]);
    const result = await mcs(config, 'join', 'prod', '--context', 'east');
    await east.kubectl(['delete', 'deployment', 'cloud-map-mcs-controller-manager', '-n', 'cloud-map-mcs-system']);
    expect(result).toMatchObject({ code: 0, stdout: 'east  joined prod as east\n' });
    expect(result.stderr).toMatch(
      /^warning: east: AWS Cloud Map MCS controller is at work there .* reconcile will leave/m,
    );
  });

  it('leaves one context of a kubeconfig that names a missing file alone, in one line', async () => {
    const whole = kubeconfig([east.info]) as { users: { user: Record<string, unknown> }[] };
    for (const { user } of whole.users) {
      delete user.token;
      user.tokenFile = '/nonexistent/token';
    }
    const path = join(temporaryFolder('kubeconfig'), 'config');
    writeFileSync(path, JSON.stringify(whole));
    const result = await mcs(path, 'join', 'prod', '--context', 'east');
    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(result.stderr).toContain('/nonexistent/token');
  });
});

describeWithServers('mcs join brings the CRDs along', () => {
  let east: Handle;
  let config: string;
  const JOIN = ['join', 'prod', '--context', 'east'] as const;

  beforeAll(async () => {
    ({ east } = await clusters());
    config = await writeKubeconfig([east.info]);
  });

  beforeEach(() => east.reset({ crds: true }));

  const served = async (crd: string): Promise<unknown> => {
    const found = (await east.get('crd', crd)) as { spec: { versions: { name: string; served: boolean }[] } };
    return found.spec.versions.filter((version) => version.served).map(({ name }) => name);
  };
  const releaseOf = async (crd: string): Promise<unknown> => {
    const found = (await east.get('crd', crd)) as { metadata: { labels?: Record<string, string> } };
    return found.metadata.labels?.['multicluster.x-k8s.io/release-version'];
  };

  it('installs them when they are missing', async () => {
    expect(await mcs(config, ...JOIN)).toMatchObject({
      code: 0,
      stdout: [
        'east  installed CRD clusterproperties.about.k8s.io',
        'east  installed CRD serviceexports.multicluster.x-k8s.io v0.5.2',
        'east  installed CRD serviceimports.multicluster.x-k8s.io v0.5.2',
        'east  joined prod as east\n',
      ].join('\n'),
    });
    expect(await served('serviceexports.multicluster.x-k8s.io')).toEqual(['v1alpha1', 'v1beta1']);
    expect(await propertiesOf(east)).toEqual(member('prod', 'east'));
  });

  it.each(['client', 'server'])('installs none with --dry-run=%s', async (how) => {
    const result = await mcs(config, ...JOIN, `--dry-run=${how}`);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('east  would install CRD clusterproperties.about.k8s.io\n');
    expect(await east.get('crd', 'clusterproperties.about.k8s.io')).toBeUndefined();
  });

  it('upgrades older ones', async () => {
    await east.apply(await oldCRDs());
    const result = await mcs(config, ...JOIN);
    expect(result.stdout).toContain('east  upgraded CRD serviceexports.multicluster.x-k8s.io v0.5.2\n');
    expect(await served('serviceexports.multicluster.x-k8s.io')).toEqual(['v1alpha1', 'v1beta1']);
  });

  it('leaves newer ones alone, and says so', async () => {
    const ours = await ourCRDs(ROOT);
    await east.apply(
      ours.map(({ manifest, crd }) => (crd.name.endsWith('.about.k8s.io') ? manifest : relabelled(manifest, 'v9.0.0'))),
    );
    await east.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s']);
    const result = await mcs(config, ...JOIN);
    expect(result).toMatchObject({ code: 0, stdout: 'east  joined prod as east\n' });
    expect(result.stderr).toContain(
      'warning: east: CRD serviceexports.multicluster.x-k8s.io: newer than ours, left alone',
    );
    expect(await releaseOf('serviceexports.multicluster.x-k8s.io')).toBe('v9.0.0');
  });

  it('leaves older ones alone that an add-on manager keeps', async () => {
    const addon = (await oldCRDs()).map((manifest) => ({
      ...manifest,
      metadata: { ...(manifest.metadata as object), labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' } },
    }));
    await east.apply(addon);
    await east.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s']);
    const result = await mcs(config, ...JOIN);
    expect(result.stderr).toContain('an add-on manager keeps it: left alone');
    expect(await served('serviceexports.multicluster.x-k8s.io')).toEqual(['v1alpha1']);
  });

  it('joins where the About API is v1alpha1 alone, with --skip-crds', async () => {
    const [about] = await ourCRDs(ROOT);
    const spec = about?.manifest.spec as { versions: { name: string; storage: boolean }[] };
    const versions = spec.versions.filter(({ name }) => name === 'v1alpha1').map((one) => ({ ...one, storage: true }));
    await east.apply([{ ...about?.manifest, spec: { ...spec, versions } }]);
    await east.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s']);
    expect(await mcs(config, ...JOIN, '--skip-crds')).toMatchObject({ code: 0, stdout: 'east  joined prod as east\n' });
    expect(await served('clusterproperties.about.k8s.io')).toEqual(['v1alpha1']);
    expect(await propertiesOf(east, 'clusterproperties.v1alpha1.about.k8s.io')).toEqual(member('prod', 'east'));
  });

  it('refuses with --skip-crds where there is no About API', async () => {
    const result = await mcs(config, ...JOIN, '--skip-crds');
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('next: mcs crds install --context east\n');
  });

  it('says in one line that installing them is forbidden', async () => {
    await grant(east.info, 'limited', READ_ALL);
    const limited = await writeKubeconfig([east.info], { user: 'limited' });
    const result = await mcs(limited, ...JOIN);
    expect(result).toMatchObject({ code: 3, stdout: 'east  not joined\n' });
    expect(result.stderr).toMatch(/^error: east: not allowed to apply customresourcedefinitions.*\n {2}next: .*\n$/);
  });
});
