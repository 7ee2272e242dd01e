import type { Manifest as FileManifest } from '../../api/manifests.ts';
import { isRecord } from '../../api/reader.ts';
import { type Document, readDocuments } from './documents.ts';
import { keptValue } from './kept-value.ts';
import { type Manifest, type Reading, manifestsIn } from './manifest.ts';

/** A manifest in a text, wherever that stands. */
export interface TextManifest {
  readonly reading: Reading;
  /** Who it is, and its value as far as that is kept. */
  readonly head: Pick<FileManifest, 'apiVersion' | 'kind' | 'namespace' | 'name' | 'value'>;
  /** The document it is in, from 0. */
  readonly document: number;
  /** Counted from 1. */
  readonly line: number;
  /** Of the field that is malformed; otherwise of the manifest. */
  readonly fieldLine: number;
}

/** What a text holds, of whatever file it is; several may have it, so nobody may change it in place. */
export interface TextContent {
  readonly manifests: readonly TextManifest[];
  readonly problems: readonly { readonly line: number; readonly message: string }[];
  readonly documents: number;
  /** Documents with anything in them. */
  readonly filled: number;
}

/** @param own whether the file is below `mcs/`, where a document may be a status alone */
export function readText(text: string, own: boolean): TextContent {
  const { documents, problems } = readDocuments(text);
  const manifests: TextManifest[] = [];
  for (const [index, document] of documents.entries()) {
    for (const manifest of manifestsIn(document.value, own)) manifests.push(manifestOf(manifest, document, index));
  }
  return {
    manifests,
    problems,
    documents: documents.length,
    filled: documents.filter(({ value }) => value !== null && value !== undefined).length,
  };
}

function manifestOf(manifest: Manifest, within: Document, document: number): TextManifest {
  const { value: _, ...reading } = manifest;
  const line = within.lineOf(reading.path);
  const fieldLine = reading.is === 'malformed' ? within.lineOf(reading.field) : line;
  return { reading, head: headOf(manifest), document, line, fieldLine };
}

function headOf(manifest: Manifest): TextManifest['head'] {
  const { value } = manifest;
  const metadata = isRecord(value.metadata) ? value.metadata : {};
  const namespace = manifest.is === 'object' ? manifest.object.metadata.namespace : textOf(metadata.namespace);
  const kept = keptValue(value);
  return {
    apiVersion: textOf(value.apiVersion),
    kind: textOf(value.kind),
    ...(namespace === undefined || namespace === '' ? {} : { namespace }),
    name: textOf(metadata.name),
    ...(kept === undefined ? {} : { value: kept }),
  };
}

function textOf(field: unknown): string {
  return typeof field === 'string' ? field : '';
}
