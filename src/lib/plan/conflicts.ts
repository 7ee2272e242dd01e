import type { ServicePort, StringMap } from '../api/objects.ts';
import type { Claim } from './claim.ts';
import { commonFamilies, usedFamilies } from './families.ts';
import { agesKnown } from './order.ts';
import { mergePorts, samePorts, showPorts } from './ports.ts';

/** One field on which the clusters do not agree. */
export interface Conflict {
  readonly field: string;
  /** Reason of the Conflict condition (mcs-api `ServiceExportConditionReason`). */
  readonly reason: string;
  /** The value used, as text. */
  readonly used: string;
  /** What those who disagree have to say to end the conflict: mostly the value used, of ports the winner's own. */
  readonly wanted: string;
  /** Id of the cluster whose value is used; several joined by commas when an import stands in for them. */
  readonly winner: string;
  /** Why the winner wins: its export is the oldest, its import stands in for it, or its id is first as ages are unknown. */
  readonly by: 'age' | 'stand-in' | 'id';
  /** Ids of the clusters that say otherwise, sorted. */
  readonly disagree: readonly string[];
  /** How many clusters were compared. */
  readonly clusters: number;
}

/** A row of the table: how one field is read, compared and shown. */
interface Rule<T = unknown> {
  readonly field: string;
  readonly reason: string;
  readonly read: (claim: Claim) => T;
  readonly equal: (a: T, b: T) => boolean;
  readonly show: (value: T, claims: readonly Claim[]) => string;
  /** What ends the conflict, where that is not the value used. */
  readonly want?: (value: T) => string;
  /** What the others are compared with; what the oldest says when absent. */
  readonly reference?: (claims: readonly [Claim, ...Claim[]]) => T;
  /** Which claims are compared at all; everybody when absent. */
  readonly among?: (claim: Claim, oldest: Claim) => boolean;
}

type Claims = readonly [Claim, ...Claim[]];

/** A row without its type of value. */
interface Row {
  readonly field: string;
  readonly reason: string;
  readonly check: (claims: Claims) => Conflict | undefined;
  /** What one cluster says. */
  readonly say: (claim: Claim, claims: Claims) => string;
  /** What is used; undefined where the field means nothing. */
  readonly used: (claims: Claims) => string | undefined;
}

/** Type-checks a row and forgets its T, so that rows of all types fit into one table. */
function rule<T>(row: Rule<T>): Row {
  const valueOf = (claims: Claims): T => (row.reference === undefined ? row.read(claims[0]) : row.reference(claims));
  const check = (claims: Claims): Conflict | undefined => {
    const [oldest] = claims;
    const compared: readonly Claim[] =
      row.among === undefined ? claims : claims.filter((claim) => row.among?.(claim, oldest));
    const value = valueOf(claims);
    const disagree = compared.filter((claim) => claim !== oldest && !row.equal(row.read(claim), value));
    if (disagree.length === 0) return undefined;
    return {
      field: row.field,
      reason: row.reason,
      used: row.show(value, claims),
      wanted: (row.want ?? row.show)(value, claims),
      winner: oldest.cluster,
      by: reasonToWin(claims),
      disagree: disagree.map((claim) => claim.cluster).sort(),
      clusters: compared.reduce((sum, claim) => sum + Math.max(1, claim.standsInFor.length), 0),
    };
  };
  return {
    field: row.field,
    reason: row.reason,
    check,
    say: (claim, claims) => (row.want ?? row.show)(row.read(claim), claims),
    used: (claims) => (row.among?.(claims[0], claims[0]) === false ? undefined : row.show(valueOf(claims), claims)),
  };
}

const unionOf = (claims: readonly Claim[]): readonly ServicePort[] => mergePorts(claims.map((claim) => claim.ports));
const plain = (value: string | undefined): string => value ?? 'unset';
const same = <T>(a: T, b: T): boolean => a === b;
/** Fields about the clusterset IP mean nothing when the service is Headless. */
const ifNotHeadless = (_: Claim, oldest: Claim): boolean => oldest.type !== 'Headless';

/**
 * The conflict rules (KEP-1645, "Constraints and Conflict Resolution"), in the fixed order in which reasons are joined:
 * that of the constants in mcs-api.
 */
const RULES: readonly Row[] = [
  rule({
    field: 'ports',
    reason: 'PortConflict',
    read: (claim) => claim.ports,
    equal: samePorts,
    // An import holds a union: which of its ports the clusters it stands in for have, nobody can tell. What joins the
    // union now is in the import a moment later, and the verdict must be the same then.
    reference: (claims) => (claims[0].standsInFor.length > 0 ? unionOf(claims) : claims[0].ports),
    show: (_, claims) => showPorts(unionOf(claims)),
    want: showPorts,
  }),
  rule({ field: 'type', reason: 'TypeConflict', read: (claim) => claim.type, equal: same, show: plain }),
  rule({
    field: 'sessionAffinity',
    reason: 'SessionAffinityConflict',
    read: (claim) => claim.sessionAffinity,
    equal: same,
    show: plain,
    among: ifNotHeadless,
  }),
  rule<number | undefined>({
    field: 'sessionAffinityConfig',
    reason: 'SessionAffinityConfigConflict',
    read: (claim) => claim.sessionAffinityConfig?.clientIP?.timeoutSeconds,
    equal: same,
    show: (seconds) => (seconds === undefined ? 'unset' : `clientIP.timeoutSeconds ${seconds}`),
    // Without ClientIP in use there is no configuration in use that anybody could disagree with.
    among: (claim, oldest) =>
      oldest.type !== 'Headless' && oldest.sessionAffinity === 'ClientIP' && claim.sessionAffinity === 'ClientIP',
  }),
  rule({
    field: 'exportedAnnotations',
    reason: 'AnnotationsConflict',
    read: (claim) => claim.annotations,
    equal: sameMap,
    show: showMap,
  }),
  rule({
    field: 'exportedLabels',
    reason: 'LabelsConflict',
    read: (claim) => claim.labels,
    equal: sameMap,
    show: showMap,
  }),
  rule({
    field: 'internalTrafficPolicy',
    reason: 'InternalTrafficPolicyConflict',
    read: (claim) => claim.internalTrafficPolicy,
    equal: (a, b) => (a ?? 'Cluster') === (b ?? 'Cluster'),
    show: plain,
    among: ifNotHeadless,
  }),
  rule({
    field: 'trafficDistribution',
    reason: 'TrafficDistributionConflict',
    read: (claim) => claim.trafficDistribution,
    equal: (a, b) => canonicalDistribution(a) === canonicalDistribution(b),
    show: plain,
    among: ifNotHeadless,
  }),
  {
    field: 'ipFamilies',
    reason: 'IPFamilyConflict',
    check: familyConflict,
    say: ({ ipFamilies }) => ipFamilies?.join(',') ?? 'unset',
    used: (claims) => usedFamilies(claims)?.join(',') ?? 'unset',
  },
];

/** Fields as `status` and messages name them, in the order of the table. */
export function conflictsOf(claims: Claims): readonly Conflict[] {
  return RULES.flatMap(({ check }) => check(claims) ?? []);
}

/** What the clusters say of one field, and what is made of it. */
export interface FieldWord {
  readonly field: string;
  /** Reason of the Conflict condition, were they to disagree. */
  readonly reason: string;
  /** Absent where the field means nothing, as session affinity does not to a Headless service. */
  readonly used: string | undefined;
  /** In precedence; clusters by id, several joined by commas when an import stands in for them. */
  readonly says: readonly { readonly cluster: string; readonly value: string; readonly disagrees: boolean }[];
  readonly conflict: Conflict | undefined;
}

/** All fields of the table, each with every cluster's word, whether they agree or not. */
export function fieldWords(claims: Claims): readonly FieldWord[] {
  return RULES.map(({ field, reason, check, say, used }) => {
    const conflict = check(claims);
    const says = claims.map((claim) => ({
      cluster: claim.cluster,
      value: say(claim, claims),
      disagrees: conflict?.disagree.includes(claim.cluster) === true,
    }));
    return { field, reason, used: used(claims), says, conflict };
  });
}

const WHOSE: Readonly<Record<Conflict['by'], (winner: string) => string>> = {
  age: (winner) => `oldest service export in "${winner}"`,
  'stand-in': (winner) => `the existing import, which stands in for unreachable "${winner}"`,
  id: (winner) => `service export in "${winner}", first by cluster id since ages are unknown`,
};

/** Why the first of the claims in precedence is the first. */
export function reasonToWin(claims: Claims): Conflict['by'] {
  if (claims[0].standsInFor.length > 0) return 'stand-in';
  return agesKnown(claims) ? 'age' : 'id';
}

/** A condition's message may have 32768 characters, and there may be one such sentence for each of ten fields. */
const MOST = 2000;

/** The sentence of a Conflict condition, in the KEP's form. */
export function conflictMessage(conflict: Conflict): string {
  const whose = WHOSE[conflict.by](conflict.winner);
  const used = conflict.used.length > MOST ? `${conflict.used.slice(0, MOST)}…` : conflict.used;
  const value = conflict.field === 'ports' ? `the union "${used}" with precedence to` : `"${used}" from`;
  return `Conflicting ${conflict.field}. Using ${value} ${whose}. ${conflict.disagree.length}/${conflict.clusters} clusters disagree.`;
}

/** Families differ in a way that matters only when no family is common to all; then the oldest's are used (design rule 9). */
function familyConflict(claims: Claims): Conflict | undefined {
  const common = commonFamilies(claims.map((claim) => claim.ipFamilies));
  if (common === undefined || common.length > 0) return undefined;
  const oldest = claims.find((claim) => claim.ipFamilies !== undefined) ?? claims[0];
  const families = oldest.ipFamilies ?? [];
  const named: readonly Claim[] = claims.filter((claim) => claim.ipFamilies !== undefined);
  const disagree = named.filter((claim) => !claim.ipFamilies?.some((family) => families.includes(family)));
  return {
    field: 'ipFamilies',
    reason: 'IPFamilyConflict',
    used: families.join(','),
    wanted: families.join(','),
    winner: oldest.cluster,
    by: reasonToWin(claims),
    disagree: (disagree.length > 0 ? disagree : named.filter((claim) => claim !== oldest))
      .map((claim) => claim.cluster)
      .sort(),
    clusters: named.reduce((sum, claim) => sum + Math.max(1, claim.standsInFor.length), 0),
  };
}

/** PreferClose is the old name of PreferSameZone (Kubernetes 1.34, KEP-3015). */
function canonicalDistribution(value: string | undefined): string | undefined {
  return value === 'PreferClose' ? 'PreferSameZone' : value;
}

function sameMap(a: StringMap, b: StringMap): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}

function showMap(map: StringMap): string {
  const entries = Object.entries(map).map(([key, value]) => `${key}=${value}`);
  return entries.length === 0 ? 'none' : entries.sort().join(',');
}
