import type { Manifest, Place } from '../api/manifests.ts';
import { kindOf } from '../api/kinds.ts';
import { compareText } from '../plan/order.ts';
import type { CausedBy, Finding, ObjectRef, Severity } from './finding.ts';
import type { Draft, Rule } from './rule.ts';
import type { Scene } from './scene.ts';

/** A finding, and what its line is found by. */
export interface Located {
  readonly finding: Finding;
  readonly draft: Draft;
  /** Where the field is to be looked for. */
  readonly manifest: Manifest | undefined;
}

export interface EngineOptions {
  /** Severities by code that replace those of the rules. */
  readonly severities: ReadonlyMap<string, Severity>;
}

/**
 * What the rules say of a scene: pure, in an order that depends on nothing but the findings. Those that another explains
 * name its root. `line` is that of the object; who reads files finds the field's.
 */
export function runRules(scene: Scene, rules: readonly Rule[], options: EngineOptions): readonly Located[] {
  const drafts = rules.flatMap((rule) => [...rule.check(scene)].map((draft) => locate(scene, rule, draft, options)));
  drafts.sort(compareLocated);
  const index = indexOf(drafts);
  return drafts.map((located) => withCause(located, index));
}

function locate(scene: Scene, rule: Rule, draft: Draft, options: EngineOptions): Located {
  const manifest = draft.isAbsent === true ? undefined : (draft.manifest ?? manifestOf(scene, draft));
  const place: Place | undefined = draft.isAbsent === true ? undefined : (draft.place ?? manifest?.place);
  const { cluster, object, message, evidence = [], fix } = draft;
  const severity = draft.severity === 'unknown' ? 'unknown' : (options.severities.get(rule.code) ?? draft.severity);
  const finding: Finding = {
    code: rule.code,
    title: rule.title,
    severity: severity ?? rule.severity,
    cluster,
    ...(object === undefined ? {} : { object }),
    ...(place === undefined ? {} : { file: place.file, line: place.line }),
    message,
    evidence,
    fix,
  };
  return { finding, draft, manifest };
}

function manifestOf(scene: Scene, { cluster: name, object }: Draft): Manifest | undefined {
  if (object === undefined) return undefined;
  const kind = kindOf(object.apiVersion, object.kind);
  const cluster = scene.clusters.find((one) => one.name === name);
  return kind === undefined ? undefined : cluster?.manifests?.manifestOf(kind, keyOfRef(object));
}

type Index = ReadonlyMap<string, readonly Located[]>;

/** Findings by code, and by code with the service or the cluster, so that many findings are not compared with many. */
function indexOf(all: readonly Located[]): Index {
  const index = new Map<string, Located[]>();
  for (const located of all) {
    const { code, cluster } = located.finding;
    const { service } = located.draft;
    const keys = [code, `${code} in ${cluster}`, ...(service === undefined ? [] : [`${code} of ${service}`])];
    for (const key of keys) {
      const list = index.get(key);
      if (list === undefined) index.set(key, [located]);
      else list.push(located);
    }
  }
  return index;
}

function withCause(located: Located, index: Index): Located {
  const root = rootOf(located, index, new Set([located]));
  if (root === undefined) return located;
  const { code, cluster, object, file } = root.finding;
  const causedBy: CausedBy = {
    code,
    cluster,
    ...(object === undefined ? {} : { object }),
    ...(file === undefined ? {} : { file }),
  };
  return { ...located, finding: { ...located.finding, causedBy } };
}

/** What explains a finding, and what explains that, to the end; a circle explains nothing. */
function rootOf(located: Located, index: Index, seen: Set<Located>): Located | undefined {
  for (const { code, cluster, service, file, about } of located.draft.causes ?? []) {
    const key =
      service === undefined ? (cluster === undefined ? code : `${code} in ${cluster}`) : `${code} of ${service}`;
    const found = index
      .get(key)
      ?.find(
        (other) =>
          !seen.has(other) &&
          (cluster === undefined || other.finding.cluster === cluster) &&
          (file === undefined || other.finding.file === file) &&
          (about === undefined || other.draft.about === about),
      );
    if (found !== undefined) return rootOf(found, index, seen.add(found)) ?? found;
  }
  return undefined;
}

function compareLocated({ finding: a }: Located, { finding: b }: Located): number {
  return (
    compareText(a.cluster, b.cluster) ||
    compareText(a.file ?? '', b.file ?? '') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    compareText(keyOfRef(a.object), keyOfRef(b.object)) ||
    compareText(a.code, b.code) ||
    compareText(a.message, b.message)
  );
}

function keyOfRef(object: ObjectRef | undefined): string {
  if (object === undefined) return '';
  return object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`;
}
