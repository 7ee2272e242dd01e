import { expect, it } from 'vitest';
import { compareCRD, parseCRD } from '../../../src/lib/api/crds.ts';
import { KINDS } from '../../../src/lib/api/kinds.ts';
import { ourCRDs } from '../../../src/lib/clusters/crd-manifests.ts';
import { oldCRDs, relabelled } from '../../fixtures/crds.ts';

const ROOT = new URL('../../../', import.meta.url);
const { ClusterProperty, ServiceExport, ServiceImport } = KINDS;

it('brings along the CRDs of the kinds mcs writes, in their versions', async () => {
  const crds = (await ourCRDs(ROOT)).map(({ crd }) => crd);
  expect(crds.map(({ name }) => name)).toEqual(
    [ClusterProperty, ServiceExport, ServiceImport].map(({ plural, group }) => `${plural}.${group}`),
  );
  for (const { versions } of crds) {
    expect(versions).toEqual([
      { name: 'v1alpha1', served: true, storage: false },
      { name: 'v1beta1', served: true, storage: true },
    ]);
  }
});

it('has one schema for both versions, so that no conversion is needed', async () => {
  for (const { manifest } of await ourCRDs(ROOT)) {
    const { versions } = manifest.spec as { versions: { schema: unknown }[] };
    expect(versions[0]?.schema).toEqual(versions[1]?.schema);
  }
});

it('finds the CRDs of v0.1.0 older, those with a higher label newer, and its own the same', async () => {
  const [, serviceExports, serviceImports] = await ourCRDs(ROOT);
  const old = await oldCRDs();
  for (const [index, ours] of [serviceExports, serviceImports].entries()) {
    if (ours === undefined) throw new Error('three CRDs expected');
    expect(compareCRD(parseCRD(old[index]), ours.crd)).toBe('older');
    expect(compareCRD(parseCRD(relabelled(ours.manifest, 'v0.6.0')), ours.crd)).toBe('newer');
    expect(compareCRD(parseCRD(relabelled(ours.manifest, 'v0.5.2')), ours.crd)).toBe('same');
  }
});

it('takes a path as well as a URL, and says which file is missing', async () => {
  expect(await ourCRDs(new URL('.', ROOT).pathname)).toEqual(await ourCRDs(ROOT));
  await expect(ourCRDs('/nowhere')).rejects.toThrow('/nowhere/crds/about.k8s.io_clusterproperties.yaml');
});
