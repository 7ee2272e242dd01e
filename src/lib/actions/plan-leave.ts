import type { Kind } from '../api/kinds.ts';
import { CLUSTERSET_PROPERTY, CLUSTER_ID_PROPERTY, MANAGED_BY, MANAGED_BY_LABEL, isOurs } from '../api/labels.ts';
import { type KubeObject, type ServiceExport, keyOf } from '../api/objects.ts';
import type { Cluster, ListOptions } from '../clusters/cluster.ts';
import { ClusterError, RefusedError } from '../errors.ts';
import { clusterFlag } from './cluster-flag.ts';
import type { Surveyed } from './survey.ts';

/** An object that goes. */
export interface Removal {
  readonly kind: Kind;
  readonly object: KubeObject;
}

/** What leaving comes to in one cluster; a second run finds less, and goes on there. */
export interface LeavePlan {
  readonly surveyed: Surveyed;
  readonly exports: readonly Removal[];
  /** Empty when the cluster is no member any more. */
  readonly membership: readonly Removal[];
  /** Imports, derived Services and slices with our mark, in this order. */
  readonly imported: readonly Removal[];
  /** Empty unless it is to be forgotten. */
  readonly id: readonly Removal[];
}

export interface PlanLeaveOptions {
  /** Which exports go: those that mcs made, or all. */
  readonly exports: 'mcs' | 'all';
  readonly forgetID: boolean;
}

const OURS: ListOptions = { labelSelector: `${MANAGED_BY_LABEL}=${MANAGED_BY}` };

/**
 * Reads what goes when a cluster leaves.
 * @throws RefusedError while exports remain that are not to be removed; ClusterError
 */
export async function planLeave(surveyed: Surveyed, options: PlanLeaveOptions): Promise<LeavePlan> {
  const { at } = surveyed;
  const isMember = surveyed.clusterset !== undefined;
  const [exports, membership, imported, id] = await Promise.all([
    // Exports of a cluster that is no member have no effect: they are nobody's business here.
    isMember ? readExports(surveyed, options) : [],
    isMember ? readProperty(at, CLUSTERSET_PROPERTY) : [],
    readImported(at),
    options.forgetID && surveyed.id !== undefined ? readProperty(at, CLUSTER_ID_PROPERTY) : [],
  ]);
  return { surveyed, exports, membership, imported, id };
}

/** True when nothing is to be removed. */
export function isEmpty(plan: LeavePlan): boolean {
  return [plan.exports, plan.membership, plan.imported, plan.id].every((removals) => removals.length === 0);
}

async function readExports({ at, cluster }: Surveyed, options: PlanLeaveOptions): Promise<readonly Removal[]> {
  const found = await listServed(at, 'ServiceExport');
  const others = found.filter((object) => !isOurs(object));
  if (options.exports === 'mcs' && others.length > 0) {
    throw new RefusedError(
      `${cluster} still exports ${namesOf(others)}, which mcs did not make; nothing was written`,
      `remove ${others.length === 1 ? 'it' : 'them'}, or let them go too: mcs leave ${clusterFlag(at)} --exports=all`,
    );
  }
  return found.map((object) => ({ kind: 'ServiceExport', object }));
}

function namesOf(exports: readonly ServiceExport[]): string {
  const names = exports.slice(0, 5).map(({ metadata }) => keyOf(metadata));
  const more = exports.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

async function readProperty(at: Cluster, name: string): Promise<readonly Removal[]> {
  const object = await at.get('ClusterProperty', { name });
  return object === undefined ? [] : [{ kind: 'ClusterProperty', object }];
}

async function readImported(at: Cluster): Promise<readonly Removal[]> {
  const kinds = ['ServiceImport', 'Service', 'EndpointSlice'] as const;
  const lists = await Promise.all(
    kinds.map(async (kind) => (await listServed(at, kind, OURS)).map((object): Removal => ({ kind, object }))),
  );
  return lists.flat();
}

/** A kind that is not served there holds nothing. */
async function listServed<K extends 'ServiceExport' | 'ServiceImport' | 'Service' | 'EndpointSlice'>(
  at: Cluster,
  kind: K,
  options?: ListOptions,
) {
  try {
    return await at.list(kind, options);
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'not-served') return [];
    throw error;
  }
}
