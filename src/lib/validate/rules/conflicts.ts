import { conflictFix } from '../../explain/conflict-fix.ts';
import { duration, secondsBetween } from '../../explain/duration.ts';
import type { Claim } from '../../plan/claim.ts';
import { type Conflict, fieldWords } from '../../plan/conflicts.ts';
import { ref } from '../describe.ts';
import type { RuleInfo, Severity } from '../finding.ts';
import { fieldAt } from './conflict-field.ts';
import type { Draft, Rule } from '../rule.ts';
import type { SceneCluster, SceneService } from '../scene.ts';

const SOURCE = 'KEP-1645, "Constraints and Conflict Resolution"';

/** Ages that are this near may come out the other way after a restore, or with other clocks: seconds. */
export const FRAGILE = 5;

/** One code per field of the merge. */
const FIELDS: readonly {
  readonly code: string;
  readonly title: string;
  readonly field: string;
  readonly severity: Severity;
  readonly why: string;
}[] = [
  {
    code: 'MCS201',
    title: 'port-conflict',
    field: 'ports',
    severity: 'error',
    why: 'Ports that lose are served by no endpoint of their cluster, so a part of the calls goes nowhere.',
  },
  {
    code: 'MCS202',
    title: 'type-conflict',
    field: 'type',
    severity: 'error',
    why: 'Clients that expect one address get many, or the other way round; some implementations do not export the loser.',
  },
  {
    code: 'MCS203',
    title: 'session-affinity-conflict',
    field: 'sessionAffinity',
    severity: 'warning',
    why: 'Sessions stick, or do not, against what the loser asks for.',
  },
  {
    code: 'MCS204',
    title: 'session-affinity-config-conflict',
    field: 'sessionAffinityConfig',
    severity: 'warning',
    why: 'Sessions end sooner or later than the loser asks for.',
  },
  {
    code: 'MCS205',
    title: 'labels-conflict',
    field: 'exportedLabels',
    severity: 'warning',
    why: 'Who selects imports by label does not find what the loser exports.',
  },
  {
    code: 'MCS206',
    title: 'annotations-conflict',
    field: 'exportedAnnotations',
    severity: 'warning',
    why: 'What reads annotations of imports acts by those of the winner alone.',
  },
  {
    code: 'MCS207',
    title: 'internal-traffic-policy-conflict',
    field: 'internalTrafficPolicy',
    severity: 'warning',
    why: 'Traffic stays on the node, or leaves it, against what the loser asks for.',
  },
  {
    code: 'MCS208',
    title: 'traffic-distribution-conflict',
    field: 'trafficDistribution',
    severity: 'warning',
    why: 'Traffic prefers near endpoints, or does not, against what the loser asks for.',
  },
  {
    code: 'MCS209',
    title: 'ip-family-conflict',
    field: 'ipFamilies',
    severity: 'error',
    why: 'No family is common to all exporters: endpoints of the loser cannot be reached by the address of the import.',
  },
];

/** 2xx: clusters that say different things of one service; a finding per service and field, at the loser. */
export const CONFLICT_RULES: readonly Rule[] = FIELDS.map(({ field, why, ...info }) => ({
  ...info,
  summary: `Exporting clusters do not agree on ${field}; the oldest export decides.`,
  looksAt: `${field === 'type' ? 'spec.clusterIP' : field.startsWith('exported') ? `spec.${field} of the ServiceExports` : `spec.${field} of the Services`} of all exporters, ages of their ServiceExports`,
  why,
  mend: 'Make the loser say what is used, or change the winner. Do not delete and recreate the winner: that changes who wins.',
  source: SOURCE,
  *check({ sets }) {
    for (const { services } of sets) for (const service of services) yield* conflictOf(service, field);
  },
}));

function* conflictOf(service: SceneService, field: string): Generator<Draft> {
  const { merged } = service.plan;
  if (merged === undefined || !merged.conflicts.some((conflict) => conflict.field === field)) return;
  const word = fieldWords(merged.claims).find((each) => each.field === field);
  const { conflict } = word ?? {};
  if (word === undefined || conflict === undefined) return;
  const losers = conflict.disagree.flatMap((id) => clusterOf(service, id) ?? []);
  const [first] = losers;
  if (first === undefined) return; // only clusters that cannot be asked disagree: nobody here can mend it
  const { namespace, name, key } = service;
  const isExport = field.startsWith('exported');
  const winner = winnerOf(service, conflict);
  const own = word.says.find(({ cluster }) => cluster === idOf(service, first));
  const { type } = first;
  yield {
    cluster: first.name,
    service: key,
    object: ref(isExport ? 'ServiceExport' : 'Service', name, namespace),
    field: fieldAt(field, service, first, conflict),
    message: `${field}: ${conflict.used} of ${winner} is used (${whyWins(merged.claims, conflict)}); ${listed(losers)} ${losers.length === 1 ? `says ${own?.value ?? 'otherwise'}` : 'disagree'}`,
    evidence: word.says.map(({ cluster, value }) => `${nameOf(service, cluster)}: ${value}`),
    fix: {
      kind: type === 'context' && field !== 'type' ? 'command' : 'doc',
      text: conflictFix(
        { field, wanted: conflict.wanted },
        { namespace, name },
        { cluster: first.name, type: type === 'context' ? 'context' : 'directory', location: first.location },
      ),
    },
  };
}

/** `oldest by 41d`, `first by cluster id: ages are unknown`. */
function whyWins(claims: readonly [Claim, ...Claim[]], { by }: Conflict): string {
  if (by === 'stand-in') return 'its import stands in for it while it cannot be asked';
  if (by === 'id') return 'first by cluster id, since ages are unknown';
  const margin = marginOf(claims);
  return margin === 0 ? 'first by cluster id, at the same age' : `oldest by ${duration(margin ?? 0)}`;
}

/** Seconds by which the oldest is older than the next; undefined when an age is unknown or there is but one. */
function marginOf([oldest, next]: readonly [Claim, ...Claim[]]): number | undefined {
  if (oldest.created === undefined || next?.created === undefined) return undefined;
  return secondsBetween(oldest.created, next.created);
}

/** What two rows about winners have in common: they matter only where values really differ. */
function* contested(
  services: readonly SceneService[],
  check: (
    service: SceneService,
    claims: readonly [Claim, ...Claim[]],
    conflicts: readonly Conflict[],
  ) => Draft | undefined,
): Generator<Draft> {
  for (const service of services) {
    const { merged } = service.plan;
    if (merged === undefined || merged.conflicts.length === 0 || merged.claims.length < 2) continue;
    const draft = check(service, merged.claims, merged.conflicts);
    if (draft !== undefined) yield draft;
  }
}

const WINNER: Pick<RuleInfo, 'severity' | 'looksAt' | 'source'> = {
  severity: 'warning',
  looksAt: 'metadata.creationTimestamp of the ServiceExports of a service whose clusters disagree',
  source: `${SOURCE}; the KEP leaves ties open`,
};

/** 220 to 222: who wins a conflict may change without anybody wanting it. */
export const WINNER_RULES: readonly Rule[] = [
  {
    ...WINNER,
    code: 'MCS220',
    title: 'winner-by-seconds',
    summary: `The winner of a conflict is older by less than ${FRAGILE} s.`,
    why: 'Clocks of clusters differ by more; a restore or a recreated export makes the other one win.',
    mend: 'End the conflict.',
    *check({ sets }) {
      for (const { services } of sets) {
        yield* contested(services, (service, claims, conflicts) => {
          const margin = marginOf(claims);
          if (margin === undefined || margin >= FRAGILE || claims[0].standsInFor.length > 0) return undefined;
          return fragile(service, claims, conflicts, `is older by ${duration(margin)} only`);
        });
      }
    },
  },
  {
    ...WINNER,
    code: 'MCS221',
    title: 'winner-by-id',
    summary: 'The ages of the exports in a conflict are unknown, so the cluster id decides here.',
    why: 'A cluster knows the ages and may decide otherwise.',
    mend: 'End the conflict, or set metadata.creationTimestamp on the ServiceExports.',
    *check({ sets }) {
      for (const { services } of sets) {
        yield* contested(services, (service, claims, conflicts) => {
          if (service.plan.merged?.agesKnown === true || claims[0].standsInFor.length > 0) return undefined;
          return fragile(service, claims, conflicts, 'is first by cluster id: no export says how old it is');
        });
      }
    },
  },
];

function fragile(
  service: SceneService,
  claims: readonly [Claim, ...Claim[]],
  conflicts: readonly Conflict[],
  how: string,
): Draft | undefined {
  const winner = clusterOf(service, claims[0].cluster);
  if (winner === undefined) return undefined;
  const { key, namespace, name } = service;
  const fields = conflicts.map(({ field }) => field).join(', ');
  return {
    cluster: winner.name,
    service: key,
    object: ref('ServiceExport', name, namespace),
    message: `${winner.name} wins on ${fields} but ${how}`,
    evidence: claims.map(({ cluster, created }) => `${nameOf(service, cluster)}: ${created ?? 'age unknown'}`),
    fix: { kind: 'doc', text: `make the exporters of ${key} agree on ${fields}: mcs explain conflict ${key}` },
    causes: FIELDS.filter(({ field }) => conflicts.some((conflict) => conflict.field === field)).map(({ code }) => ({
      code,
      service: key,
    })),
  };
}

function clusterOf(service: SceneService, id: string): SceneCluster | undefined {
  return service.at.find(({ member }) => member.id === id)?.cluster;
}

function idOf(service: SceneService, cluster: SceneCluster): string | undefined {
  return service.at.find((each) => each.cluster === cluster)?.member.id;
}

function nameOf(service: SceneService, ids: string): string {
  return ids
    .split(',')
    .map((id) => clusterOf(service, id)?.name ?? id)
    .join(', ');
}

function winnerOf(service: SceneService, { winner }: Conflict): string {
  return nameOf(service, winner);
}

function listed(clusters: readonly SceneCluster[]): string {
  return clusters.map(({ name }) => name).join(', ');
}
