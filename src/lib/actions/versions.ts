import type { Cluster } from '../clusters/cluster.ts';
import { reportClusters } from './clusters-report.ts';

/** What one cluster runs. */
export interface ClusterVersion {
  readonly cluster: string;
  readonly reachable: boolean;
  readonly kubernetesVersion?: string;
  /** Served versions, best first. */
  readonly mcsVersions?: readonly string[];
  readonly aboutVersions?: readonly string[];
  readonly error?: { readonly message: string; readonly next?: string };
}

/** The versions of clusters; one that does not answer says why. */
export async function reportVersions(
  clusters: readonly Cluster[],
  concurrency: number,
): Promise<readonly ClusterVersion[]> {
  const report = await reportClusters(clusters, { concurrency });
  return report.clusters.map(
    ({ cluster, reachable, kubernetesVersion, mcsVersions, aboutVersions, error }): ClusterVersion => ({
      cluster,
      reachable,
      ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
      ...(mcsVersions === undefined ? {} : { mcsVersions }),
      ...(aboutVersions === undefined ? {} : { aboutVersions }),
      // That who is a member may not be read is no matter of versions.
      ...(reachable || error === undefined ? {} : { error }),
    }),
  );
}
