import { isSystemNamespace } from '../api/names.ts';
import type { ServiceStatus } from '../plan/service-status.ts';
import { clusterFlag } from './cluster-flag.ts';
import type { ShownCluster } from './view-clusters.ts';
import type { WaitCondition } from './wait-condition.ts';

/** Whether a condition holds. A `definite` no is one that nothing which may still come turns into a yes. */
export interface Verdict {
  /** `Unknown`: it holds as far as can be seen, and not all can be seen. */
  readonly status: 'True' | 'False' | 'Unknown';
  readonly definite: boolean;
  /** One line: where it holds, or what is missing where. */
  readonly message: string;
  /** What to type, or to change. */
  readonly next?: string;
}

/** What a verdict depends on beside the service. */
export interface JudgeContext {
  readonly namespace: string;
  readonly name: string;
  readonly clusters: readonly ShownCluster[];
  /** Clusters that should take part and could not be read. */
  readonly unread: readonly ShownCluster[];
  /** Names of clusters that must import it, whether they have the namespace or not. */
  readonly importers: readonly string[];
  readonly allowedNamespaces: readonly string[];
}

/**
 * Judges one condition of one service: pure. Definite is what the rules refuse, whatever else arrives: a system
 * namespace, a Service that cannot be exported and no other export, an import whose cluster lacks the IP families.
 * @param service undefined when no cluster exports or imports it
 */
export function judge(condition: WaitCondition, service: ServiceStatus | undefined, context: JudgeContext): Verdict {
  const { namespace, allowedNamespaces } = context;
  if (isSystemNamespace(namespace, allowedNamespaces)) {
    return never(
      `${namespace} is a system namespace, which is exported only when allowed by name`,
      `--allow-namespace ${namespace}, here and where it is reconciled`,
    );
  }
  if (!context.clusters.some(({ state }) => state === 'ok')) {
    return { status: 'Unknown', definite: false, message: `no cluster could be read: ${reasons(context)}` };
  }
  if (service === undefined || (service.exportedBy.length === 0 && service.unreachable.length === 0)) {
    return unexported(service, context);
  }
  if (condition.type === 'imported') return imported(service, context);
  if (condition.type === 'no-conflict') return withoutConflict(service, context);
  return withEndpoints(service, condition.least, context);
}

function unexported(service: ServiceStatus | undefined, context: JudgeContext): Verdict {
  const { namespace, name, unread } = context;
  const exports = service?.invalid ?? [];
  const [first] = exports;
  if (first === undefined) {
    const left = service === undefined ? '' : `; imports are left in ${service.importedBy.join(', ')}`;
    const whose = unread.length === 0 ? 'no cluster' : 'no cluster that could be read';
    const rest = unread.length === 0 ? '' : ` (not read: ${reasons(context)})`;
    return notYet(`${whose} exports it${left}${rest}`, `mcs export svc ${namespace}/${name} --context NAME`);
  }
  const where = exports.map(({ cluster, reason }) => `${cluster}: ${reason}`).join(', ');
  const isRefused = exports.every(({ reason }) => reason === 'InvalidServiceType');
  if (isRefused && unread.length === 0) {
    return never(
      `its Service is of type ExternalName in ${exports.map(({ cluster }) => cluster).join(', ')}, which cannot be exported`,
      `mcs unexport svc ${namespace}/${name} ${flagOf(first.cluster, context)}, or give the Service a selector`,
    );
  }
  return notYet(`no export is valid (${where})`, `create Service ${namespace}/${name} in ${first.cluster}`);
}

function imported(service: ServiceStatus, context: JudgeContext): Verdict {
  const { namespace, importers } = context;
  const unsupported = service.pending.filter(({ reason }) => reason === 'IPFamilyNotSupported');
  if (unsupported.length > 0) {
    return never(
      `${unsupported.map(({ cluster }) => cluster).join(', ')} cannot serve its IP families`,
      `give the Services of ${service.exportedBy.join(', ')} an IP family that all clusters have`,
    );
  }
  const homeless = importers.filter((cluster) => service.noNamespaceIn.includes(cluster));
  const [first] = homeless;
  if (first !== undefined) {
    return notYet(`namespace ${namespace} is missing in ${homeless.join(', ')}`, createNamespace(first, context));
  }
  const unmet = importers.filter((cluster) => !service.importedBy.includes(cluster));
  const missing = [...new Set([...service.missingIn, ...unmet])].sort();
  if (missing.length > 0) return notYet(`missing in ${missing.join(', ')}`, 'mcs reconcile');
  if (service.pending.length > 0) {
    return notYet(service.pending.map(({ cluster, reason }) => `${cluster}: ${reason}`).join(', '), 'mcs reconcile');
  }
  if (service.importedBy.length === 0) return notYet(`no cluster has an active namespace ${namespace}`);
  const [alone] = service.noNamespaceIn;
  if (importers.length === 0 && alone !== undefined && isForItselfAlone(service)) {
    const where = service.noNamespaceIn.join(', ');
    return notYet(`nobody else has namespace ${namespace}: missing in ${where}`, createNamespace(alone, context));
  }
  return seen(`in ${service.importedBy.join(', ')}`, service, context);
}

/** One cluster imports what it exports, and that is all. */
function isForItselfAlone({ exportedBy, importedBy }: ServiceStatus): boolean {
  return importedBy.length === 1 && exportedBy.length === 1 && importedBy[0] === exportedBy[0];
}

function withoutConflict(service: ServiceStatus, context: JudgeContext): Verdict {
  if (service.conflicts.length > 0) {
    const what = service.conflicts.map(
      ({ field, winner, disagree }) =>
        `${field}: ${disagree.join(', ')} ${disagree.length === 1 ? 'disagrees' : 'disagree'} with ${winner}`,
    );
    return notYet(what.join('; '), `mcs status ${context.namespace}/${context.name}`);
  }
  return seen(`exported by ${service.exportedBy.join(', ')}`, service, context);
}

function withEndpoints(service: ServiceStatus, least: number, context: JudgeContext): Verdict {
  const { namespace, name } = context;
  const known = service.endpoints.filter(({ cluster }) => !service.unreachable.includes(cluster));
  const sum = (list: ServiceStatus['endpoints']): number => list.reduce((all, { ready }) => all + ready, 0);
  const where = service.endpoints.map(({ cluster, ready, total }) => `${cluster}=${ready}/${total}`).join(', ');
  const message = `${sum(service.endpoints)} ready${where === '' ? '' : `: ${where}`}`;
  if (sum(known) >= least) return { status: 'True', definite: false, message };
  if (sum(service.endpoints) >= least) return seen(message, service, context);
  const [cluster = ''] = service.exportedBy;
  const select = `-n ${namespace} get endpointslices -l kubernetes.io/service-name=${name}`;
  return notYet(message, isContext(cluster, context) ? `kubectl --context ${cluster} ${select}` : undefined);
}

/** A yes, if all that counts could be read. */
function seen(message: string, { unreachable }: ServiceStatus, context: JudgeContext): Verdict {
  const [first] = context.unread;
  if (first !== undefined) {
    const next = `leave out what is down for good: --context '!${first.cluster}'`;
    return {
      status: 'Unknown',
      definite: false,
      message: `${message}, but not all could be read: ${reasons(context)}`,
      next,
    };
  }
  if (unreachable.length === 0) return { status: 'True', definite: false, message };
  const gone = unreachable.join(', ');
  const next = 'name all members by --context and --dir; for one that is gone: mcs reconcile --gone ID';
  return { status: 'Unknown', definite: false, message: `${message}, but ${gone} cannot be asked`, next };
}

function reasons({ unread }: JudgeContext): string {
  return unread.map(({ cluster, message = 'not read' }) => `${cluster}: ${message}`).join('; ');
}

function never(message: string, next: string): Verdict {
  return { status: 'False', definite: true, message, next };
}

function notYet(message: string, next?: string): Verdict {
  return { status: 'False', definite: false, message, ...(next === undefined ? {} : { next }) };
}

function createNamespace(cluster: string, context: JudgeContext): string {
  const { namespace } = context;
  if (isContext(cluster, context)) return `kubectl --context ${cluster} create namespace ${namespace}`;
  return `add a manifest of Namespace ${namespace} to ${cluster}`;
}

function isContext(cluster: string, { clusters }: JudgeContext): boolean {
  return clusters.some((entry) => entry.cluster === cluster && entry.type === 'context');
}

function flagOf(cluster: string, { clusters }: JudgeContext): string {
  const found = clusters.find((entry) => entry.cluster === cluster);
  return found === undefined ? `--context ${cluster}` : clusterFlag({ ...found, name: found.cluster });
}
