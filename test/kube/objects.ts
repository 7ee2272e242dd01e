import { CORE_SCHEMA, loadAll } from 'js-yaml';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import { KINDS, type Kind, kindOf, pathOf } from './kinds.ts';
import { isBroken, type Ask } from './request.ts';
import { collectionPath } from './reset.ts';

/**
 * What kubectl does, by raw requests: a process for each takes a second of a busy machine. Undefined, or false, where a
 * request does not settle it: then ask kubectl, which knows what is served and says what is wrong.
 */
export class Objects {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = async (...args) => {
      try {
        return await ask(...args);
      } catch (error) {
        if (!isBroken(error)) throw error;
        return { status: 0, body: undefined }; // the server was killed; nothing is settled
      }
    };
  }

  /** `kubectl get KIND NAME`; `found` is undefined when there is none. */
  async get(
    kind: string,
    name: string,
    namespace: string | undefined,
  ): Promise<{ found: Json | undefined } | undefined> {
    const path = pathOfWord(kind, namespace);
    if (path === undefined) return undefined;
    const { status, body } = await this.#ask('GET', `${path}/${name}`);
    if (status === 200 && isRecord(body)) return { found: body };
    // A 404 for a kind that is not served names no object.
    const isAbsent = status === 404 && isRecord(body) && isRecord(body.details) && body.details.name === name;
    return isAbsent ? { found: undefined } : undefined;
  }

  /** `kubectl get KIND`, in a namespace or in all. */
  async list(kind: string, namespace: string | undefined): Promise<readonly Json[] | undefined> {
    const path = pathOfWord(kind, namespace);
    if (path === undefined) return undefined;
    const { status, body } = await this.#ask('GET', path);
    if (status !== 200 || !isRecord(body) || !Array.isArray(body.items)) return undefined;
    // The items of a list do not say what they are; kubectl adds it.
    const { apiVersion, kind: listKind, items } = body;
    const kindOf = String(listKind).replace(/List$/, '');
    return items.filter(isRecord).map((item) => ({ apiVersion, kind: kindOf, ...item }));
  }

  /** `kubectl apply --server-side`; false as soon as one is not taken. */
  async apply(manifests: string | readonly object[], manager: string, subresource?: 'status'): Promise<boolean> {
    const all: readonly unknown[] =
      typeof manifests === 'string' ? loadAll(manifests, { schema: CORE_SCHEMA }) : manifests;
    for (const object of all) {
      if (!isRecord(object)) return false;
      const path = pathOfObject(object);
      if (path === undefined) return false;
      const query = `?fieldManager=${manager}&fieldValidation=Strict`;
      const sub = subresource === undefined ? '' : `/${subresource}`;
      const contentType = 'application/apply-patch+yaml'; // JSON is YAML
      const { status } = await this.#ask('PATCH', `${path}${sub}${query}`, { body: object, contentType });
      if (status !== 200 && status !== 201) return false;
    }
    return true;
  }
}

/** As kubectl takes them: `service`, `services`, `events.events.k8s.io`, `crd`. */
const WORDS: ReadonlyMap<string, Kind> = new Map([
  ...Object.keys(KINDS).flatMap((name): readonly (readonly [string, Kind])[] => {
    const kind = kindOf({ kind: name });
    const [group, , plural] = KINDS[kind];
    return [name.toLowerCase(), plural, `${plural}.${group}`].map((word) => [word, kind]);
  }),
  ['crd', 'CustomResourceDefinition'],
]);

function pathOfWord(word: string, namespace: string | undefined): string | undefined {
  const kind = WORDS.get(word);
  return kind === undefined ? undefined : pathOf(kind, namespace);
}

/** By the usual plural of its kind; a path that is wrong is refused. */
function pathOfObject({ apiVersion, kind, metadata }: Json): string | undefined {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isRecord(metadata)) return undefined;
  const { name, namespace } = metadata;
  if (typeof name !== 'string') return undefined;
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  const plural = `${kind.toLowerCase().replace(/y$/, 'ie')}s`;
  return `${collectionPath(group, version, plural, typeof namespace === 'string' ? namespace : undefined)}/${name}`;
}
