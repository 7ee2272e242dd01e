import { type BaselineFile, IN_BASELINE, isUnread } from './baseline.ts';
import { compareFindings, pathOf } from './causes.ts';
import type { Finding, ObjectRef } from './finding.ts';
import { fingerprintOf, groupOf } from './fingerprint.ts';
import { type IgnoreAnnotation, type IgnoreEntry, parseIgnores } from './ignore-annotation.ts';
import { type SuppressFlag, matchesFlag } from './suppress-flag.ts';
import { hitsNothing, noReason, notACode, staleBaseline } from './suppression-findings.ts';

/** Everything that says what is not to count. */
export interface Suppressions {
  readonly annotations: readonly IgnoreAnnotation[];
  readonly flags: readonly SuppressFlag[];
  readonly baseline?: BaselineFile;
  /** Names of the clusters that were read: what suppresses in another may hit something when that is read again. */
  readonly read: readonly string[];
}

/** What a suppression without a reason gives as one. */
export const NO_REASON = 'no reason given';

/**
 * The findings, those that are not to count with the reason why, and what there is to say of the suppressions themselves:
 * MCS006 for one without a reason, MCS007 for one that hits nothing. Annotations come before flags and flags before the
 * baseline, since they say why. Flags and baseline reach MCS006 and MCS007 too.
 */
export function applySuppressions(findings: readonly Finding[], sources: Suppressions): readonly Finding[] {
  const ignores = sources.annotations.flatMap((annotation) =>
    parseIgnores(annotation.text).map((entry) => ({ annotation, entry })),
  );
  const hits = new Set<unknown>();
  const known = new Set(sources.baseline?.findings.map(({ fingerprint }) => fingerprint));
  const byObject = Map.groupBy(ignores, ({ annotation }) => keyOf(annotation.cluster, annotation.object));
  const suppress = (finding: Finding): Finding => {
    if (finding.suppressed !== undefined) return finding;
    const reasons: string[] = [];
    const candidates = finding.object === undefined ? [] : byObject.get(keyOf(finding.cluster, finding.object));
    for (const { entry } of candidates ?? []) {
      if (!entry.codes.includes(finding.code)) continue;
      hits.add(entry);
      reasons.push(entry.reason ?? NO_REASON);
    }
    for (const flag of sources.flags) {
      if (!matchesFlag(flag, finding)) continue;
      hits.add(flag);
      reasons.push(`--suppress ${flag.text}`);
    }
    const fingerprint = known.size === 0 ? undefined : fingerprintOf(finding);
    if (fingerprint !== undefined && known.has(fingerprint)) {
      hits.add(fingerprint);
      reasons.push(IN_BASELINE);
    }
    const [reason] = reasons;
    return reason === undefined ? finding : { ...finding, suppressed: reason };
  };
  const silent = ignores.filter(({ entry }) => entry.codes.length > 0 && entry.reason === undefined);
  const said = [...findings, ...silent.map(({ annotation, entry }) => noReason(annotation, entry))].map(suppress);
  return [...said, ...uselessIn(ignores, sources, hits).map(suppress)].sort(compareFindings);
}

/** What hit nothing; a baseline is one finding, however much of it is stale. */
function uselessIn(
  ignores: readonly { readonly annotation: IgnoreAnnotation; readonly entry: IgnoreEntry }[],
  sources: Suppressions,
  hits: ReadonlySet<unknown>,
): readonly Finding[] {
  const useless: Finding[] = [];
  for (const { annotation, entry } of ignores) {
    if (entry.codes.length === 0) useless.push(notACode(annotation, entry));
    else if (!hits.has(entry)) useless.push(hitsNothing(annotation, entry));
  }
  const { baseline, flags, read } = sources;
  for (const flag of flags) if (!hits.has(flag) && flag.code !== 'MCS007') useless.push(hitsNothing(flag));
  if (baseline !== undefined) {
    const looked = baseline.findings.filter((entry) => !isUnread(entry, read));
    const stale = looked.filter(({ fingerprint }) => !hits.has(fingerprint)).length;
    if (stale > 0) useless.push(staleBaseline(baseline.file, stale, baseline.findings.length));
  }
  return useless;
}

/** Kinds that together are one service: which of them a rule points at is nothing that a user has to know. */
const SERVICE_KINDS: readonly string[] = ['Service', 'ServiceExport', 'ServiceImport'];

/** Objects that an annotation on one of them speaks for, as text. */
function keyOf(cluster: string, object: ObjectRef): string {
  const kind = SERVICE_KINDS.includes(object.kind) ? 'Service' : `${groupOf(object.apiVersion)} ${object.kind}`;
  return JSON.stringify([cluster, kind, pathOf(object)]);
}
