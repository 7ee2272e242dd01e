import { validateClusters } from '../../../src/lib/actions/validate.ts';
import type { Cluster } from '../../../src/lib/clusters/cluster.ts';
import type { Finding } from '../../../src/lib/validate/finding.ts';
import { crd } from './live.ts';
import { OPTIONS } from './validated.ts';

/** What is found in clusters that are not read from files, with CRDs of mcs's own to compare theirs with. */
export async function liveFindings(clusters: readonly Cluster[], isPartial = false): Promise<readonly Finding[]> {
  const { findings } = await validateClusters(
    clusters.map((cluster) => ({ cluster })),
    { ...OPTIONS, isPartial, ours: [crd('v0.5.2', ['v1beta1', 'v1alpha1'])] },
  );
  return findings;
}
