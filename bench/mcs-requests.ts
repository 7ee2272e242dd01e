import { readFileSync, statSync } from 'node:fs';
import { isRecord } from '../src/lib/api/reader.ts';
import { auditMark } from '../test/kube/audit.ts';
import type { Member } from './members.ts';

/** A request of mcs, as an API server's audit log has it. */
export interface McsRequest {
  /** get, list, watch, patch … */
  readonly verb: string;
  /** Milliseconds since 1970. */
  readonly received: number;
  readonly answered: number;
  /** HTTP status. */
  readonly code: number;
}

/** Places in the audit logs, by member. */
export type Marks = ReadonlyMap<string, number>;

export async function mark(members: readonly Member[]): Promise<Marks> {
  return new Map(await Promise.all(members.map(async ({ name, info }) => [name, await auditMark(info)] as const)));
}

/** What mcs sent to the members since then; watches that are still open are not among it. */
export async function requestsSince(marks: Marks, members: readonly Member[]): Promise<readonly McsRequest[]> {
  await mark(members); // waits until the logs are written
  return members.flatMap(({ name, info: { auditLog } }) => {
    const bytes = readFileSync(auditLog).subarray(marks.get(name) ?? 0, statSync(auditLog).size);
    return bytes
      .toString('utf8')
      .split('\n')
      .filter((line) => line.includes('"kubectl-mcs"'))
      .flatMap(read);
  });
}

export function isWrite({ verb }: McsRequest): boolean {
  return verb !== 'get' && verb !== 'list' && verb !== 'watch';
}

/** Seconds from the first of them to the last answer. */
export function secondsOf(requests: readonly McsRequest[]): number {
  const first = requests.reduce((least, { received }) => Math.min(least, received), Infinity);
  const last = requests.reduce((most, { answered }) => Math.max(most, answered), 0);
  return (last - first) / 1000;
}

function read(line: string): readonly McsRequest[] {
  if (!line.endsWith('}')) return []; // being written
  const entry: unknown = JSON.parse(line);
  if (!isRecord(entry)) return [];
  const { verb, requestReceivedTimestamp, stageTimestamp, responseStatus } = entry;
  const code = isRecord(responseStatus) ? Number(responseStatus.code) : 0;
  return [{ verb: String(verb), received: timeOf(requestReceivedTimestamp), answered: timeOf(stageTimestamp), code }];
}

/** To the microsecond, which Date.parse would drop. */
function timeOf(timestamp: unknown): number {
  const [, seconds = '', micros = '0'] = /^(.*)\.(\d+)Z$/.exec(String(timestamp)) ?? [];
  return Date.parse(`${seconds}Z`) + Number(micros.padEnd(6, '0')) / 1000;
}
