import type { ServiceStatus, ShownCluster, StatusConflict } from '../actions/status.ts';

/**
 * What to type in one disagreeing cluster so that it agrees. A patch where one field decides; an editor where a Service
 * has more to say than what disagrees (a port's targetPort is nobody else's business).
 */
export function conflictFix(
  conflict: StatusConflict,
  { namespace, name }: ServiceStatus,
  cluster: Pick<ShownCluster, 'cluster' | 'type' | 'location'>,
): string {
  const { field, used } = conflict;
  if (cluster.type === 'directory') {
    return `edit ${fieldOf(field)} of ${kindOf(field)} ${namespace}/${name} in ${cluster.location}: ${valueOf(field, used)}`;
  }
  const kubectl = `kubectl --context ${quote(cluster.cluster)} -n ${namespace}`;
  const spec = patchOf(field, used);
  if (spec !== undefined) return `${kubectl} patch service ${name} --type=merge -p '${JSON.stringify({ spec })}'`;
  if (field === 'exportedLabels' || field === 'exportedAnnotations') {
    return `${kubectl} edit serviceexports.multicluster.x-k8s.io ${name}   # spec.${field}: ${used}`;
  }
  if (field === 'type')
    return `${kubectl} replace --force -f FILE   # Service ${name} anew, with ${valueOf(field, used)}`;
  return `${kubectl} edit service ${name}   # ${fieldOf(field)}: ${valueOf(field, used)}`;
}

function patchOf(field: string, used: string): object | undefined {
  const value = used === 'unset' ? null : used;
  if (field === 'sessionAffinity') return { sessionAffinity: value };
  if (field === 'sessionAffinityConfig') {
    return { sessionAffinityConfig: { clientIP: { timeoutSeconds: Number(used.replace(/\D+/g, '')) } } };
  }
  if (field === 'internalTrafficPolicy') return { internalTrafficPolicy: value };
  if (field === 'trafficDistribution') return { trafficDistribution: value };
  return undefined;
}

function kindOf(field: string): string {
  return field.startsWith('exported') ? 'ServiceExport' : 'Service';
}

function fieldOf(field: string): string {
  return field === 'type' ? 'spec.clusterIP' : `spec.${field}`;
}

/** The type of an import is decided by `clusterIP`, which is immutable in an API server. */
function valueOf(field: string, used: string): string {
  if (field !== 'type') return used;
  return used === 'Headless' ? 'clusterIP: None' : 'a cluster IP instead of "None"';
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
