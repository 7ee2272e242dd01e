import type { Manifest, ManifestFault } from '../../api/manifests.ts';
import { refOf } from '../describe.ts';
import { faultsOf } from '../schema/faults.ts';
import type { Fault } from '../schema/schema.ts';
import type { Draft, Rule } from '../rule.ts';
import type { Scene, SceneCluster } from '../scene.ts';

/** Each kind with a schema, by the family of those who look after it. */
const FAMILIES: readonly {
  readonly code: string;
  readonly title: string;
  readonly kinds: readonly string[];
  readonly why: string;
}[] = [
  {
    code: 'MCS115',
    title: 'bootstrap-schema',
    kinds: ['ClusterProperty', 'ClusterProfile', 'Work', 'AppliedWork', 'CustomResourceDefinition', 'Namespace'],
    why: 'The API server refuses it, or drops the field without a word.',
  },
  {
    code: 'MCS304',
    title: 'export-schema',
    kinds: ['ServiceExport', 'Service'],
    why: 'The API server refuses it, or drops the field without a word: what was meant is not exported.',
  },
  {
    code: 'MCS411',
    title: 'import-schema',
    kinds: ['ServiceImport', 'EndpointSlice'],
    why: 'The API server refuses it, or drops the field without a word: clients get something else.',
  },
];

/** 115, 304 and 411: objects that are not what their kind says. Status is not looked at: implementations write odd ones. */
export const SCHEMA_RULES: readonly Rule[] = FAMILIES.map(({ kinds, ...info }) => ({
  ...info,
  severity: 'error' as const,
  summary: `A manifest of kind ${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1) ?? ''} is not what its kind says.`,
  looksAt: `metadata and spec of ${kinds.join(', ')} in files: unknown fields, types, required fields, enums`,
  mend: 'Correct the field.',
  source: 'CRDs of mcs-api and about-api, cluster-inventory-api, work-api',
  *check({ clusters }: Scene): Generator<Draft> {
    const known = new Set(kinds);
    const checked: Checked = new Map();
    for (const cluster of clusters) {
      for (const { manifest, field, message } of faultsIn(cluster, known, checked)) {
        yield {
          cluster: cluster.name,
          object: refOf(manifest),
          service: `${manifest.namespace ?? 'default'}/${manifest.name}`,
          manifest,
          field,
          message: `${manifest.kind} ${manifest.namespace === undefined ? '' : `${manifest.namespace}/`}${manifest.name}: ${message}`,
          fix: { kind: 'doc', text: fixOf(field, message) },
        };
      }
    }
  },
}));

/** Faults by the value of a manifest: files of the same text have one value, in all clusters that import the same. */
type Checked = Map<unknown, readonly Fault[]>;

/** What the parser stumbles over, and what the schema says besides; a field that both complain of is told once. */
function* faultsIn(
  { manifests }: SceneCluster,
  kinds: ReadonlySet<string>,
  checked: Checked,
): Generator<ManifestFault> {
  const told = new Set<Manifest>();
  for (const manifest of manifests?.all ?? []) {
    if (!kinds.has(manifest.kind) || manifest.value === undefined) continue;
    const { value } = manifest;
    const faults = checked.get(value) ?? faultsOf(manifest.apiVersion, manifest.kind, value) ?? [];
    checked.set(value, faults);
    for (const { field, message } of faults) {
      told.add(manifest);
      yield { manifest, field, message };
    }
  }
  for (const fault of manifests?.malformed ?? []) {
    if (kinds.has(fault.manifest.kind) && !told.has(fault.manifest)) yield fault;
  }
}

function fixOf(field: string, message: string): string {
  if (field === '') return 'correct the object';
  return message.includes('is no field of') ? `remove ${field}, or correct its name` : `correct ${field}`;
}
