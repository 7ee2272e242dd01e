import type { ServedFields } from '../api/fields.ts';
import type { IPFamily } from '../api/objects.ts';
import type { Observed } from './observed.ts';

/**
 * A cluster that takes part in a plan. `member`: of the clusterset, read completely, written. `former`: of no
 * clusterset; what we made there is removed, never its exports.
 */
export interface Member {
  readonly role: 'member' | 'former';
  /** The name shown. */
  readonly cluster: string;
  readonly id: string;
  readonly fields: ServedFields;
  /** Families its Services can have; empty when it gives no IPs (directories). */
  readonly ipFamilies: readonly IPFamily[];
  readonly observed: Observed;
}

/** What a plan depends on beside the clusters. */
export interface PlanOptions {
  /** RFC 3339: the time that conditions which change now will carry. */
  readonly now: string;
  /** Ids said or known to be gone: what they gave is removed. */
  readonly gone: ReadonlySet<string>;
  /** Take over objects without our mark. */
  readonly adopt: boolean;
  /** System namespaces allowed by name. */
  readonly allowedNamespaces: readonly string[];
}
