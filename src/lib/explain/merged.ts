import { type FieldWord, fieldWords } from '../plan/conflicts.ts';
import { showPorts } from '../plan/ports.ts';
import type { Merged } from '../plan/merge.ts';
import type { Fix } from '../validate/finding.ts';
import { CONFLICT_CODES } from './codes.ts';
import { conflictFix } from './conflict-fix.ts';
import type { FieldUsed, Read, Remark } from './explanation.ts';
import { type Facts, nameOf, present } from './facts.ts';
import { implementationOf } from './implementations.ts';
import { fragilityCode, precedenceOf } from './precedence.ts';
import { type Done, command, doc, done } from './step.ts';

/** Step 3: what the valid exports make of the service together. */
export function explainMerged(facts: Facts, merged: Merged): Done {
  const precedence = precedenceOf(merged.claims);
  const words = fieldWords(merged.claims);
  const [first] = merged.claims;
  const winner = nameOf(facts, first.cluster);
  const alone = merged.claims.length === 1 && first.standsInFor.length === 0;
  const decides = alone ? `${winner} alone` : `${winner} decides (${precedence.why})`;
  const remarks = [
    ...words.flatMap((word) => conflictRemark(facts, word) ?? []),
    ...fragility(merged, winner),
    ...otherRules(facts),
  ];
  return done('merged', {
    verdict: 'ok',
    message: `${merged.type}, ${showPorts(merged.ports)}; ${decides}`,
    reads: words.flatMap((word) => readsOf(facts, word)),
    remarks,
  });
}

/** Who decides each field, and why. */
export function fieldsUsed(facts: Facts, merged: Merged): readonly FieldUsed[] {
  const { why } = precedenceOf(merged.claims);
  return fieldWords(merged.claims).flatMap(({ field, used, conflict }) => {
    if (used === undefined) return [];
    const winner = conflict?.winner ?? merged.claims[0].cluster;
    return [
      {
        field,
        used,
        winner: nameOf(facts, winner),
        why: whyOf(field, merged, why),
        disagree: (conflict?.disagree ?? []).map((id) => nameOf(facts, id)),
      },
    ];
  });
}

/** Why a field is as it is, given why its winner precedes. */
export function whyOf(
  field: string,
  { claims, conflicts }: Pick<Merged, 'claims' | 'conflicts'>,
  precedes: string,
): string {
  if (claims.length === 1) return precedes;
  if (!conflicts.some((conflict) => conflict.field === field))
    return field === 'ipFamilies' ? 'common to all' : 'all agree';
  return field === 'ports' ? `union, precedence: ${precedes}` : precedes;
}

function readsOf(facts: Facts, { field, says }: FieldWord): readonly Read[] {
  const { namespace, name } = facts;
  const kind = field.startsWith('exported') ? 'ServiceExport' : 'Service';
  return says.map(({ cluster, value }) => ({
    cluster: nameOf(facts, cluster),
    object: `${kind} ${namespace}/${name}`,
    field: `spec.${field === 'type' ? 'clusterIP (type of the import)' : field}`,
    value,
  }));
}

function conflictRemark(facts: Facts, { field, conflict }: FieldWord): Remark | undefined {
  if (conflict === undefined) return undefined;
  const code = CONFLICT_CODES[field];
  const losers = conflict.disagree.map((id) => nameOf(facts, id));
  const [fix] = conflictFixes(facts, conflict);
  return {
    verdict: 'warn',
    ...(code === undefined ? {} : { code }),
    message: `${field}: using ${conflict.used} of ${nameOf(facts, conflict.winner)}; ${losers.join(', ')} ${losers.length === 1 ? 'disagrees' : 'disagree'}`,
    ...(fix === undefined ? {} : { fix }),
  };
}

/** What ends a conflict in each cluster that disagrees, in their order. */
export function conflictFixes(
  facts: Facts,
  conflict: { readonly field: string; readonly wanted: string; readonly disagree: readonly string[] },
): readonly Fix[] {
  return conflict.disagree.flatMap((id) => {
    const at = present(facts).find(({ member }) => member.id === id);
    if (at === undefined) return [];
    const text = conflictFix(conflict, facts, at);
    return [at.type === 'directory' ? doc(text) : command(text)];
  });
}

/** A winner by accident, where there is something to win. */
function fragility(merged: Merged, winner: string): readonly Remark[] {
  const precedence = precedenceOf(merged.claims);
  const code = fragilityCode(precedence);
  if (code === undefined || merged.conflicts.length === 0) return [];
  const message =
    code === 'MCS221'
      ? `${winner} wins by its cluster id alone, since the age of an export is unknown`
      : `fragile: ${winner} wins by ${precedence.marginSeconds ?? 0} s, and an export made anew turns it round`;
  return [{ verdict: 'warn', code, message, fix: doc('let the clusters agree, so that it does not matter who wins') }];
}

function otherRules(facts: Facts): readonly Remark[] {
  const seen = new Set(facts.subjects.flatMap(({ controllers }) => controllers.map(({ name }) => name)));
  return [...seen].flatMap((name): readonly Remark[] => {
    const merges = implementationOf(name)?.merges;
    return merges === undefined ? [] : [{ verdict: 'info', message: `${name} merges otherwise: ${merges}` }];
  });
}
