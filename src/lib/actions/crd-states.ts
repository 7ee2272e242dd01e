import { type CRD, type CRDAge, compareCRD } from '../api/crds.ts';
import type { Cluster, FoundController } from '../clusters/cluster.ts';
import type { OurCRD } from '../clusters/crd-manifests.ts';

/** Which release a CRD is of; both absent before mcs-api 0.4, and on ClusterProperty. */
export interface CRDRelease {
  readonly release?: string;
  readonly revision?: string;
}

/** How one CRD stands in one cluster, and what installing would do. */
export interface CRDState {
  /** `plural.group` */
  readonly name: string;
  readonly age: CRDAge;
  /** Absent when it is missing. */
  readonly installed?: CRDRelease & {
    readonly served: readonly string[];
    /** The version new objects are stored in. */
    readonly storage?: string;
    /** All versions that objects are stored in. */
    readonly stored: readonly string[];
  };
  /** The release that mcs brings along. */
  readonly ours: CRDRelease;
  readonly action: 'install' | 'upgrade' | 'none';
  /** Why it is left alone although it is not ours. */
  readonly note?: string;
}

/**
 * Compares a cluster's CRDs with those mcs brings along; reads only. A CRD that is newer, that an add-on manager or
 * another MCS controller looks after, or that has a version ours lacks, is left alone (design rule 4).
 * @throws ClusterError
 */
export async function crdStates(
  at: Cluster,
  controllers: readonly FoundController[],
  ours: readonly OurCRD[],
): Promise<readonly CRDState[]> {
  if (at.crds === undefined) return [];
  const installed = new Map((await at.crds.list()).map((crd) => [crd.name, crd]));
  return ours.map(({ crd }) => stateOf(installed.get(crd.name), crd, controllers));
}

function stateOf(installed: CRD | undefined, ours: CRD, controllers: readonly FoundController[]): CRDState {
  const age = compareCRD(installed, ours);
  const base = { name: ours.name, age, ours: releaseOf(ours) };
  if (installed === undefined) return { ...base, action: 'install' };
  const storage = installed.versions.find((version) => version.storage)?.name;
  const there = {
    ...base,
    installed: {
      ...releaseOf(installed),
      served: servedBy(installed),
      ...(storage === undefined ? {} : { storage }),
      stored: installed.storedVersions,
    },
  };
  if (age === 'same') return { ...there, action: 'none' };
  if (age === 'newer') return { ...there, action: 'none', note: 'newer than ours, left alone' };
  const keeper = keeperOf(installed, ours, controllers);
  return keeper === undefined ? { ...there, action: 'upgrade' } : { ...there, action: 'none', note: keeper };
}

/** Why an older CRD is not ours to upgrade. */
function keeperOf(installed: CRD, ours: CRD, controllers: readonly FoundController[]): string | undefined {
  const known = new Set(ours.versions.map((version) => version.name));
  const lost = [...new Set([...servedBy(installed), ...installed.storedVersions])].filter((name) => !known.has(name));
  if (lost.length > 0) return `older, but has ${lost.join(', ')}, which ours lacks: left alone`;
  const [controller] = controllers;
  if (controller !== undefined) return `older, but ${controller.name} is at work there: left alone`;
  // Of kube-addons and of GKE: what carries it is put back to what the manager has (reference: kube-addon-manager).
  if (installed.labels['addonmanager.kubernetes.io/mode'] !== undefined)
    return 'older, but an add-on manager keeps it: left alone';
  return undefined;
}

function servedBy(crd: CRD): readonly string[] {
  return crd.versions.filter((version) => version.served).map((version) => version.name);
}

function releaseOf({ labels }: CRD): CRDRelease {
  const release = labels['multicluster.x-k8s.io/release-version'];
  const revision = labels['multicluster.x-k8s.io/crd-schema-revision'];
  return { ...(release === undefined ? {} : { release }), ...(revision === undefined ? {} : { revision }) };
}
