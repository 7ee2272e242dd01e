import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { compact } from '../../api/reader.ts';
import { ClusterError } from '../../errors.ts';
import type { EventAccess, EventNote } from '../cluster.ts';
import { isSuccess, type API } from './api.ts';
import { refusalError } from './status.ts';

const RESOURCE = 'events.events.k8s.io';
const CONTROLLER = 'mcs';

/** What the API server takes: `pkg/apis/core/validation/events.go`. Bytes, characters, characters. */
const MAX_NOTE = 1024;
const MAX_WORD = 128;
const MAX_NAME = 253;

/** Writes Events to one API server. */
export function eventAccess(context: { api(): API }): EventAccess {
  return {
    create: async (note, { permit } = {}) => {
      const api = context.api();
      // An Event about an object without a namespace lives in `default`.
      const namespace = note.regarding.namespace || 'default';
      const reply = await api.send({
        method: 'POST',
        path: `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/events`,
        body: JSON.stringify(manifestOf(note, namespace)),
        contentType: 'application/json',
        permit,
      });
      if (isSuccess(reply)) return;
      const error = refusalError(api.cluster, reply, { verb: 'apply', resource: RESOURCE, namespace });
      if (error.reason !== 'forbidden') throw error;
      const message = `not allowed to create ${RESOURCE} in namespace ${namespace}`;
      throw new ClusterError(api.cluster, 'forbidden', message, `ask for the RBAC verb "create" on ${RESOURCE}`);
    },
  };
}

function manifestOf({ regarding, type, reason, action, note }: EventNote, namespace: string): object {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace, name: nameFor(regarding.name) },
    eventTime: new Date().toISOString().replace('Z', '000Z'), // a MicroTime has six digits
    reportingController: CONTROLLER,
    reportingInstance: `${hostname()}-${process.pid}`.slice(-MAX_WORD),
    regarding: compact({ ...regarding }),
    type,
    reason,
    action,
    note: cut(note, MAX_NOTE),
  };
}

/** Of the object's name and something random; what is cut off must not leave `.` or `-` at the end of a label. */
function nameFor(regarding: string): string {
  const suffix = `.${randomBytes(8).toString('hex')}`;
  return regarding.slice(0, MAX_NAME - suffix.length).replace(/[.-]+$/, '') + suffix;
}

/** The longest beginning that has no more than so many bytes in UTF-8, in whole characters. */
function cut(text: string, bytes: number): string {
  const whole = Buffer.from(text, 'utf8');
  if (whole.length <= bytes) return text;
  let end = bytes;
  // 10xxxxxx goes on with a character that began before.
  while (end > 0 && ((whole[end] ?? 0) & 0xc0) === 0x80) end--;
  return whole.toString('utf8', 0, end);
}
