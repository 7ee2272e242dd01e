import type { Cluster } from '../clusters/cluster.ts';
import type { OurCRD } from '../clusters/crd-manifests.ts';
import type { CRDState } from './crd-states.ts';
import type { DryRun } from './settle.ts';

/** A CRD that was (or would be) written. */
export interface InstalledCRD {
  readonly name: string;
  readonly action: 'install' | 'upgrade';
  /** Release before and after; absent where it has none. */
  readonly from?: string;
  readonly to?: string;
}

/**
 * Writes the CRDs that are missing or older, one after the other, and waits until each is served.
 * @param done told of each as soon as it is written, so that a failure does not hide what went before it
 * @throws ClusterError
 */
export async function installCRDs(
  at: Cluster,
  states: readonly CRDState[],
  ours: readonly OurCRD[],
  dryRun: DryRun,
  done: (crd: InstalledCRD) => void,
): Promise<void> {
  for (const { name, action, installed, ours: brought } of states) {
    const manifest = ours.find(({ crd }) => crd.name === name)?.manifest;
    if (action === 'none' || manifest === undefined) continue;
    if (dryRun !== 'client') await at.crds?.apply(manifest, { dryRun: dryRun === 'server' });
    done({
      name,
      action,
      ...(installed?.release === undefined ? {} : { from: installed.release }),
      ...(brought.release === undefined ? {} : { to: brought.release }),
    });
  }
}
