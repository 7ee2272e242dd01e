import type { ImportType, ServicePort, SessionAffinityConfig, StringMap } from '../api/objects.ts';
import type { Claim } from './claim.ts';
import { type Conflict, conflictsOf } from './conflicts.ts';
import { usedFamilies } from './families.ts';
import { agesKnown, byPrecedence } from './order.ts';
import { mergePorts } from './ports.ts';

/** What an API server makes of ClientIP without a configuration, in seconds (Service v1). */
const DEFAULT_AFFINITY: SessionAffinityConfig = { clientIP: { timeoutSeconds: 10_800 } };

/** What a service is over the whole clusterset. */
export interface Merged {
  readonly type: ImportType;
  readonly ports: readonly ServicePort[];
  readonly sessionAffinity: string | undefined;
  readonly sessionAffinityConfig: SessionAffinityConfig | undefined;
  readonly internalTrafficPolicy: string | undefined;
  readonly trafficDistribution: string | undefined;
  readonly ipFamilies: readonly string[] | undefined;
  readonly labels: StringMap;
  readonly annotations: StringMap;
  readonly conflicts: readonly Conflict[];
  /** The claims in precedence. */
  readonly claims: readonly [Claim, ...Claim[]];
  /** False when an export carries no creationTimestamp, so that precedence went by cluster id. */
  readonly agesKnown: boolean;
}

/**
 * Merges what the clusters say of one service (KEP-1645, "Constraints and Conflict Resolution"). Total and pure: the
 * order of `claims` does not matter. Undefined when there is no claim, so no service.
 */
export function merge(claims: readonly Claim[]): Merged | undefined {
  const [oldest, ...younger] = byPrecedence(claims);
  if (oldest === undefined) return undefined;
  const ordered = [oldest, ...younger] as const;
  const headless = oldest.type === 'Headless';
  const affinity = headless ? undefined : oldest.sessionAffinity;
  return {
    type: oldest.type,
    ports: mergePorts(ordered.map((claim) => claim.ports)),
    sessionAffinity: affinity,
    sessionAffinityConfig: affinity === 'ClientIP' ? (oldest.sessionAffinityConfig ?? DEFAULT_AFFINITY) : undefined,
    internalTrafficPolicy: headless ? undefined : oldest.internalTrafficPolicy,
    trafficDistribution: headless ? undefined : oldest.trafficDistribution,
    ipFamilies: usedFamilies(ordered),
    labels: oldest.labels,
    annotations: oldest.annotations,
    conflicts: conflictsOf(ordered),
    claims: ordered,
    agesKnown: agesKnown(claims),
  };
}
