import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import { temporaryFolder } from '../kube/daemon.ts';
import type { ServerInfo } from '../kube/servers.ts';

/** A write that changed something or could have, with what the server answered. */
export interface BodiedWrite {
  readonly server: string;
  /** create, update, patch, delete or deletecollection */
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly user: string;
  readonly code: number;
  readonly dryRun: boolean;
  /** Milliseconds since 1970: when the request came, and when the answer was through. */
  readonly received: number;
  readonly answered: number;
  readonly request: Json | undefined;
  readonly response: Json | undefined;
}

/** All writes with their bodies, and nothing else: how often something is read is nobody's business here. */
const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  omitManagedFields: true,
  rules: [
    { level: 'None', users: ['system:apiserver'] },
    { level: 'None', verbs: ['get', 'list', 'watch'] },
    { level: 'None', resources: [{ group: 'authorization.k8s.io' }, { group: 'authentication.k8s.io' }] },
    { level: 'RequestResponse' },
  ],
};

/** Flags for `startServer` that make the audit log hold the bodies of writes. */
export async function bodiesFlags(): Promise<readonly string[]> {
  const path = join(temporaryFolder('audit'), 'policy.json');
  await writeFile(path, JSON.stringify(POLICY));
  return [`--audit-policy-file=${path}`, '--audit-log-maxsize=100000'];
}

/** Reads an audit log as it grows. */
export class AuditTail {
  readonly #server: ServerInfo;
  #offset = 0;

  constructor(server: ServerInfo) {
    this.#server = server;
  }

  /** The writes logged since the last call, in the order of their answers. */
  async read(): Promise<readonly BodiedWrite[]> {
    const file = await open(this.#server.auditLog);
    const lines: string[] = [];
    try {
      const { size } = await file.stat();
      // In parts: a minute's writes with their bodies may be large.
      while (this.#offset < size) {
        const buffer = Buffer.alloc(Math.min(4 << 20, size - this.#offset));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#offset);
        if (bytesRead === 0) break;
        const end = buffer.lastIndexOf(10, bytesRead - 1) + 1;
        if (end === 0) {
          if (buffer.length === 4 << 20) throw new Error(`a line of ${this.#server.auditLog} is over 4 MiB`);
          break;
        }
        this.#offset += end;
        lines.push(...buffer.toString('utf8', 0, end).split('\n'));
      }
    } finally {
      await file.close();
    }
    return lines.flatMap((line) => {
      if (line === '') return [];
      const entry: unknown = JSON.parse(line);
      return isRecord(entry) ? toWrite(this.#server.name, entry) : [];
    });
  }
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

function toWrite(server: string, entry: Json): BodiedWrite[] {
  const target = isRecord(entry.objectRef) ? entry.objectRef : {};
  const status = isRecord(entry.responseStatus) ? entry.responseStatus.code : undefined;
  if (!WRITES.has(text(entry.verb))) return [];
  return [
    {
      server,
      verb: text(entry.verb),
      group: text(target.apiGroup),
      resource: text(target.resource),
      subresource: text(target.subresource),
      namespace: text(target.namespace),
      name: text(target.name),
      user: isRecord(entry.user) ? text(entry.user.username) : '',
      code: typeof status === 'number' ? status : 0,
      dryRun: new URL(text(entry.requestURI), 'https://server').searchParams.has('dryRun'),
      received: Date.parse(text(entry.requestReceivedTimestamp)),
      answered: Date.parse(text(entry.stageTimestamp)),
      request: isRecord(entry.requestObject) ? entry.requestObject : undefined,
      response: isRecord(entry.responseObject) ? entry.responseObject : undefined,
    },
  ];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
