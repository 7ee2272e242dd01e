import type { CRD } from '../api/crds.ts';
import type { Manifest, Manifests } from '../api/manifests.ts';
import type { ClusterProperty, EndpointSlice, IPFamily } from '../api/objects.ts';
import type { Member } from '../plan/member.ts';
import type { Identity } from '../plan/membership.ts';
import type { Observed } from '../plan/observed.ts';
import type { ServiceView } from '../plan/service-view.ts';
import type { ServicePlan } from '../plan/service-plan.ts';
import type { ServiceStatus } from '../plan/service-status.ts';

/** Why something could not be read. */
export interface Failure {
  /** As in ClusterError, e.g. `forbidden`, `unreachable`. */
  readonly reason: string;
  readonly message: string;
  readonly next?: string;
}

/** What a live cluster, or a directory, is: the part of the facts that rules look at. */
export interface SceneFacts {
  /** Served versions of ServiceExport and ServiceImport, best first. Of a directory: all. */
  readonly mcsVersions: readonly string[];
  readonly aboutVersions: readonly string[];
  /** Empty when it gives no IPs at all (directories). */
  readonly ipFamilies: readonly IPFamily[];
  /** Other MCS implementations at work. */
  readonly controllers: readonly { readonly name: string; readonly evidence: string; readonly hazard: string }[];
}

/** A CRD of the MCS or About API, with the manifest it comes from where there is one. */
export interface SceneCRD {
  readonly crd: CRD;
  readonly manifest?: Manifest;
  /** `live`: an API server has it; `file`: a manifest says so. An overlay may have both. */
  readonly from: 'live' | 'file';
}

/** One cluster as the rules see it. */
export interface SceneCluster {
  /** The name shown. */
  readonly name: string;
  readonly type: 'context' | 'directory' | 'overlay';
  readonly location: string;
  /** How the user names it to a command: `--context east`, `--dir clusters/east`. */
  readonly flag: string;
  readonly identity: Identity;
  /** Nothing is known of it: no rule but that of unreachable clusters may say anything. */
  readonly failure?: Failure;
  /** Kinds that could not be listed: what is not there of them is not known. */
  readonly unlisted: ReadonlyMap<string, Failure>;
  readonly facts: SceneFacts;
  readonly observed: Observed;
  readonly properties: readonly ClusterProperty[];
  /** All of them, also those that no Service claims. */
  readonly slices: readonly EndpointSlice[];
  /** Undefined when they could not be read. A directory has those that are in it, which may be none. */
  readonly crds: readonly SceneCRD[] | undefined;
  /** Of a directory or overlay. */
  readonly manifests: Manifests | undefined;
  /** What of the generated kinds it holds at all: Git is not a snapshot, so what lacks there may mean nothing. */
  readonly generated: Generated;
  /** Of an overlay. */
  readonly applied?: Applied;
}

/** What manifests make of the services of the live cluster that they are laid over, by `namespace/name`. */
export interface Applied {
  /** Services whose Service or ServiceExport the files make otherwise than it is, those of `created` among them. */
  readonly changed: ReadonlySet<string>;
  /** Services of which one of the two stands in the files alone. */
  readonly created: ReadonlySet<string>;
}

/** Whether a directory holds any such thing, so that its absence means something. Of a context all but conditions are true. */
export interface Generated {
  /** ServiceImports that a controller made. */
  readonly imports: boolean;
  /** EndpointSlices of its own Services. */
  readonly slices: boolean;
  /** EndpointSlices imported from other clusters. */
  readonly importedSlices: boolean;
  readonly ips: boolean;
  /** Conditions on ServiceExports: whether anybody writes any there, also of a context. */
  readonly conditions: boolean;
  /** Deployments, StatefulSets, Pods and their kin. */
  readonly workloads: boolean;
}

/** One service over the clusters of a clusterset. */
export interface SceneService {
  readonly namespace: string;
  readonly name: string;
  /** `namespace/name` */
  readonly key: string;
  readonly plan: ServicePlan;
  readonly status: ServiceStatus;
  /** Every member, in the order of the clusters. */
  readonly at: readonly { readonly cluster: SceneCluster; readonly member: Member; readonly view: ServiceView }[];
}

/** Clusters that belong together. */
export interface SceneSet {
  /** Undefined when none of the clusters is a member of anything: then all count as one set. */
  readonly clusterset: string | undefined;
  readonly clusters: readonly SceneCluster[];
  /** By the order of their keys. */
  readonly services: readonly SceneService[];
}

/** All that is validated. */
export interface Scene {
  /** In the order given. */
  readonly clusters: readonly SceneCluster[];
  readonly sets: readonly SceneSet[];
  /** Contexts of one cluster (the same `kube-system` UID), of which only the first is among `clusters`. */
  readonly twins: readonly { readonly kept: string; readonly left: string }[];
  /** The CRDs that this mcs installs. */
  readonly ours: readonly CRD[];
  /** True when the user chose some of the contexts there are: who is not here may still be somewhere. */
  readonly isPartial: boolean;
}

/** The cluster of that name in a scene. */
export function clusterNamed(scene: Scene, name: string): SceneCluster | undefined {
  return scene.clusters.find((cluster) => cluster.name === name);
}

/** True when a kind was read, so that what is not there is really not there. */
export function isListed(cluster: SceneCluster, kind: string): boolean {
  return cluster.failure === undefined && !cluster.unlisted.has(kind);
}
