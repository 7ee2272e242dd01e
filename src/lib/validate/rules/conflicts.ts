import { conflictFix } from '../../explain/conflict-fix.ts';
import { duration } from '../../explain/duration.ts';
import type { Claim } from '../../plan/claim.ts';
import { type Conflict, fieldWords } from '../../plan/conflicts.ts';
import { ref } from '../describe.ts';
import type { Severity } from '../finding.ts';
import { clusterOf, idOf, marginOf, nameOf } from './claimants.ts';
import { fieldAt } from './conflict-field.ts';
import { areSetApart } from './kustomized.ts';
import type { Cause, Draft, Rule } from '../rule.ts';
import type { SceneCluster, SceneService } from '../scene.ts';

/** Where it is said what a conflict is. */
export const CONFLICT_SOURCE = 'KEP-1645, "Constraints and Conflict Resolution"';

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
  source: CONFLICT_SOURCE,
  *check({ sets }) {
    for (const { services } of sets) for (const service of services) yield* conflictOf(service, field);
  },
}));

function* conflictOf(service: SceneService, field: string): Generator<Draft> {
  const { merged } = service.plan;
  if (merged?.conflicts.some((conflict) => conflict.field === field) !== true || areSetApart(service)) return;
  const word = fieldWords(merged.claims).find((each) => each.field === field);
  const { conflict } = word ?? {};
  if (word === undefined || conflict === undefined) return;
  const losers = conflict.disagree.flatMap((id) => clusterOf(service, id) ?? []);
  const [first] = losers;
  if (first === undefined) return; // only clusters that cannot be asked disagree: nobody here can mend it
  const { namespace, name, key } = service;
  const isExport = field.startsWith('exported');
  const winner = nameOf(service, conflict.winner);
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

/** The findings that say in which fields the exporters disagree: with them goes all that is said of the winner. */
export function conflictCauses({ key }: SceneService, conflicts: readonly Conflict[]): readonly Cause[] {
  const fields = new Set(conflicts.map(({ field }) => field));
  return FIELDS.flatMap(({ code, field }) => (fields.has(field) ? [{ code, service: key }] : []));
}

function listed(clusters: readonly SceneCluster[]): string {
  return clusters.map(({ name }) => name).join(', ');
}
