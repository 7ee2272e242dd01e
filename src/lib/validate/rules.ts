import type { Rule } from './rule.ts';
import { ACCESS_RULES } from './rules/access.ts';
import { CONDITION_RULES } from './rules/conditions.ts';
import { CONFLICT_RULES } from './rules/conflicts.ts';
import { CRD_RULES } from './rules/crds.ts';
import { ENDPOINT_RULES } from './rules/endpoints.ts';
import { EXPORT_RULES } from './rules/exports.ts';
import { IDENTITY_RULES } from './rules/identity.ts';
import { IMPLEMENTATION_RULES } from './rules/implementations.ts';
import { IMPORT_STATE_RULES } from './rules/import-state.ts';
import { IMPORT_RULES } from './rules/imports.ts';
import { LEFTOVER_RULES } from './rules/leftovers.ts';
import { MISSING_SERVICE_RULES } from './rules/missing-service.ts';
import { NAMESPACE_OWNER_RULES } from './rules/namespace-owners.ts';
import { NAMESPACE_RULES } from './rules/namespaces.ts';
import { SCHEMA_RULES } from './rules/schema.ts';
import { SHIPPING_RULES } from './rules/shipping.ts';
import { SLICE_RULES } from './rules/slices.ts';
import { STALE_RULES } from './rules/stale.ts';
import { TRACKING_RULES } from './rules/tracking.ts';
import { UPGRADE_RULES } from './rules/upgrade.ts';
import { WINNER_RULES } from './rules/winners.ts';
import { WORKLOAD_RULES } from './rules/workloads.ts';

/** All rules, by their codes. */
export const RULES: readonly Rule[] = [
  ...ACCESS_RULES,
  ...NAMESPACE_RULES,
  ...NAMESPACE_OWNER_RULES,
  ...IDENTITY_RULES,
  ...IMPLEMENTATION_RULES,
  ...CRD_RULES,
  ...CONFLICT_RULES,
  ...WINNER_RULES,
  ...CONDITION_RULES,
  ...MISSING_SERVICE_RULES,
  ...EXPORT_RULES,
  ...SHIPPING_RULES,
  ...TRACKING_RULES,
  ...IMPORT_RULES,
  ...IMPORT_STATE_RULES,
  ...ENDPOINT_RULES,
  ...SLICE_RULES,
  ...STALE_RULES,
  ...LEFTOVER_RULES,
  ...UPGRADE_RULES,
  ...SCHEMA_RULES,
  ...WORKLOAD_RULES,
].sort((a, b) => (a.code < b.code ? -1 : 1));
