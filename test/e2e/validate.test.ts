/** `mcs validate` on API servers: what it says of live clusters, of those it cannot read, and of "what if". */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import type { ValidationReport } from '../../src/lib/validate/finding.ts';
import { oldCRDs } from '../fixtures/crds.ts';
import { temporaryFolder } from '../kube/daemon.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { READ_ALL, grant } from '../kube/rbac.ts';
import { deadURL } from '../kube/servers.ts';
import { short } from '../lib/validate/validated.ts';
import { create, remove } from './api.ts';
import { contexts, createNamespace, formClusterset, nextSecond, writesDuring } from './clusterset.ts';
import { mcs, mcsDone, type McsOptions } from './mcs.ts';
import { HTTP, exported, service, serviceExport } from './objects.ts';

interface Validated {
  readonly code: number | undefined;
  readonly report: ValidationReport;
  /** The findings, each on one line. */
  readonly found: readonly string[];
  readonly stderr: string;
}

async function validate(args: readonly string[], options?: McsOptions): Promise<Validated> {
  const { code, stdout, stderr } = await mcs(['validate', '-q', '-o', 'json', ...args], options);
  if (stdout === '') throw new Error(`ended with ${String(code)}: ${stderr}`);
  const report = JSON.parse(stdout) as ValidationReport; // its form is a stable interface, tested elsewhere
  return { code, report, found: report.findings.map(short), stderr };
}

describeWithServers('mcs validate', () => {
  const shop = uniqueNamespace('shop');
  let east: Handle;
  let west: Handle;
  let north: Handle;
  let all: readonly string[];
  let two: readonly string[];

  beforeAll(async () => {
    ({ east, west, north } = await clusters());
    const three = [east, west, north];
    [all, two] = [contexts(three), contexts([east, west])];
    await formClusterset('prod', three);
    await createNamespace(shop, three);
    await create(east, ...exported(shop, 'cart', ['10.0.0.1']));
    await nextSecond();
    await create(west, ...exported(shop, 'cart', ['10.0.1.1']));
    await mcsDone(['reconcile', ...all]);
  });

  it('finds nothing in clusters that are well, ends with 0, and writes nothing', async () => {
    const writes = await writesDuring([east, west, north], async () => {
      const { code, stdout, stderr } = await mcs(['validate', '-q']);
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        stdout: 'no findings · 3/3 clusters read · 1 service\n',
        stderr: '',
      });
    });
    expect(writes).toEqual([]);
  });

  it('tells of its progress on stderr alone', async () => {
    const { code, stdout, stderr } = await mcs(['validate', ...two]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'no findings · 2/2 clusters read · 1 service\n' });
    expect(stderr.split('\n').sort()).toEqual(['', 'east: read', 'west: read']);
  });

  describe('a cluster that does not answer', () => {
    let options: McsOptions;

    beforeAll(async () => {
      options = { kubeconfig: await writeKubeconfig([east.info, west.info, { ...north.info, url: await deadURL() }]) };
    });

    it('is UNKNOWN, and what it gave is not missing: 3, and 1 with --strict', async () => {
      const { code, report, found } = await validate([], options);
      expect(found).toEqual(['MCS001 unknown north']);
      expect(report.clusters[2]).toMatchObject({ cluster: 'north', state: 'unreachable' });
      expect(report.summary).toMatchObject({ errors: 0, warnings: 0, unknowns: 1 });
      expect(code).toBe(3);
      expect((await validate(['--strict'], options)).code).toBe(1);
      expect((await validate(['--fail-on', 'never'], options)).code).toBe(3);
    });

    it('is no secret to a baseline: it is not written down, and the run still ends with 3', async () => {
      const baseline = join(temporaryFolder('baseline'), 'known.json');
      expect((await validate(['--write-baseline', baseline], options)).code).toBe(3);
      expect((await validate(['--baseline', baseline], options)).code).toBe(3);
      expect((await validate(['--suppress', 'MCS001'], options)).code).toBe(0);
    });

    it('does not hide what the others have: 1 wins', async () => {
      const dir = overlay({ 'cart.yaml': manifests(service(shop, 'cart', { ports: [{ ...HTTP, port: 81 }] })) });
      const { code, found } = await validate(['--context', '*', '--dir', `west=${dir}`], options);
      expect(found).toContainEqual(expect.stringMatching(/^MCS201 error west Service /));
      expect(found).toContain('MCS001 unknown north');
      expect(code).toBe(1);
    });

    it('is one line on stderr, and 4, when there is no other', async () => {
      const kubeconfig = await writeKubeconfig([{ ...north.info, url: await deadURL() }]);
      const { code, stdout, stderr } = await mcs(['validate', '-q'], { kubeconfig });
      expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
      expect(stderr).toMatch(/^error: no cluster answered; north: .*refused/);
    });
  });

  describe('an account that may not list', () => {
    let options: McsOptions;

    beforeAll(async () => {
      const infos = [east.info, west.info, north.info];
      options = { kubeconfig: await writeKubeconfig(infos, { user: 'limited' }) };
      await Promise.all([east, north].map(({ info }) => grant(info, 'limited', READ_ALL)));
    });

    async function without(resource: string): Promise<void> {
      const rules = READ_ALL.flatMap((rule) => {
        const resources = rule.resources.filter((one) => one !== resource);
        return resources.length === 0 ? [] : [{ ...rule, resources }];
      });
      await grant(west.info, 'limited', rules);
    }

    it.each([
      ['serviceexports', ['MCS002 unknown west']],
      ['services', ['MCS002 unknown west', `MCS301 unknown west ServiceExport NS/cart < MCS002`]],
      ['endpointslices', ['MCS002 unknown west']],
      ['serviceimports', ['MCS002 unknown west', 'MCS404 unknown west ServiceImport NS/cart < MCS002']],
      ['customresourcedefinitions', ['MCS002 unknown west']],
    ])('%s: that is UNKNOWN with what depends on it, nothing is missing for it, and 3', async (resource, expected) => {
      await without(resource);
      // The authorizer sees new roles a moment later.
      await vi.waitFor(
        async () => {
          const { code, found, report } = await validate([], options);
          expect(found).toEqual(expected.map((line) => line.replace('NS', shop)));
          expect(report.findings[0]?.message).toContain('not allowed to');
          expect(code).toBe(3);
        },
        { timeout: 20_000, interval: 200 },
      );
    });
  });

  it('counts two contexts of one cluster once', async () => {
    const kubeconfig = await writeKubeconfig([east.info, west.info, { ...east.info, name: 'east-admin' }]);
    const { code, found } = await validate([], { kubeconfig });
    expect(found).toEqual(['MCS003 warning east-admin']);
    expect(code).toBe(0);
    // Files are laid over whichever of the two they name, and that one counts.
    const dir = overlay({ 'alone.yaml': manifests(serviceExport(shop, 'alone')) });
    const whatIf = await validate([...contexts([east]), '--context', 'east-admin', '--dir', `east-admin=${dir}`], {
      kubeconfig,
    });
    expect(whatIf.found).toContain('MCS003 warning east');
    expect(whatIf.found).toContainEqual(
      expect.stringMatching(/^MCS301 error east-admin ServiceExport .*alone\.yaml:1$/),
    );
  });

  it('does not take for gone who was not chosen', async () => {
    await create(north, ...exported(shop, 'far', ['10.0.2.1']));
    await mcsDone(['reconcile', ...all]);
    const { code, found } = await validate(two);
    expect(found.filter((line) => !line.includes('unknown'))).toEqual([]);
    expect(found).toContainEqual(expect.stringMatching(/^MCS601 unknown (east|west) EndpointSlice /));
    expect(code).toBe(0);
    await remove(north, 'ServiceExport', shop, 'far');
    expect((await validate(two)).found).toContainEqual(expect.stringMatching(/^MCS(402|601) unknown /));
    await mcsDone(['reconcile', ...all]);
    expect((await validate(all)).found).toEqual([]);
  });

  describe('with a directory laid over a context: what if it were applied', () => {
    it('shows a change that makes a conflict at its line, whoever would win, and nothing that would follow', async () => {
      const changed = manifests(service(shop, 'cart', { ports: [{ ...HTTP, port: 81 }] }));
      for (const name of ['east', 'west']) {
        const dir = overlay({ 'shop/cart.yaml': changed });
        const { code, report, found } = await validate([...two, '--dir', `${name}=${dir}`]);
        const line = changed.split('\n').findIndex((text) => text.includes('port: 81')) + 1;
        const at = `Service ${shop}/cart ${dir}/shop/cart.yaml:${line}`;
        expect(found.filter((one) => !one.includes('MCS220'))).toEqual([`MCS201 error ${name} ${at}`]);
        expect(report.findings.find(({ code: one }) => one === 'MCS201')?.message).toContain('of east is used');
        expect(report.clusters.map(({ cluster, type }) => `${cluster} ${type}`).sort()).toEqual(
          ['east', 'west'].map((one) => `${one} ${one === name ? 'overlay' : 'context'}`),
        );
        expect(code).toBe(1);
      }
    });

    it('takes what only the files have as the youngest, without waiting for its endpoints and imports', async () => {
      await create(west, ...exported(shop, 'fresh', ['10.0.1.2']));
      await mcsDone(['reconcile', ...all]);
      const old = { creationTimestamp: '2020-01-01T00:00:00Z' };
      const fresh = service(shop, 'fresh', { sessionAffinity: 'ClientIP' });
      const export_ = { ...serviceExport(shop, 'fresh'), metadata: { name: 'fresh', namespace: shop, ...old } };
      const dir = overlay({ 'fresh.yaml': manifests(fresh, export_, ...exported(shop, 'own', [])) });
      const { code, report, found } = await validate([...two, '--dir', `east=${dir}`]);
      expect(found.filter((one) => !one.includes('MCS220'))).toEqual([
        expect.stringMatching(/^MCS203 warning east Service .*fresh\.yaml:\d+$/),
      ]);
      expect(report.findings[0]?.message).toMatch(/^sessionAffinity: None of west is used \(oldest by /);
      expect(report.services).toBe(3);
      expect(code).toBe(0);
    });

    it('keeps what the files do not say: addresses, families, conditions, other objects', async () => {
      const dir = overlay({ 'all.yaml': manifests(service(shop, 'cart'), serviceExport(shop, 'cart')) });
      expect((await validate([...all, '--dir', `east=${dir}`])).found).toEqual([]);
    });

    it('finds the context by its cluster id too', async () => {
      const name = 'arn:aws:eks:eu-west-1:1:cluster/east';
      const kubeconfig = await writeKubeconfig([{ ...east.info, name }, west.info]);
      const dir = overlay({ 'cart.yaml': manifests(service(shop, 'cart', { ports: [{ ...HTTP, port: 81 }] })) });
      const { report } = await validate(['--context', '*', '--dir', `east=${dir}`], { kubeconfig });
      expect(report.clusters.map(({ cluster, type }) => `${cluster} ${type}`).sort()).toEqual([
        'east overlay',
        'west context',
      ]);
    });

    it('knows a namespace that would have to be there first', async () => {
      const [service_, export_] = exported(uniqueNamespace('none'), 'cart', []);
      const dir = overlay({ 'a.yaml': manifests(...[service_, export_].filter((one) => one !== undefined)) });
      const { found } = await validate([...two, '--dir', `east=${dir}`]);
      expect(found).toContainEqual(expect.stringMatching(/^MCS101 warning east Namespace none-/));
    });

    it('refuses a CRD without a version in which objects are stored', async () => {
      const crd = ours('serviceexports');
      const spec = isRecord(crd.spec) ? crd.spec : {};
      const versions = (spec.versions as readonly Json[]).filter(({ name }) => name !== 'v1beta1');
      const storing = versions.map((version) => ({ ...version, storage: true }));
      const dir = overlay({ 'crds/exports.yaml': dump({ ...crd, spec: { ...spec, versions: storing } }) });
      const { code, found } = await validate([...two, '--dir', `west=${dir}`]);
      expect(found).toContainEqual(
        expect.stringMatching(/^MCS702 error west CustomResourceDefinition serviceexports\..* .*exports\.yaml:\d+$/),
      );
      expect(code).toBe(1);
    });
  });

  it('names each fault by its code, at the cluster where it is', async () => {
    const lonely = uniqueNamespace('lonely');
    await create(west, ...exported(shop, 'ports', ['10.0.1.3'], { ports: [{ ...HTTP, port: 8080 }] }));
    await nextSecond();
    await create(east, ...exported(shop, 'ports', ['10.0.0.3']));
    await create(west, serviceExport(shop, 'nobody'));
    await create(east, ...exported(shop, 'idle', []));
    await createNamespace(lonely, [east]);
    await create(east, ...exported(lonely, 'cart', ['10.0.0.4']));
    await mcsDone(['reconcile', ...all]);
    await remove(north, 'ServiceImport', shop, 'cart');
    const { code, found } = await validate(all);
    for (const line of [
      `MCS201 error east Service ${shop}/ports`,
      `MCS301 error west ServiceExport ${shop}/nobody`,
      `MCS405 error east Service ${shop}/idle`,
      `MCS101 warning west Namespace ${lonely}`,
      `MCS101 warning north Namespace ${lonely}`,
      `MCS404 warning north ServiceImport ${shop}/cart`,
    ]) {
      expect(found).toContain(line);
    }
    const errors = found.filter((line) => line.includes(' error ')).map((line) => line.slice(0, 6));
    expect(errors.sort()).toEqual(['MCS201', 'MCS301', 'MCS405']);
    expect(code).toBe(1);

    await remove(north, 'ClusterProperty', undefined, 'cluster.clusterset.k8s.io');
    await create(north, {
      apiVersion: 'about.k8s.io/v1beta1',
      kind: 'ClusterProperty',
      metadata: { name: 'cluster.clusterset.k8s.io' },
      spec: { value: 'west' },
    });
    const same = await validate(all);
    expect(same.found.filter((line) => line.startsWith('MCS122'))).toEqual([
      expect.stringMatching(/^MCS122 error (west|north) ClusterProperty cluster\.clusterset\.k8s\.io$/),
    ]);
  });

  describe('CRDs', () => {
    afterAll(async () => {
      await north.reset({ crds: true });
    });

    it('that are missing are an error of that cluster', async () => {
      await north.reset({ crds: true });
      const { code, found } = await validate(all);
      expect(found).toContain('MCS110 error north');
      expect(code).toBe(1);
      // What would install them mends it.
      const files = ['serviceexports', 'serviceimports'].map(
        (plural) => [`${plural}.yaml`, dump(ours(plural))] as const,
      );
      const about = readFileSync(new URL('../../crds/about.k8s.io_clusterproperties.yaml', import.meta.url), 'utf8');
      const dir = overlay({ ...Object.fromEntries(files), 'about.yaml': about });
      const after = await validate([...all, '--dir', `north=${dir}`]);
      expect(after.found.filter((line) => line.startsWith('MCS110'))).toEqual([]);
    });

    it('that serve v1alpha1 alone beside v1beta1 elsewhere are a warning', async () => {
      await north.apply(await oldCRDs());
      await north.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s']);
      const { found } = await validate(all);
      expect(found.filter((line) => line.startsWith('MCS701'))).toEqual([
        'MCS701 warning north CustomResourceDefinition serviceexports.multicluster.x-k8s.io',
      ]);
    });
  });
});

function ours(plural: string): Json {
  const path = new URL(`../../crds/multicluster.x-k8s.io_${plural}.yaml`, import.meta.url);
  const crd: unknown = load(readFileSync(path, 'utf8'));
  if (!isRecord(crd)) throw new Error(plural);
  return crd;
}

function manifests(...objects: readonly object[]): string {
  return objects.map((object) => dump(object)).join('---\n');
}

function overlay(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder('overlay');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
