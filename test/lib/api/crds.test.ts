import { describe, expect, it } from 'vitest';
import { compareCRD, parseCRD, type CRDAge } from '../../../src/lib/api/crds.ts';
import { MalformedError } from '../../../src/lib/api/reader.ts';
import { relabelled } from '../../fixtures/crds.ts';

const MANIFEST = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'serviceexports.multicluster.x-k8s.io' },
  spec: {
    versions: [
      { name: 'v1alpha1', served: true, storage: false },
      { name: 'v1beta1', served: true, storage: true },
    ],
  },
};
const labelled = (release: string | undefined, revision?: string): ReturnType<typeof parseCRD> =>
  parseCRD(relabelled(MANIFEST, release, revision));

// Rule 4: installed when missing, upgraded when older (release, then revision), never downgraded.
describe('compareCRD by labels (rule 4)', () => {
  const ours = labelled('v0.5.2', '1');

  it('says missing when there is none', () => {
    expect(compareCRD(undefined, ours)).toBe('missing');
  });

  it.each<[string | undefined, string, CRDAge]>([
    ['v0.5.1', '1', 'older'],
    ['v0.5.1', '7', 'older'],
    ['v0.4', '1', 'older'],
    ['v0.5.2', '0', 'older'],
    [undefined, '', 'older'],
    ['v0.5.2', '1', 'same'],
    ['v0.5.2', '2', 'newer'],
    ['v0.5.2', '10', 'newer'],
    ['v0.5.10', '0', 'newer'],
    ['v1.0.0', '0', 'newer'],
    ['v0.5.2-rc.1', '1', 'older'],
    ['v0.6.0-rc.1', '0', 'newer'],
  ])('finds release %s revision %s to be %s', (release, revision, age) => {
    expect(compareCRD(labelled(release, revision), ours)).toBe(age);
  });

  it('compares releases as numbers: v0.10.0 is newer than v0.9.0', () => {
    expect(compareCRD(labelled('v0.10.0'), labelled('v0.9.0'))).toBe('newer');
    expect(compareCRD(labelled('v0.9.0'), labelled('v0.10.0'))).toBe('older');
  });
});

describe('compareCRD without labels on our side (rule 4)', () => {
  const version = (name: string, served = true): object => ({ name, served, storage: false });
  const withVersions = (...versions: readonly object[]): ReturnType<typeof parseCRD> =>
    parseCRD({ ...MANIFEST, spec: { versions } });
  const ours = withVersions(version('v1alpha1'), version('v1beta1'));

  it.each<[string, ReturnType<typeof parseCRD>, CRDAge]>([
    ['v1beta1 alone', withVersions(version('v1beta1')), 'older'],
    ['v1alpha1 not served', withVersions(version('v1alpha1', false), version('v1beta1')), 'older'],
    ['both', withVersions(version('v1beta1'), version('v1alpha1')), 'same'],
    ['both and one more', withVersions(version('v1'), version('v1beta1'), version('v1alpha1')), 'same'],
  ])('compares served versions: %s', (_title, installed, age) => {
    expect(compareCRD(installed, ours)).toBe(age);
  });
});

describe('parseCRD', () => {
  it('reads what an API server returns, frozen', () => {
    const crd = parseCRD({
      ...relabelled(MANIFEST, 'v0.5.2'),
      status: { storedVersions: ['v1beta1'], conditions: [{ type: 'Established', status: 'True' }] },
    });
    expect(crd).toEqual({
      name: 'serviceexports.multicluster.x-k8s.io',
      labels: {
        'multicluster.x-k8s.io/release-version': 'v0.5.2',
        'multicluster.x-k8s.io/crd-schema-revision': '0',
      },
      versions: MANIFEST.spec.versions,
      storedVersions: ['v1beta1'],
      established: true,
    });
    expect(Object.isFrozen(crd.versions[0])).toBe(true);
  });

  it('takes a manifest without status for one that is not established', () => {
    expect(parseCRD(MANIFEST)).toMatchObject({ labels: {}, storedVersions: [], established: false });
    const refused = { ...MANIFEST, status: { conditions: [{ type: 'Established', status: 'False' }] } };
    expect(parseCRD(refused).established).toBe(false);
  });

  it.each<[string, unknown, string]>([
    ['a list', [], ''],
    ['no name', { ...MANIFEST, metadata: {} }, 'metadata.name'],
    ['no spec', { metadata: MANIFEST.metadata }, 'spec'],
    ['a version without name', { ...MANIFEST, spec: { versions: [{ served: true }] } }, 'spec.versions[0].name'],
    ['a label that is a number', { ...MANIFEST, metadata: { name: 'a', labels: { b: 0 } } }, 'metadata.labels["b"]'],
  ])('refuses %s and names the field', (_title, value, path) => {
    const parse = (): unknown => parseCRD(value);
    expect(parse).toThrow(MalformedError);
    expect(parse).toThrow(expect.objectContaining({ path }));
  });
});
