import type { Kind, ObjectOf } from './kinds.ts';
import type { Json } from './reader.ts';

/** Where a manifest, or one field of it, stands. */
export interface Place {
  /** As the user would type it: the path given with `--dir` and the file below it; `<stdin>` for standard input. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** One Kubernetes object as it stands in a file, of whatever kind. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  /** `default` for a namespaced object of a kind of ours without one; absent for other kinds that say none. */
  readonly namespace?: string;
  /** Empty when it has none, or one that is no text. */
  readonly name: string;
  readonly place: Place;
  /** Of several directories of one cluster; later ones win. */
  readonly layer: number;
  /** The document in its file, from 0, and what leads to the object in it: `items[3]`, or nothing. */
  readonly document: number;
  readonly path: string;
  /** The whole, of kinds that somebody looks into: those with a schema here, CRDs, workloads, releases. */
  readonly value?: Json;
}

/** Something in a file, or about a field of a manifest, that is not as it must be. */
export interface ManifestFault {
  readonly manifest: Manifest;
  /** Path of the field, e.g. `spec.ports[0].port`; empty for the whole. */
  readonly field: string;
  readonly message: string;
}

/** Everything in the files of a cluster, read so that what is wrong hides nothing else. */
export interface Manifests {
  /** In the order of layers, files and documents. */
  readonly all: readonly Manifest[];
  /** What an API server would have of the kinds that mcs knows: later manifests win, statuses are merged in. */
  readonly objects: { readonly [K in Kind]: readonly ObjectOf[K][] };
  /** The manifest that an object of these comes from. */
  manifestOf(kind: Kind, key: string): Manifest | undefined;
  /** Line of a field of a manifest, or of the nearest one above it that is there. Reads the file again. */
  lineOf(manifest: Manifest, field: string): number;
  /** Files and documents that cannot be read or parsed. */
  readonly unreadable: readonly { readonly place: Place; readonly message: string }[];
  /** Objects of our kinds that are not what their kind says: they are not among `objects`. */
  readonly malformed: readonly ManifestFault[];
  /** Objects of our kinds in a group or version that does not exist. */
  readonly misplaced: readonly ManifestFault[];
  /** Objects that stand twice in one directory with different content: the one that counts, and the other. */
  readonly twice: readonly { readonly used: Manifest; readonly other: Manifest }[];
  /** Files that are no manifests: Helm templates, kustomize patches, encrypted ones. */
  readonly leftOut: readonly { readonly file: string; readonly why: string }[];
}
