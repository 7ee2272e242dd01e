import type { InstalledCRD } from '../actions/install-crds.ts';
import type { JoinReport, JoinedCluster } from '../actions/join.ts';
import { visible } from './visible.ts';

/** What `mcs join` did: a line for each cluster, and above it one for each CRD. */
export function renderJoined(report: JoinReport): string {
  const width = Math.max(...report.clusters.map(({ cluster }) => visible(cluster).length));
  const dry = report.dryRun !== 'none';
  return report.clusters
    .flatMap((joined) => {
      const name = visible(joined.cluster);
      const crds = joined.crds.map((crd) => `${name.padEnd(width)}  ${showCRD(crd, dry)}\n`);
      return [...crds, `${showCluster(joined, report, name, width)}\n`];
    })
    .join('');
}

/** `installed CRD serviceexports.multicluster.x-k8s.io v0.5.2` */
export function showCRD({ name, action, from, to }: InstalledCRD, dry: boolean): string {
  const verb = dry ? `would ${action}` : action === 'install' ? 'installed' : 'upgraded';
  const release = to === undefined ? '' : ` ${action === 'upgrade' && from !== undefined ? `${from} → ` : ''}${to}`;
  return `${verb} CRD ${visible(name)}${visible(release)}`;
}

function showCluster(joined: JoinedCluster, report: JoinReport, name: string, width: number): string {
  const { clusterset, dryRun } = report;
  const as = `${visible(clusterset)} as ${visible(joined.id)}`;
  switch (joined.outcome) {
    case 'member':
      return `${name} is already a member of ${as}`;
    case 'failed':
      return `${name.padEnd(width)}  not joined`;
    case 'joined':
      return `${name.padEnd(width)}  ${dryRun === 'none' ? 'joined' : 'would join'} ${as}`;
  }
}
