import type { ScalarStyleRule } from 'js-yaml';

/** Version of the documents that `-o json` and `-o yaml` print: a stable interface, see CONTRIBUTING. */
export const DOCUMENT_VERSION = 'kubectl-mcs/v1';

export type DocumentFormat = 'json' | 'yaml';

/** One document with `apiVersion`, `kind` and the fields of a result; ends with a newline. js-yaml is loaded on demand. */
export async function renderDocument(kind: string, result: object, format: DocumentFormat): Promise<string> {
  return renderObject({ apiVersion: DOCUMENT_VERSION, kind, ...result }, format);
}

/** Any plain object, e.g. a manifest, as JSON or YAML. */
export async function renderObject(object: object, format: DocumentFormat): Promise<string> {
  if (format === 'json') return jsonText(object);
  const { DEFAULT_SCALAR_STYLE_RULES, SCALAR_STYLE, dump } = await import('js-yaml');
  // Through JSON first, so that both formats leave out the same things: undefined fields, class instances.
  const plain: unknown = JSON.parse(JSON.stringify(object));
  // Only between double quotes may a character be escaped.
  const quoteHidden: ScalarStyleRule = (layout) => {
    if (layout.node.value.search(HIDDEN) !== -1) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
  };
  const scalarStyleRules = [quoteHidden, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)];
  return escapeHidden(dump(plain, { noRefs: true, lineWidth: -1, scalarStyleRules }), format);
}

/** Any plain object as JSON that is safe to look at on a terminal. */
export function jsonText(object: object): string {
  return `${escapeHidden(JSON.stringify(object, undefined, 2), 'json')}\n`;
}

/** A document as one line of JSON, for what is followed line by line. */
export function jsonLine(object: object): string {
  return `${escapeHidden(JSON.stringify(object), 'json')}\n`;
}

/** Manifests to commit or to give to kubectl: YAML documents, or a JSON List. */
export async function renderManifests(manifests: readonly object[], format: DocumentFormat): Promise<string> {
  if (format === 'json') return renderObject({ apiVersion: 'v1', kind: 'List', items: manifests }, format);
  const documents = await Promise.all(manifests.map((manifest) => renderObject(manifest, format)));
  return documents.join('---\n');
}

/** What JSON and YAML leave as it is and a terminal obeys, or hides: C1, bidi and zero-width characters, tags. */
const HIDDEN = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Escapes mean the same to a parser. YAML has one for a whole character beyond 16 bits, JSON for the halves of it. */
function escapeHidden(text: string, format: DocumentFormat): string {
  return text.replace(HIDDEN, (char) => {
    const code = char.codePointAt(0) ?? 0;
    if (format === 'yaml' && code > 0xffff) return `\\U${code.toString(16).padStart(8, '0')}`;
    const units = Array.from({ length: char.length }, (_, index) => char.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}
