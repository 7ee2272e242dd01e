import { deepFreeze } from './freeze.ts';
import { bool, isRecord, listOf, record, required, text, textMap } from './reader.ts';

/** A CustomResourceDefinition, as far as versions and schemas matter. */
export interface CRD {
  /** `plural.group` */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly versions: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[];
  readonly storedVersions: readonly string[];
  readonly established: boolean;
}

/**
 * A CRD from a manifest or an API server (`apiextensions.k8s.io/v1`), frozen. A manifest without status is not
 * established and stores nothing yet.
 * @throws MalformedError with the field's path
 */
export function parseCRD(value: unknown): CRD {
  const crd = required(record(value, ''), '', 'a CustomResourceDefinition');
  const metadata = required(record(crd.metadata, 'metadata'), 'metadata', 'a mapping');
  const spec = required(record(crd.spec, 'spec'), 'spec', 'a mapping');
  const status = record(crd.status, 'status') ?? {};
  const conditions: readonly unknown[] = Array.isArray(status.conditions) ? status.conditions : [];
  return deepFreeze({
    name: required(text(metadata.name, 'metadata.name'), 'metadata.name', 'a string'),
    labels: { ...textMap(metadata.labels, 'metadata.labels') },
    versions: listOf(spec.versions, 'spec.versions', parseVersion) ?? [],
    storedVersions: listOf(status.storedVersions, 'status.storedVersions', parseName) ?? [],
    established: conditions.some((one) => isRecord(one) && one.type === 'Established' && one.status === 'True'),
  });
}

function parseVersion(value: unknown, path: string): CRD['versions'][number] {
  const version = required(record(value, path), path, 'a mapping');
  return {
    name: parseName(version.name, `${path}.name`),
    served: bool(version.served, `${path}.served`) ?? false,
    storage: bool(version.storage, `${path}.storage`) ?? false,
  };
}

function parseName(value: unknown, path: string): string {
  return required(text(value, path), path, 'a string');
}

const RELEASE_LABEL = 'multicluster.x-k8s.io/release-version';
const REVISION_LABEL = 'multicluster.x-k8s.io/crd-schema-revision';

/** How an installed CRD stands to the one mcs brings along. */
export type CRDAge = 'missing' | 'older' | 'same' | 'newer';

/**
 * Compares by release version, then by schema revision, both numerically; a CRD without these labels is older than any
 * with them (mcs-api 0.4 introduced them). A CRD that does not carry them at all on our side (ClusterProperty) is
 * compared by served versions: it is older when one of ours is not served.
 */
export function compareCRD(installed: CRD | undefined, ours: CRD): CRDAge {
  if (installed === undefined) return 'missing';
  if (ours.labels[RELEASE_LABEL] === undefined) {
    const served = new Set(installed.versions.filter((version) => version.served).map((version) => version.name));
    return ours.versions.every((version) => !version.served || served.has(version.name)) ? 'same' : 'older';
  }
  const order =
    compareNumbers(numbers(installed.labels[RELEASE_LABEL]), numbers(ours.labels[RELEASE_LABEL])) ||
    compareNumbers(numbers(installed.labels[REVISION_LABEL]), numbers(ours.labels[REVISION_LABEL]));
  return order < 0 ? 'older' : order > 0 ? 'newer' : 'same';
}

/** A pre-release (`v0.6.0-rc.1`) comes before its release: what follows the dash weighs less than nothing. */
function numbers(version = ''): readonly number[] {
  const [core = '', ...rest] = version.split('-');
  const all = (text: string): readonly number[] => [...text.matchAll(/\d+/g)].map((match) => Number(match[0]));
  return rest.length === 0 ? all(core) : [...all(core), -2, ...all(rest.join('-'))];
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? -1) - (b[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
