import { type Json, isRecord } from '../../api/reader.ts';

/** Groups whose objects somebody looks into as a whole: those with a schema here, and what renders or runs things. */
const GROUPS: ReadonlySet<string> = new Set([
  'multicluster.x-k8s.io',
  'about.k8s.io',
  'apiextensions.k8s.io',
  'helm.toolkit.fluxcd.io',
  'kustomize.toolkit.fluxcd.io',
  'kustomize.config.k8s.io',
  'helm.cattle.io',
  'argoproj.io',
  'apps',
  'batch',
]);

/** Of the core group only what says which Pods there are. */
const CORE_KINDS: ReadonlySet<string> = new Set(['Pod', 'ReplicationController']);

/** True for a Service whose ports go to named ports of its Pods: the only ones that can be wrong by themselves. */
function namesTargets({ spec }: Json): boolean {
  if (!isRecord(spec) || !Array.isArray(spec.ports)) return false;
  return spec.ports.some((port) => isRecord(port) && typeof port.targetPort === 'string');
}

/** An object's value if it is of a kind that is looked into; of all others only who they are is kept. */
export function keptValue(value: Json): Json | undefined {
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  const slash = apiVersion.indexOf('/');
  if (slash === -1) return CORE_KINDS.has(kind) || (kind === 'Service' && namesTargets(value)) ? value : undefined;
  return GROUPS.has(apiVersion.slice(0, slash)) ? value : undefined;
}
