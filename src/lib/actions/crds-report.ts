import type { Cluster } from '../clusters/cluster.ts';
import type { OurCRD } from '../clusters/crd-manifests.ts';
import { ClusterError, InterruptedError } from '../errors.ts';
import { type CRDState, crdStates } from './crd-states.ts';
import { inParallel } from './in-parallel.ts';
import { type InstalledCRD, installCRDs } from './install-crds.ts';
import type { DryRun } from './settle.ts';

export interface CRDsOptions {
  readonly ours: readonly OurCRD[];
  /** Clusters asked at a time. */
  readonly concurrency: number;
  readonly signal?: AbortSignal;
  readonly onCluster?: (cluster: Cluster, error: ClusterError | undefined) => void;
}

/** The CRDs of one cluster. */
export interface CRDsOfCluster {
  readonly cluster: string;
  /** `none`: a directory, which needs no CRDs. */
  readonly needs: 'crds' | 'none';
  /** As they were found. */
  readonly crds: readonly CRDState[];
  /** What was written (or would be); empty for a mere look. */
  readonly changes: readonly InstalledCRD[];
  readonly error?: { readonly message: string; readonly next?: string };
}

export interface CRDsReport {
  readonly dryRun: DryRun;
  readonly clusters: readonly CRDsOfCluster[];
}

/** Which CRDs clusters have, and what installing would change. One that fails is reported and stops nobody. */
export function reportCRDs(clusters: readonly Cluster[], options: CRDsOptions): Promise<CRDsReport> {
  return each(clusters, options, 'none', () => Promise.resolve());
}

/**
 * Installs the CRDs that are missing, upgrades those that are older, leaves all others alone.
 * @throws InterruptedError
 */
export function installInto(
  clusters: readonly Cluster[],
  options: CRDsOptions & { readonly dryRun: DryRun },
): Promise<CRDsReport> {
  return each(clusters, options, options.dryRun, (at, states, done) =>
    installCRDs(at, states, options.ours, options.dryRun, done),
  );
}

async function each(
  clusters: readonly Cluster[],
  { ours, concurrency, signal, onCluster }: CRDsOptions,
  dryRun: DryRun,
  work: (at: Cluster, states: readonly CRDState[], done: (crd: InstalledCRD) => void) => Promise<void>,
): Promise<CRDsReport> {
  const results = await inParallel(clusters, concurrency, async (at): Promise<CRDsOfCluster> => {
    const changes: InstalledCRD[] = [];
    const base = { cluster: at.name, needs: at.crds === undefined ? ('none' as const) : ('crds' as const), changes };
    let crds: readonly CRDState[] = [];
    try {
      const { controllers } = await at.facts();
      crds = await crdStates(at, controllers, ours);
      await work(at, crds, (crd) => changes.push(crd));
      onCluster?.(at, undefined);
      return { ...base, crds };
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      onCluster?.(at, error);
      const next = error.next === undefined ? {} : { next: error.next };
      return { ...base, crds, error: { message: error.message, ...next } };
    }
  });
  if (signal?.aborted === true) throw new InterruptedError('interrupted', 'run it again to go on');
  return { dryRun, clusters: results };
}
