import { isDNSLabel, isDNSSubdomain, isLabelValue, isQualifiedName } from '../../api/names.ts';
import { MalformedError, isRecord } from '../../api/reader.ts';
import type { Fault, Schema } from './schema.ts';

const TEXT: Schema = { type: 'string' };
const TEXTS: Schema = { type: 'object', additionalProperties: { type: 'string' } };
const COUNT: Schema = { type: 'integer', format: 'int64' };

/** `ObjectMeta` of Kubernetes (apimachinery, meta/v1): every kind has it, and CRDs do not describe it. */
export const METADATA: Schema = {
  type: 'object',
  properties: {
    annotations: TEXTS,
    creationTimestamp: TEXT,
    deletionGracePeriodSeconds: COUNT,
    deletionTimestamp: TEXT,
    finalizers: { type: 'array', items: { type: 'string' } },
    generateName: TEXT,
    generation: COUNT,
    labels: TEXTS,
    managedFields: { type: 'array', items: {} },
    name: TEXT,
    namespace: TEXT,
    ownerReferences: {
      type: 'array',
      items: {
        type: 'object',
        required: ['apiVersion', 'kind', 'name', 'uid'],
        properties: {
          apiVersion: { type: 'string' },
          blockOwnerDeletion: { type: 'boolean' },
          controller: { type: 'boolean' },
          kind: { type: 'string' },
          name: { type: 'string' },
          uid: { type: 'string' },
        },
      },
    },
    resourceVersion: TEXT,
    selfLink: TEXT,
    uid: TEXT,
  },
};

/** Names, and keys and values of labels, that an API server would refuse, as far as their types are right. */
export function faultsOfNames(object: unknown): readonly Fault[] {
  const metadata = isRecord(object) ? (object.metadata ?? {}) : undefined;
  if (!isRecord(metadata)) return [];
  const { name, generateName, namespace, labels, annotations } = metadata;
  const faults: Fault[] = [];
  const expect = (right: boolean, field: string, expected: string, value: unknown): void => {
    if (!right) faults.push({ field, message: new MalformedError(field, expected, value).message });
  };
  if (typeof name === 'string' && name !== '')
    expect(isDNSSubdomain(name), 'metadata.name', 'an RFC 1123 subdomain', name);
  else if (typeof generateName !== 'string' && (name ?? '') === '')
    faults.push({ field: 'metadata.name', message: 'metadata.name is missing' });
  if (typeof namespace === 'string' && namespace !== '')
    expect(isDNSLabel(namespace), 'metadata.namespace', 'an RFC 1123 label', namespace);
  for (const [map, entries] of Object.entries({ labels, annotations })) {
    if (!isRecord(entries)) continue;
    for (const [key, value] of Object.entries(entries)) {
      const field = (): string => `metadata.${map}[${JSON.stringify(key)}]`;
      if (!isQualifiedName(key)) expect(false, field(), 'a key of letters, digits, "-", "_" and "."', key);
      if (map === 'labels' && typeof value === 'string' && !isLabelValue(value))
        expect(false, field(), 'at most 63 letters, digits, "-", "_" and "."', value);
    }
  }
  return faults;
}
