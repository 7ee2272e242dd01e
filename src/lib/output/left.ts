import type { LeaveReport, LeavingCluster, LeftCluster, RemovedObject } from '../actions/leave.ts';
import { some } from './some.ts';
import { visible } from './visible.ts';

/** What will go when clusters leave, before the question. */
export function renderLeaving(clusters: readonly LeavingCluster[]): string {
  return clusters.map((leaving) => lines(leaving, 'will go')).join('');
}

/** What `mcs leave` did. */
export function renderLeft({ clusters, dryRun }: LeaveReport): string {
  return clusters.map((left) => showLeft(left, dryRun !== 'none')).join('');
}

function showLeft(left: LeftCluster, dry: boolean): string {
  const name = visible(left.cluster);
  if (left.outcome === 'none') return `${name} is no member of a clusterset; nothing is left to remove\n`;
  if (dry) return lines(left, 'would go');
  return lines(left, left.outcome === 'left' ? 'left' : 'did not leave');
}

type Tense = 'will go' | 'would go' | 'left' | 'did not leave';

function lines(leaving: LeavingCluster, tense: Tense): string {
  const { cluster, location, clusterset, id, removed, importsElsewhere, next, joinedByMcs } = leaving;
  const parts: string[] = [];
  const from = clusterset === undefined ? 'is no member any more; the rest of it' : visible(clusterset);
  const title = {
    'will go': clusterset === undefined ? `${from} goes` : `leaves ${from}`,
    'would go': clusterset === undefined ? `${from} would go` : `would leave ${from}`,
    left: clusterset === undefined ? `${from} has gone` : `left ${from}`,
    'did not leave': 'is not done leaving',
  }[tense];
  const server = tense === 'will go' || tense === 'would go' ? ` (${location})` : '';
  parts.push(`${cluster}${server}  ${title}`);
  if (removed.length > 0) parts.push(`  ${VERB[tense]} ${count(removed)}`);
  const exports = removed.filter(({ kind }) => kind === 'ServiceExport').map(({ object }) => object);
  if (exports.length > 0) parts.push(`  exports: ${some(exports)}`);
  if (clusterset !== undefined && !joinedByMcs && tense !== 'left') {
    parts.push('  its membership was not written by mcs, and goes too');
  }
  const keepsID = !removed.some(({ kind, object }) => kind === 'ClusterProperty' && object.startsWith('cluster.'));
  if (id !== undefined && keepsID && tense !== 'did not leave') parts.push(`  its id ${id} stays`);
  for (const each of importsElsewhere) {
    parts.push(`  ${each.cluster} imports from it: ${some(each.services)}`);
  }
  if (next !== undefined) parts.push(`  what is left elsewhere goes with: ${next}`);
  return parts.map((part) => `${visible(part)}\n`).join('');
}

const VERB: Readonly<Record<Tense, string>> = {
  'will go': 'removes',
  'would go': 'would remove',
  left: 'removed',
  'did not leave': 'removed so far',
};

const NOUNS: readonly (readonly [kind: string, one: string, many: string])[] = [
  ['ServiceExport', 'export', 'exports'],
  ['ServiceImport', 'import', 'imports'],
  ['Service', 'derived Service', 'derived Services'],
  ['EndpointSlice', 'EndpointSlice', 'EndpointSlices'],
];

/** `2 exports, the membership, 3 imports` */
function count(removed: readonly RemovedObject[]): string {
  const has = (name: string): boolean =>
    removed.some(({ kind, object }) => kind === 'ClusterProperty' && object === name);
  const counts = NOUNS.flatMap(([kind, one, many]) => {
    const total = removed.filter((each) => each.kind === kind).length;
    return total === 0 ? [] : [`${total} ${total === 1 ? one : many}`];
  });
  const exports = removed.some(({ kind }) => kind === 'ServiceExport') ? counts.splice(0, 1) : [];
  return [
    ...exports,
    ...(has('clusterset.k8s.io') ? ['the membership'] : []),
    ...counts,
    ...(has('cluster.clusterset.k8s.io') ? ['the id'] : []),
  ].join(', ');
}
