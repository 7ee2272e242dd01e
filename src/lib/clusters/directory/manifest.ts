import { ABOUT_GROUP, KINDS, MCS_GROUP, apiVersionOf, kindOf } from '../../api/kinds.ts';
import type { Kind, ObjectOf } from '../../api/kinds.ts';
import { isDNSLabel } from '../../api/names.ts';
import { parseObject } from '../../api/parse.ts';
import { MalformedError, isRecord } from '../../api/reader.ts';
import type { Json } from '../../api/reader.ts';
import { checkIdentity } from './identity.ts';

/** What a document, or an item of a `List` in it, is to mcs. `path` leads to it within the document. */
export type Manifest = Reading & { readonly value: Json };

/** The same without its value. */
export type Reading =
  | {
      readonly is: 'object';
      readonly path: string;
      readonly kind: Kind;
      readonly object: ObjectOf[Kind];
      readonly statusOnly: boolean;
    }
  /** An unknown kind: kept and ignored, but a namespace it is in exists. */
  | { readonly is: 'other'; readonly path: string; readonly namespace: string | undefined }
  /** Not to be taken at its word, but the namespace it is in exists, if that can be read. */
  | { readonly is: 'encrypted'; readonly path: string; readonly namespace: string | undefined }
  | { readonly is: 'ignored'; readonly path: string; readonly warning: string }
  | { readonly is: 'malformed'; readonly path: string; readonly field: string; readonly message: string };

/** Lists within lists deeper than this are nobody's manifests. */
const MAX_LIST_DEPTH = 8;

/**
 * The manifests in the value of a document; none when it is no Kubernetes object (an empty document, a values file).
 * `List` and lists of one kind (`ServiceList`) are unpacked.
 * @param own whether the file is below `mcs/`, where a document may be a status alone
 */
export function* manifestsIn(value: unknown, own: boolean, path = '', depth = 0): Generator<Manifest> {
  if (!isRecord(value)) {
    if (depth > 0)
      yield {
        is: 'malformed',
        path,
        field: path,
        message: new MalformedError(path, 'an object', value).message,
        value: {},
      };
    return;
  }
  const { apiVersion, kind, items } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return;
  if (isRecord(value.sops)) {
    yield { is: 'encrypted', path, namespace: namespaceOf(value), value };
    return;
  }
  if (kind.endsWith('List') && Array.isArray(items) && depth < MAX_LIST_DEPTH) {
    for (const [index, item] of items.entries()) {
      yield* manifestsIn(
        asItem(item, apiVersion, kind),
        own,
        `${path === '' ? '' : `${path}.`}items[${index}]`,
        depth + 1,
      );
    }
    return;
  }
  yield { ...readManifest(value, own, apiVersion, kind, path), value };
}

/** An API server leaves `apiVersion` and `kind` out of the items of a `ServiceList`. */
function asItem(item: unknown, apiVersion: string, listKind: string): unknown {
  if (listKind === 'List' || !isRecord(item) || item.kind !== undefined) return item;
  return { apiVersion, kind: listKind.slice(0, -'List'.length), ...item };
}

function readManifest(value: Json, own: boolean, apiVersion: string, kindName: string, path: string): Reading {
  const kind = kindOf(apiVersion, kindName);
  if (kind === undefined || !isServed(kind, apiVersion)) {
    const warning = wrongGroup(apiVersion, kindName);
    if (warning !== undefined) return { is: 'ignored', path, warning };
    return { is: 'other', path, namespace: namespaceOf(value) };
  }
  try {
    const placed = inNamespace(kind, value);
    const statusOnly = own && isStatusOnly(placed);
    const object = parseObject(kind, statusOnly ? { ...BODY[kind], ...placed } : placed);
    checkIdentity(kind, object.metadata);
    return { is: 'object', path, kind, object, statusOnly };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    const at = path === '' || error.path === '' ? '' : `${path}.`;
    return { is: 'malformed', path, field: `${path === '' ? '' : at}${error.path}`, message: `${at}${error.message}` };
  }
}

/** What makes a document with nothing but identity and status parse. */
const BODY: { readonly [K in Kind]?: Json } = { ServiceImport: { spec: { type: 'ClusterSetIP' } } };

/**
 * A document with identity and `status` and nothing else: below `mcs/`, the status of an object that lives in a user's
 * file. (What mcs writes whole always has something more; see `render.ts`.)
 */
function isStatusOnly(value: Json): boolean {
  if (!isRecord(value.status) || !isRecord(value.metadata)) return false;
  const keys = Object.keys(value);
  return (
    keys.every((key) => key === 'apiVersion' || key === 'kind' || key === 'metadata' || key === 'status') &&
    Object.keys(value.metadata).every((key) => key === 'name' || key === 'namespace')
  );
}

/** A namespaced object without a namespace is in `default`; a cluster-scoped one is in none. */
function inNamespace(kind: Kind, value: Json): Json {
  if (!isRecord(value.metadata)) return value;
  const { namespace, ...metadata } = value.metadata;
  if (!KINDS[kind].namespaced) return namespace === undefined ? value : { ...value, metadata };
  if (namespace !== undefined && namespace !== null && namespace !== '') return value;
  return { ...value, metadata: { ...metadata, namespace: 'default' } };
}

function namespaceOf(value: Json): string | undefined {
  const namespace = isRecord(value.metadata) ? value.metadata.namespace : undefined;
  return typeof namespace === 'string' && isDNSLabel(namespace) ? namespace : undefined;
}

function isServed(kind: Kind, apiVersion: string): boolean {
  return KINDS[kind].versions.some((version) => apiVersionOf(kind, version) === apiVersion);
}

/**
 * A warning for a kind of ours in a group or version that does not exist (`multicluster.k8s.io/v1alpha1`,
 * `about.k8s.io/v1`). Kinds of the same name in groups of others (`net.gke.io`, `serving.knative.dev`) are theirs.
 */
function wrongGroup(apiVersion: string, kindName: string): string | undefined {
  const kind = Object.keys(KINDS).find((name) => name === kindName) as Kind | undefined; // a key of KINDS
  if (kind === undefined) return undefined;
  const { group, versions } = KINDS[kind];
  const slash = apiVersion.indexOf('/');
  const given = slash === -1 ? '' : apiVersion.slice(0, slash);
  const special = group === MCS_GROUP || group === ABOUT_GROUP;
  if (given !== group && !(given === '' && special) && !/(^|\.)k8s\.io$/.test(given)) return undefined;
  const right = versions.map((version) => apiVersionOf(kind, version)).join(' or ');
  return `${kindName} of ${JSON.stringify(apiVersion)} is ignored: write apiVersion: ${right}`;
}
