import { MalformedError, compact, integer, isRecord, record, required, text } from '../../api/reader.ts';
import { ClusterError } from '../../errors.ts';
import type { Lease, LeaseAccess } from '../cluster.ts';
import { isAbsence, isSuccess, type API } from './api.ts';
import type { Reply } from './exchange.ts';
import { refusalError, type Intent } from './status.ts';

const RESOURCE = 'leases.coordination.k8s.io';

type LeaseRef = Pick<Lease, 'namespace' | 'name'>;

/** Reads and writes Leases of one API server, by POST and PUT: a write must fail when somebody else wrote since. */
export function leaseAccess(context: { api(): API }): LeaseAccess {
  return {
    get: async (ref) => {
      const api = context.api();
      const reply = await api.send({ method: 'GET', path: pathOf(ref, ref.name) });
      if (isAbsence(reply)) return undefined;
      if (!isSuccess(reply)) throw refusal(api, reply, ref, 'get');
      return parse(api, api.parse(reply, intentOf('get', ref)));
    },
    put: async (lease) => {
      const api = context.api();
      const creates = lease.resourceVersion === undefined;
      const reply = await api.send({
        method: creates ? 'POST' : 'PUT',
        path: creates ? pathOf(lease) : pathOf(lease, lease.name),
        body: JSON.stringify(manifestOf(lease)),
        contentType: 'application/json',
      });
      if (!isSuccess(reply)) throw refusal(api, reply, lease, creates ? 'create' : 'update');
      return parse(api, api.parse(reply, intentOf('apply', lease)));
    },
  };
}

function pathOf({ namespace }: LeaseRef, name?: string): string {
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
  return name === undefined ? collection : `${collection}/${encodeURIComponent(name)}`;
}

function intentOf(verb: Intent['verb'], { namespace, name }: LeaseRef): Intent {
  return { verb, resource: RESOURCE, namespace, name };
}

function refusal(api: API, reply: Reply, lease: LeaseRef, verb: 'get' | 'create' | 'update'): ClusterError {
  const where = `${lease.namespace}/${lease.name}`;
  const error = refusalError(api.cluster, reply, intentOf(verb === 'get' ? 'get' : 'apply', lease));
  if (error.reason === 'forbidden') {
    const next = `grant the RBAC verbs "get", "create" and "update" on ${RESOURCE} in namespace ${lease.namespace}`;
    return new ClusterError(api.cluster, 'forbidden', `not allowed to ${verb} ${RESOURCE} ${where}`, next);
  }
  if (verb !== 'get' && isAbsence(reply)) {
    // What is absent is the namespace: the PUT of a Lease that was deleted creates it anew (allowCreateOnUpdate).
    const message = `cannot write the Lease ${where}: namespace ${lease.namespace} does not exist`;
    return new ClusterError(api.cluster, 'rejected', message, `kubectl create namespace ${lease.namespace}`);
  }
  return error;
}

function manifestOf(lease: Lease): object {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: compact({ namespace: lease.namespace, name: lease.name, resourceVersion: lease.resourceVersion }),
    spec: compact({
      holderIdentity: lease.holder === '' ? undefined : lease.holder,
      leaseDurationSeconds: lease.durationSeconds,
      acquireTime: lease.acquireTime,
      renewTime: lease.renewTime,
      leaseTransitions: lease.transitions,
    }),
  };
}

function parse(api: API, value: unknown): Lease {
  try {
    const root = required(record(value, ''), '', 'a mapping');
    const metadata = required(record(root.metadata, 'metadata'), 'metadata', 'a mapping');
    const spec = isRecord(root.spec) ? root.spec : {};
    const name = (field: string): string =>
      required(text(metadata[field], `metadata.${field}`), `metadata.${field}`, 'a string');
    return Object.freeze(
      compact({
        namespace: name('namespace'),
        name: name('name'),
        resourceVersion: name('resourceVersion'),
        holder: text(spec.holderIdentity, 'spec.holderIdentity'),
        durationSeconds: integer(spec.leaseDurationSeconds, 'spec.leaseDurationSeconds'),
        acquireTime: text(spec.acquireTime, 'spec.acquireTime'),
        renewTime: text(spec.renewTime, 'spec.renewTime'),
        transitions: integer(spec.leaseTransitions, 'spec.leaseTransitions'),
      }),
    );
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new ClusterError(api.cluster, 'malformed', `a Lease: ${error.message}`, undefined, { cause: error });
  }
}
