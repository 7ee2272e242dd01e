import { isRecord } from '../../api/reader.ts';
import { METADATA } from './metadata.ts';
import { ANYTHING, type Fault, type KindSchema } from './schema.ts';

const LABEL = { type: 'string', maxLength: 63, pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$' } as const;
const TEXT = { type: 'string' } as const;
const TEXTS = { type: 'array', items: { type: 'string' } } as const;

/**
 * CustomResourceDefinition of apiextensions.k8s.io/v1, down to its versions. What a version says of its kind
 * (`schema`, printer columns) is not looked into.
 */
export const CRD: KindSchema = {
  group: 'apiextensions.k8s.io',
  versions: ['v1'],
  schema: {
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: METADATA,
      spec: {
        type: 'object',
        required: ['group', 'names', 'scope', 'versions'],
        properties: {
          conversion: ANYTHING,
          group: { type: 'string', minLength: 1 },
          names: {
            type: 'object',
            required: ['kind', 'plural'],
            properties: {
              categories: TEXTS,
              kind: { type: 'string', pattern: '^[A-Za-z]([-A-Za-z0-9]*[A-Za-z0-9])?$' },
              listKind: TEXT,
              plural: LABEL,
              shortNames: TEXTS,
              singular: TEXT,
            },
          },
          preserveUnknownFields: { type: 'boolean' },
          scope: { type: 'string', enum: ['Namespaced', 'Cluster'] },
          versions: {
            type: 'array',
            minItems: 1,
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['name'],
            items: {
              type: 'object',
              required: ['name', 'served', 'storage', 'schema'],
              properties: {
                additionalPrinterColumns: ANYTHING,
                deprecated: { type: 'boolean' },
                deprecationWarning: TEXT,
                name: LABEL,
                schema: ANYTHING,
                selectableFields: ANYTHING,
                served: { type: 'boolean' },
                storage: { type: 'boolean' },
                subresources: ANYTHING,
              },
            },
          },
        },
      },
      status: ANYTHING,
    },
  },
};

/** What holds between the fields of a CRD: the name is made of two of them, and exactly one version is stored. */
export function faultsOfCRD(value: unknown): readonly Fault[] {
  if (!isRecord(value) || !isRecord(value.spec)) return [];
  const { group, names, versions } = value.spec;
  const faults: Fault[] = [];
  const name = isRecord(value.metadata) ? value.metadata.name : undefined;
  if (typeof name === 'string' && typeof group === 'string' && isRecord(names) && typeof names.plural === 'string') {
    const right = `${names.plural}.${group}`;
    if (name !== right)
      faults.push({ field: 'metadata.name', message: `metadata.name is not <plural>.<group>: write ${right}` });
  }
  if (Array.isArray(versions) && versions.length > 0) {
    const stored = versions.filter(isRecord).filter(({ storage }) => storage === true);
    if (stored.length !== 1) {
      const how = stored.length === 0 ? 'none' : stored.map((version) => String(version.name)).join(' and ');
      const message = `spec.versions: exactly one has storage: true, but here ${how}`;
      faults.push({ field: 'spec.versions', message });
    }
  }
  return faults;
}
