import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { isRecord, listOf, record, required, text } from '../src/lib/api/reader.ts';
import { ourCRDs } from '../src/lib/clusters/crd-manifests.ts';

/** Where the schemas of `crds/` are kept as code: pure rooms read no files. */
export const CRD_SCHEMAS = 'src/lib/validate/schema/from-crds.ts';

/** The module of the schemas of the CRDs in `crds/`, without descriptions and status. */
export async function makeCRDSchemas(root: string): Promise<string> {
  const crds = await ourCRDs(root);
  const kinds = crds.map(({ manifest }) => kindSchema(manifest));
  const source = `// Made of crds/ by \`npm run schemas\`.
import { METADATA } from './metadata.ts';
import { ANYTHING, type KindSchema } from './schema.ts';

/** By kind; all versions of a kind have the same schema. */
export const FROM_CRDS: Readonly<Record<string, KindSchema>> = {
${kinds.join('\n')}
};
`;
  const path = join(root, CRD_SCHEMAS);
  return format(source, { ...(await resolveConfig(path)), filepath: path });
}

/** The module as it is. */
export function readCRDSchemas(root: string): Promise<string> {
  return readFile(join(root, CRD_SCHEMAS), 'utf8');
}

function kindSchema(manifest: Record<string, unknown>): string {
  const spec = required(record(manifest.spec, 'spec'), 'spec', 'a mapping');
  const kind = required(text(record(spec.names, 'names')?.kind, 'kind'), 'kind', 'a string');
  const versions = listOf(spec.versions, 'versions', (version, path) => {
    const { name, schema } = required(record(version, path), path, 'a mapping');
    return { name, schema: JSON.stringify(cut(record(schema, path)?.openAPIV3Schema)) };
  });
  const [first, ...others] = versions ?? [];
  if (first === undefined || others.some(({ schema }) => schema !== first.schema))
    throw new Error(`the versions of ${kind} have different schemas`);
  const names = JSON.stringify([first, ...others].map(({ name }) => name));
  const schema = first.schema
    .replace(/"metadata":\{"type":"object"\}/, '"metadata":METADATA')
    .replace(/"status":"not judged"/, '"status":ANYTHING');
  return `${kind}: { group: ${JSON.stringify(spec.group)}, versions: ${names}, schema: ${schema} },`;
}

/** Without descriptions; `description` as the name of a field stays, since it stands below `properties`. */
function cut(schema: unknown, depth = 0): unknown {
  if (!isRecord(schema)) return schema;
  const { description: _, properties, items, additionalProperties, ...rest } = schema;
  const fields = Object.entries(record(properties, 'properties') ?? {}).map(([name, field]) => [
    name,
    depth === 0 && name === 'status' ? 'not judged' : cut(field, depth + 1),
  ]);
  return {
    ...rest,
    ...(properties !== undefined && { properties: Object.fromEntries(fields) as unknown }),
    ...(items !== undefined && { items: cut(items, depth + 1) }),
    ...(additionalProperties !== undefined && { additionalProperties: cut(additionalProperties, depth + 1) }),
  };
}
