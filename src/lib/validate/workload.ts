import type { Manifest } from '../api/manifests.ts';

/** Kinds that make Pods out of a template, or are Pods. Rollout is that of Argo Rollouts. */
const WORKLOADS: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Rollout',
  'Job',
  'CronJob',
  'Pod',
]);

const GROUPS: ReadonlySet<string> = new Set(['', 'apps', 'batch', 'argoproj.io']);

/** Whether a manifest says what Pods there are. */
export function isWorkload({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): boolean {
  return WORKLOADS.has(kind) && GROUPS.has(groupOf(apiVersion));
}

/** Groups of others whose objects are known to make no Pods: they watch, route, secure or fetch. */
const PODLESS: readonly RegExp[] = [
  /(^|\.)k8s\.io$/,
  /(^|\.)(istio|cilium|cert-manager|external-secrets|keda|traefik|kyverno|linkerd)\.(io|sh)$/,
  /\.toolkit\.fluxcd\.io$/,
  /^bitnami\.com$/,
];
const MONITORS: ReadonlySet<string> = new Set(['ServiceMonitor', 'PodMonitor', 'PrometheusRule', 'Probe']);
const BUILT_IN: ReadonlySet<string> = new Set(['', 'apps', 'batch', 'autoscaling', 'policy', 'extensions']);

/** Whether an operator may make Pods of it, with labels that stand in no file: a database, a broker, a Knative Service. */
export function mayMakePods({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): boolean {
  const group = groupOf(apiVersion);
  if (BUILT_IN.has(group) || MONITORS.has(kind) || isWorkload({ apiVersion, kind })) return false;
  return !PODLESS.some((pattern) => pattern.test(group));
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}
