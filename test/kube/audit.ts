import { randomUUID } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import { request } from './request.ts';
import type { ServerInfo } from './servers.ts';

/** A request that would change something, as the API server's audit log has it. */
export interface AuditWrite {
  /** create, update, patch, delete or deletecollection */
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly user: string;
  readonly userAgent: string;
  /** HTTP status of the answer */
  readonly code: number;
  readonly dryRun: boolean;
}

/** A place in an audit log. */
export type AuditMark = number;

/** What every server logs: all requests but its own, without bodies. */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [{ level: 'None', users: ['system:apiserver'] }, { level: 'Metadata' }],
};

/** The end of the log now, after every request that was answered. */
export async function auditMark(server: ServerInfo): Promise<AuditMark> {
  await settle(server);
  return (await stat(server.auditLog)).size;
}

/**
 * The write requests that a server was sent, in order, also those it refused or only tried (`dryRun`). Questions that
 * are asked with a POST and store nothing (access and token reviews) are not writes.
 * @param options.since only those after this mark
 */
export async function auditWrites(
  server: ServerInfo,
  options: { readonly since?: AuditMark } = {},
): Promise<AuditWrite[]> {
  await settle(server);
  const lines = (await readFrom(server.auditLog, options.since ?? 0)).split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const entry: unknown = JSON.parse(line);
    return isRecord(entry) ? toWrite(entry) : [];
  });
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
const QUESTIONS = new Set(['authorization.k8s.io', 'authentication.k8s.io']);

function toWrite(entry: Json): AuditWrite[] {
  const target = isRecord(entry.objectRef) ? entry.objectRef : {};
  const user = isRecord(entry.user) ? text(entry.user.username) : '';
  const status = isRecord(entry.responseStatus) ? entry.responseStatus.code : undefined;
  const verb = text(entry.verb);
  const group = text(target.apiGroup);
  if (!WRITES.has(verb) || QUESTIONS.has(group)) return [];
  return [
    {
      verb,
      group,
      resource: text(target.resource),
      subresource: text(target.subresource),
      namespace: text(target.namespace),
      name: text(target.name),
      user,
      userAgent: text(entry.userAgent),
      code: typeof status === 'number' ? status : 0,
      dryRun: new URL(text(entry.requestURI), 'https://server').searchParams.has('dryRun'),
    },
  ];
}

/**
 * An entry is written when its request has been answered, perhaps a moment after. So asks something that can be told
 * apart and waits until that is in the log; a server that does not answer writes nothing any more.
 */
async function settle(server: ServerInfo): Promise<void> {
  const marker = randomUUID();
  const start = (await stat(server.auditLog)).size;
  const answer = await request(server, 'GET', `/version?marker=${marker}`, { timeout: 2000 }).catch(() => undefined);
  if (answer === undefined) return;
  for (let tries = 0; !(await readFrom(server.auditLog, start)).includes(marker); tries++) {
    if (tries > 500) throw new Error(`the audit log of ${server.name} does not grow`);
    await sleep(10);
  }
}

async function readFrom(path: string, offset: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.max(0, size - offset));
    await file.read(buffer, 0, buffer.length, offset);
    const whole = buffer.toString('utf8');
    return whole.slice(0, whole.lastIndexOf('\n') + 1);
  } finally {
    await file.close();
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
