import type { CRD } from '../../api/crds.ts';
import { MCS_GROUP } from '../../api/kinds.ts';
import type { ObjectRef } from '../finding.ts';
import type { SceneCRD, SceneCluster } from '../scene.ts';

export function crdRef({ name }: CRD): ObjectRef {
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name };
}

/** What is applied last decides: the file over what is live. */
export function crdFor({ crds }: SceneCluster, name: string): SceneCRD | undefined {
  return crds?.findLast(({ crd }) => crd.name === name);
}

export function served({ versions }: CRD): readonly string[] {
  return versions.filter((version) => version.served).map(({ name }) => name);
}

/** Served versions of the MCS API: of a directory by its CRDs, if it has them. */
export function mcsVersionsOf(cluster: SceneCluster): readonly string[] | undefined {
  if (cluster.failure !== undefined) return undefined;
  const found = crdFor(cluster, `serviceexports.${MCS_GROUP}`);
  if (found !== undefined) return served(found.crd);
  return cluster.type === 'directory' || cluster.facts.mcsVersions.length === 0 ? undefined : cluster.facts.mcsVersions;
}
