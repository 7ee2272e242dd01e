import type { ObjectOf } from '../api/kinds.ts';
import type { ObservedKind } from './observed.ts';

type WrittenKind = Exclude<ObservedKind, 'Namespace'>;

interface ChangeOf<K extends WrittenKind> {
  /** The cluster's name as shown. */
  readonly cluster: string;
  readonly verb: 'create' | 'update' | 'delete';
  readonly kind: K;
  /** The object as it should be; for a delete, as it is. */
  readonly object: ObjectOf[K];
  readonly subresource?: 'status';
  /** Paths of the fields that differ; empty for create and delete. */
  readonly fields: readonly string[];
  /** Why, in a few words. */
  readonly reason: string;
}

/** One create, update or delete between what was observed and what should be: printed, dry-run and applied alike. */
export type Change = { [K in WrittenKind]: ChangeOf<K> }[WrittenKind];

/** Something that keeps a cluster from being as it should, and that no change can mend. */
export interface Problem {
  readonly cluster: string;
  /** `Kind namespace/name` */
  readonly object: string;
  readonly message: string;
  /** What to do about it, one line. */
  readonly next?: string;
  /** `partial`: the cluster is not as it should be (exit 3); `warning`: it is, but somebody should know. */
  readonly severity: 'partial' | 'warning';
}
