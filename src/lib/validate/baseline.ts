import { type Json, MalformedError, compact, listOf, record, required, text } from '../api/reader.ts';
import { ConfigError } from '../errors.ts';
import { compareText } from '../plan/order.ts';
import { pathOf } from './causes.ts';
import type { Finding, ObjectRef } from './finding.ts';
import { fingerprintOf } from './fingerprint.ts';

/** `kind` of the document that `--write-baseline` writes. */
export const BASELINE_KIND = 'ValidationBaseline';
const API_VERSION = 'kubectl-mcs/v1';

/** Why a finding of the baseline does not count. */
export const IN_BASELINE = 'in the baseline';

/** A finding that was there when the baseline was written. The fingerprint decides; all but the cluster is for readers. */
export interface BaselineEntry {
  readonly code: string;
  readonly cluster: string;
  readonly object?: ObjectRef;
  readonly file?: string;
  readonly message?: string;
  readonly fingerprint: string;
}

/** What is known and accepted: only what is not in it makes a run fail. */
export interface Baseline {
  readonly findings: readonly BaselineEntry[];
}

/** A baseline, and where it was read. */
export interface BaselineFile extends Baseline {
  /** As the user gave it. */
  readonly file: string;
}

/**
 * A suppression that hits nothing is mended by taking it away, not by writing it down; and that a cluster did not answer
 * once is no state that could be accepted: with it in the baseline a run would pass that has seen nothing.
 */
const NEVER_KEPT: readonly string[] = ['MCS001', 'MCS007'];

/**
 * What `--write-baseline` writes: the findings that are not suppressed otherwise, one a fingerprint, in an order that
 * depends on nothing else. Entries of the previous baseline stay where their cluster was not read.
 * @param read names of the clusters that were read
 */
export function baselineOf(findings: readonly Finding[], read: readonly string[], previous?: Baseline): Baseline {
  const entries = new Map<string, BaselineEntry>();
  for (const entry of previous?.findings ?? []) {
    if (isUnread(entry, read)) entries.set(entry.fingerprint, entry);
  }
  for (const finding of findings) {
    const { code, cluster, object, file, message, suppressed } = finding;
    if (NEVER_KEPT.includes(code) || (suppressed !== undefined && suppressed !== IN_BASELINE)) continue;
    const fingerprint = fingerprintOf(finding);
    entries.set(fingerprint, {
      code,
      cluster,
      ...(object === undefined ? {} : { object }),
      ...(file === undefined ? {} : { file }),
      message,
      fingerprint,
    });
  }
  return { findings: [...entries.values()].sort(compareEntries) };
}

/** True for what this run could not find again, since nobody asked its cluster. */
export function isUnread({ cluster }: BaselineEntry, read: readonly string[]): boolean {
  return cluster !== '' && !read.includes(cluster);
}

/**
 * A baseline out of the text of its file.
 * @param file as the user gave it
 * @throws ConfigError with the file and what is wrong
 */
export function parseBaseline(content: string, file: string): BaselineFile {
  try {
    return { file, findings: parseDocument(JSON.parse(content.replace(/^\ufeff/, ''))) };
  } catch (error) {
    const what = error instanceof SyntaxError ? `not JSON: ${error.message}` : asMalformed(error).message;
    throw new ConfigError(`${file} is no baseline: ${what}`, 'write one with --write-baseline FILE', { cause: error });
  }
}

/** @throws whatever it is, if it is something else: that is a defect */
function asMalformed(error: unknown): MalformedError {
  if (error instanceof MalformedError) return error;
  throw error;
}

function parseDocument(value: unknown): readonly BaselineEntry[] {
  const document = required(record(value, ''), '', 'a mapping');
  for (const [field, wanted] of [
    ['apiVersion', API_VERSION],
    ['kind', BASELINE_KIND],
  ] as const) {
    if (document[field] !== wanted) throw new MalformedError(field, wanted, document[field]);
  }
  return required(listOf(document.findings, 'findings', parseEntry), 'findings', 'a list');
}

function parseEntry(value: unknown, path: string): BaselineEntry {
  const entry = required(record(value, path), path, 'a mapping');
  const object = record(entry.object, `${path}.object`);
  return compact({
    code: word(entry, 'code', path),
    cluster: word(entry, 'cluster', path),
    object: object === undefined ? undefined : parseObject(object, `${path}.object`),
    file: text(entry.file, `${path}.file`),
    message: text(entry.message, `${path}.message`),
    fingerprint: word(entry, 'fingerprint', path),
  });
}

function parseObject(object: Json, path: string): ObjectRef {
  return compact({
    apiVersion: word(object, 'apiVersion', path),
    kind: word(object, 'kind', path),
    namespace: text(object.namespace, `${path}.namespace`),
    name: word(object, 'name', path),
  });
}

function word(from: Json, field: string, path: string): string {
  return required(text(from[field], `${path}.${field}`), `${path}.${field}`, 'a string');
}

function compareEntries(a: BaselineEntry, b: BaselineEntry): number {
  return (
    compareText(a.cluster, b.cluster) ||
    compareText(a.code, b.code) ||
    compareText(pathOf(a.object), pathOf(b.object)) ||
    compareText(a.file ?? '', b.file ?? '') ||
    compareText(a.message ?? '', b.message ?? '') ||
    compareText(a.fingerprint, b.fingerprint)
  );
}
