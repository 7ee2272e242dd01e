/** Version of the documents that `-o json` and `-o yaml` print: a stable interface, see CONTRIBUTING. */
export const DOCUMENT_VERSION = 'kubectl-mcs/v1';

export type DocumentFormat = 'json' | 'yaml';

/** One document with `apiVersion`, `kind` and the fields of a result; ends with a newline. js-yaml is loaded on demand. */
export async function renderDocument(kind: string, result: object, format: DocumentFormat): Promise<string> {
  return renderObject({ apiVersion: DOCUMENT_VERSION, kind, ...result }, format);
}

/** Any plain object, e.g. a manifest, as JSON or YAML. */
export async function renderObject(object: object, format: DocumentFormat): Promise<string> {
  if (format === 'json') return `${escapeControls(JSON.stringify(object, undefined, 2))}\n`;
  const { dump } = await import('js-yaml');
  // Through JSON first, so that both formats leave out the same things: undefined fields, class instances.
  const plain: unknown = JSON.parse(JSON.stringify(object));
  return dump(plain, { noRefs: true, lineWidth: -1 });
}

/** Manifests to commit or to give to kubectl: YAML documents, or a JSON List. */
export async function renderManifests(manifests: readonly object[], format: DocumentFormat): Promise<string> {
  if (format === 'json') return renderObject({ apiVersion: 'v1', kind: 'List', items: manifests }, format);
  const documents = await Promise.all(manifests.map((manifest) => renderObject(manifest, format)));
  return documents.join('---\n');
}

/** JSON escapes C0 but neither C1 nor bidi controls, and a terminal obeys those too; `\u` means the same to a parser. */
function escapeControls(json: string): string {
  return json.replace(/[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
