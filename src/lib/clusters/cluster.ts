import type { ServedFields } from '../api/fields.ts';
import type { Kind, ObjectOf } from '../api/kinds.ts';
import type { CRD } from '../api/crds.ts';
import type { Manifests } from '../api/manifests.ts';
import type { IPFamily, Ref } from '../api/objects.ts';
import type { ClusterError } from '../errors.ts';

/** Another MCS implementation found at work in a cluster, with the evidence for it. */
export interface FoundController {
  /** e.g. `Submariner` */
  readonly name: string;
  /** e.g. `Deployment submariner-operator/submariner-lighthouse-agent` */
  readonly evidence: string;
  /** What it would do to objects of ours: one sentence. */
  readonly hazard: string;
}

/** What a cluster is and can do; read once per run. */
export interface ClusterFacts {
  /** UID of the namespace kube-system: the same for two contexts of one cluster. Absent for a directory without it. */
  readonly uid?: string;
  /** e.g. `v1.36.3`; absent for directories. */
  readonly kubernetesVersion?: string;
  /** Served versions of ServiceExport and ServiceImport, best first; empty when the CRDs are missing. */
  readonly mcsVersions: readonly string[];
  /** Served versions of ClusterProperty, best first. */
  readonly aboutVersions: readonly string[];
  readonly fields: ServedFields;
  /** The families its Services can have; empty when it gives no IPs at all (directories). */
  readonly ipFamilies: readonly IPFamily[];
  readonly controllers: readonly FoundController[];
  /** What was noticed on the way and a user should know: one line each. */
  readonly warnings: readonly string[];
}

export interface ListOptions {
  /** All namespaces when absent. */
  readonly namespace?: string;
  /** A label selector in the API's syntax. */
  readonly labelSelector?: string;
}

export interface WatchOptions {
  /** All when absent; of the namespaces themselves, this one. Kinds that are in no namespace are watched whole. */
  readonly namespace?: string;
}

export interface WriteOptions extends Permitted {
  /** `status` writes the status alone, through the subresource where there is one. */
  readonly subresource?: 'status';
  /** Send the write through the server's admission without keeping it. */
  readonly dryRun?: boolean;
  /**
   * Take over fields that another field manager owns. Default true; false makes `apply` throw a ClusterError
   * `conflict` instead, which guards the creation of an object against a stranger that came first.
   */
  readonly force?: boolean;
}

/** A write that somebody else may have become responsible for while it waited. */
export interface Permitted {
  /**
   * Called right before the write is sent, in the same turn, and again before it is repeated; what it throws (a
   * ClusterError) keeps it back. A directory, whose writes wait for nothing, does not ask.
   */
  readonly permit?: (() => void) | undefined;
}

/** Access to CustomResourceDefinitions; only clusters with an API server have it. */
export interface CRDAccess {
  list(): Promise<readonly CRD[]>;
  /** Creates or updates a CRD from a whole manifest and waits until it is established. */
  apply(manifest: Readonly<Record<string, unknown>>, options?: { readonly dryRun?: boolean }): Promise<void>;
}

/**
 * What watching a kind tells. The calls come one at a time, in the order of what happened; none may throw.
 */
export interface Watcher<K extends Kind> {
  /**
   * The whole state, first of all and again whenever events may have been missed: what is not in it is gone.
   * @param version the resource version of the list, where there is such a thing
   */
  replace(objects: readonly ObjectOf[K][], version?: string): void;
  /** An object was created or changed. */
  put(object: ObjectOf[K]): void;
  /** An object was deleted: its last state. */
  remove(object: ObjectOf[K]): void;
  /** The watch is alive and missed nothing; also that it is back after `failed`. At most once a second and kind. */
  heard(): void;
  /** The watch broke or could not begin. It goes on trying; the state told last stays the best that is known. */
  failed(error: ClusterError): void;
}

/** A Lease of coordination.k8s.io/v1, cut down to what an election needs. */
export interface Lease {
  readonly namespace: string;
  readonly name: string;
  /** Given back as it was read, so that a write fails when somebody else wrote since. Absent: to be created. */
  readonly resourceVersion?: string;
  /** Empty or absent: nobody's. */
  readonly holder?: string;
  readonly durationSeconds?: number;
  /** RFC 3339, microseconds. */
  readonly acquireTime?: string;
  /** RFC 3339, microseconds. */
  readonly renewTime?: string;
  /** How often it went from one holder to another. */
  readonly transitions?: number;
}

/** Access to the files of a cluster as they stand; only directories have it. */
export interface ManifestAccess {
  /** Reads everything anew, so that what is wrong with one file hides nothing of the others. Standard input is read once. */
  read(): Promise<{ readonly manifests: Manifests; readonly facts: ClusterFacts }>;
}

/** Access to Leases; only clusters with an API server have it. */
export interface LeaseAccess {
  get(ref: { readonly namespace: string; readonly name: string }): Promise<Lease | undefined>;
  /**
   * Creates or replaces; returns the Lease as it is afterwards.
   * @throws ClusterError `conflict` when somebody else was faster
   */
  put(lease: Lease): Promise<Lease>;
}

/** An Event of events.k8s.io/v1 about an object. */
export interface EventNote {
  readonly regarding: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly uid?: string;
  };
  readonly type: 'Normal' | 'Warning';
  /** One word in CamelCase, at most 128 characters. */
  readonly reason: string;
  readonly action: string;
  /** At most 1024 bytes; longer is cut. */
  readonly note: string;
}

/** Writing Events; only clusters with an API server have it. */
export interface EventAccess {
  /** @throws ClusterError */
  create(note: EventNote, options?: Permitted): Promise<void>;
}

/** An answer of an API server, or that none came. */
export interface Answer {
  readonly verb: 'get' | 'list' | 'apply' | 'patch' | 'delete' | 'other';
  /** HTTP status; 0 when none came. */
  readonly status: number;
  /** From sending to the end of the answer. */
  readonly milliseconds: number;
}

/** For those who steer or count the requests to one cluster. */
export interface Traffic {
  /** Called for every answer, those that are tried again included. */
  onAnswer?(answer: Answer): void;
}

/**
 * A place mcs can read and write: a context of a kubeconfig or a directory of manifests. Nothing above this interface
 * knows which it has. Objects come out parsed and frozen; all methods throw ClusterError and nothing else.
 */
export interface Cluster {
  /** The name shown: the context's name, or the ID given with `--dir`. */
  readonly name: string;
  readonly type: 'context' | 'directory';
  /** URL of the API server, or the path. */
  readonly location: string;
  /** How it is reached, credentials included: to be compared, never shown. */
  readonly access: string;
  readonly crds?: CRDAccess;
  readonly leases?: LeaseAccess;
  readonly events?: EventAccess;
  readonly manifests?: ManifestAccess;
  /** Who and what it is. Cached: two calls cost one, unless `fresh` asks anew. */
  facts(options?: { readonly fresh?: boolean }): Promise<ClusterFacts>;
  /** All objects of a kind; throws when any page of it cannot be had, so that a list is never partial. */
  list<K extends Kind>(kind: K, options?: ListOptions): Promise<readonly ObjectOf[K][]>;
  get<K extends Kind>(kind: K, ref: Ref): Promise<ObjectOf[K] | undefined>;
  /**
   * Creates or updates; returns the object as it is afterwards. Fields of `object` that are undefined are left out, and so
   * is its status; a new object takes it along where no subresource keeps them apart.
   */
  apply<K extends Kind>(kind: K, object: ObjectOf[K], options?: WriteOptions): Promise<ObjectOf[K]>;
  /**
   * Changes single fields of an existing object with a JSON merge patch (RFC 7386), lists whole, null removing. For
   * what `apply` cannot do: taking away what somebody else put into an object of ours.
   */
  patch<K extends Kind>(kind: K, ref: Ref, patch: unknown, options?: WriteOptions): Promise<ObjectOf[K]>;
  /** Deletes; an object that is not there is a fact, not a failure. `uid` makes it a no-op on a successor of that name. */
  delete(
    kind: Kind,
    ref: Ref,
    options?: Permitted & { readonly dryRun?: boolean; readonly uid?: string },
  ): Promise<'deleted' | 'absent'>;
  /**
   * Tells the state of a kind, and then its changes, until the function it returns is called or the cluster is closed.
   * Nothing else ends it: it reconnects, and relists where events may have been missed.
   */
  watch<K extends Kind>(kind: K, watcher: Watcher<K>, options?: WatchOptions): () => void;
  close(): Promise<void>;
}
