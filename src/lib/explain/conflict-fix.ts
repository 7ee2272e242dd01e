import { shellWord } from '../api/shell-word.ts';

/**
 * What to type in one disagreeing cluster so that it agrees. A patch where one field decides; an editor where a Service
 * has more to say than what disagrees (a port's targetPort is nobody else's business).
 */
export function conflictFix(
  conflict: { readonly field: string; readonly wanted: string },
  { namespace, name }: { readonly namespace: string; readonly name: string },
  cluster: { readonly cluster: string; readonly type: 'context' | 'directory'; readonly location: string },
): string {
  const { field, wanted } = conflict;
  if (cluster.type === 'directory') {
    return `edit ${fieldOf(field)} of ${kindOf(field)} ${namespace}/${name} in ${cluster.location}: ${valueOf(field, wanted)}`;
  }
  const kubectl = `kubectl --context ${shellWord(cluster.cluster)} -n ${namespace}`;
  const spec = patchOf(field, wanted);
  if (spec !== undefined) return `${kubectl} patch service ${name} --type=merge -p '${JSON.stringify({ spec })}'`;
  if (field === 'exportedLabels' || field === 'exportedAnnotations') {
    return `${kubectl} edit serviceexports.multicluster.x-k8s.io ${name}   # spec.${field}: ${wanted}`;
  }
  if (field === 'type')
    return `${kubectl} replace --force -f FILE   # Service ${name} anew, with ${valueOf(field, wanted)}`;
  return `${kubectl} edit service ${name}   # ${fieldOf(field)}: ${valueOf(field, wanted)}`;
}

function patchOf(field: string, wanted: string): object | undefined {
  const value = wanted === 'unset' ? null : wanted;
  if (field === 'sessionAffinity') return { sessionAffinity: value };
  if (field === 'sessionAffinityConfig') {
    return { sessionAffinityConfig: { clientIP: { timeoutSeconds: Number(wanted.replace(/\D+/g, '')) } } };
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
function valueOf(field: string, wanted: string): string {
  if (field !== 'type') return wanted;
  return wanted === 'Headless' ? 'clusterIP: None' : 'a cluster IP instead of "None"';
}
