import { OPTIONAL_FIELDS, type OptionalField, type ServedFields } from '../../api/fields.ts';
import { isRecord } from '../../api/reader.ts';
import { MCS_GROUP } from '../../api/kinds.ts';

/** Schemas of kinds, by kind: OpenAPI v3, as the server publishes it or a CRD holds it. */
export type Schemas = ReadonlyMap<string, unknown>;

/** The schemas of the MCS kinds of one version in a document of `/openapi/v3/apis/<group>/<version>`. */
export function schemasOf(document: unknown, version: string): Schemas {
  const components = isRecord(document) && isRecord(document.components) ? document.components : {};
  const schemas = isRecord(components.schemas) ? Object.values(components.schemas).filter(isRecord) : [];
  const found = new Map<string, unknown>();
  for (const schema of schemas) {
    const meanings = schema['x-kubernetes-group-version-kind'];
    for (const meaning of Array.isArray(meanings) ? meanings.filter(isRecord) : []) {
      if (meaning.group !== MCS_GROUP || meaning.version !== version) continue;
      if (typeof meaning.kind === 'string') found.set(meaning.kind, schema);
    }
  }
  return found;
}

/** The optional fields of a kind that its schema has. */
export function fieldsOf(kind: string, schema: unknown): ServedFields {
  const has = (field: OptionalField): boolean => {
    const [of, ...path] = field.split('.');
    return of === kind && hasPath(schema, path);
  };
  return new Set(OPTIONAL_FIELDS.filter(has));
}

/** Follows properties, through lists; a schema that keeps unknown fields has them all. */
function hasPath(schema: unknown, path: readonly string[]): boolean {
  if (!isRecord(schema)) return false;
  const [name, ...rest] = path;
  if (name === undefined || schema['x-kubernetes-preserve-unknown-fields'] === true) return true;
  if (isRecord(schema.items)) return hasPath(schema.items, path);
  const properties = isRecord(schema.properties) ? schema.properties : {};
  return Object.hasOwn(properties, name) && hasPath(properties[name], rest);
}
