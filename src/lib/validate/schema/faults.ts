import { faultsIn } from './check.ts';
import { CLUSTER_PROFILE } from './cluster-profile.ts';
import { CRD, faultsOfCRD } from './crd.ts';
import { FROM_CRDS } from './from-crds.ts';
import { faultsOfNames } from './metadata.ts';
import type { Fault, KindSchema } from './schema.ts';
import { APPLIED_WORK, WORK } from './work.ts';

const SCHEMAS: Readonly<Record<string, KindSchema>> = {
  ...FROM_CRDS,
  ClusterProfile: CLUSTER_PROFILE,
  Work: WORK,
  AppliedWork: APPLIED_WORK,
  CustomResourceDefinition: CRD,
};

/**
 * What is wrong with an object, as it was read, by the schema of its kind: unknown fields, wrong types, what is missing,
 * and names that an API server would refuse. Its status is not looked at, since implementations write odd ones.
 * Undefined for a kind or version whose schema mcs does not have.
 */
export function faultsOf(apiVersion: string, kind: string, value: unknown): readonly Fault[] | undefined {
  const known = Object.hasOwn(SCHEMAS, kind) ? SCHEMAS[kind] : undefined;
  if (known?.versions.some((version) => apiVersion === `${known.group}/${version}`) !== true) return undefined;
  const faults = faultsIn(known.schema, value, kind);
  faults.push(...faultsOfNames(value));
  if (kind === 'CustomResourceDefinition') faults.push(...faultsOfCRD(value));
  return faults;
}
