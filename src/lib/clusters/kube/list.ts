import { MalformedError, isRecord, listOf, record, required, text } from '../../api/reader.ts';
import { ClusterError } from '../../errors.ts';
import { type API, isSuccess } from './api.ts';
import { refusalError, show, type Intent } from './status.ts';
import type { Ask } from './transport.ts';

/** Objects per page. */
const PAGE = 500;

/** How often a list may begin anew because its pages expired (the server keeps them 5 minutes). */
const MAX_RESTARTS = 3;

/** What to list, and how each item is read. */
export interface Listing<T> {
  readonly path: string;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly intent: Intent;
  /** Called page by page, so that what a page came from need not be kept. */
  readonly read: (item: unknown) => T;
  readonly signal?: AbortSignal;
}

export interface Listed<T> {
  readonly items: readonly T[];
  /** The version of the whole: a watch from it tells what came after. Empty when the server gives none. */
  readonly resourceVersion: string;
}

/**
 * All items of a list, page by page. When a page has expired (410) everything begins anew: the rest alone would be of
 * another time. @throws ClusterError, so that a list is never partial
 */
export async function listAll<T>(api: API, listing: Listing<T>): Promise<Listed<T>> {
  for (let restarts = 0; restarts <= MAX_RESTARTS; restarts++) {
    const listed = await listOnce(api, listing);
    if (listed !== undefined) return listed;
  }
  throw new ClusterError(
    api.cluster,
    'failed',
    `${show(listing.intent)}: its pages expired ${MAX_RESTARTS + 1} times while they were read`,
  );
}

/** The version a kind is at now, of the whole of its list. @throws ClusterError */
export async function listVersion(api: API, listing: Omit<Listing<unknown>, 'read'>): Promise<string> {
  const { path, intent, fieldSelector, signal } = listing;
  const query = new URLSearchParams({ limit: '1', ...(fieldSelector === undefined ? {} : { fieldSelector }) });
  const reply = await api.send(askFor(`${path}?${query.toString()}`, signal));
  if (!isSuccess(reply)) throw refusalError(api.cluster, reply, intent);
  return readPage(api, api.parse(reply, intent), intent).resourceVersion;
}

/** Resource versions are numbers that grow (KEP-5504); what is none says nothing. */
export function isEarlier(one: string, other: string): boolean {
  const isNumber = (version: string): boolean => /^\d+$/.test(version);
  return isNumber(one) && isNumber(other) && BigInt(one) < BigInt(other);
}

/** All items, or undefined when a page other than the first has expired. */
async function listOnce<T>(api: API, listing: Listing<T>): Promise<Listed<T> | undefined> {
  const { path, labelSelector, fieldSelector, intent, read, signal } = listing;
  const items: T[] = [];
  let resourceVersion: string | undefined;
  let next = '';
  do {
    const query = new URLSearchParams({
      limit: String(PAGE),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      ...(next === '' ? {} : { continue: next }),
    });
    const reply = await api.send(askFor(`${path}?${query.toString()}`, signal));
    if (reply.status === 410 && next !== '') return undefined;
    if (!isSuccess(reply)) throw refusalError(api.cluster, reply, intent);
    const page = readPage(api, api.parse(reply, intent), intent);
    resourceVersion ??= page.resourceVersion; // the first page's: those after it are of the same time, or later
    for (const item of page.items) items.push(read(item));
    if (page.next !== '' && page.next === next) {
      throw new ClusterError(api.cluster, 'malformed', `${show(intent)}: a page that continues with itself`);
    }
    next = page.next;
  } while (next !== '');
  return { items, resourceVersion };
}

function askFor(path: string, signal: AbortSignal | undefined): Ask {
  return { method: 'GET', path, verb: 'list', ...(signal === undefined ? {} : { signal }) };
}

interface Page {
  readonly items: readonly unknown[];
  readonly next: string;
  readonly resourceVersion: string;
}

function readPage(api: API, document: unknown, intent: Intent): Page {
  try {
    const list = required(record(document, ''), '', 'a list');
    const metadata = isRecord(list.metadata) ? list.metadata : {};
    if (!('items' in list)) throw new MalformedError('items', 'a list', undefined);
    return {
      items: listOf(list.items, 'items', (item) => item) ?? [], // null is Go's empty list
      next: text(metadata.continue, 'metadata.continue') ?? '',
      resourceVersion: text(metadata.resourceVersion, 'metadata.resourceVersion') ?? '',
    };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new ClusterError(api.cluster, 'malformed', `${show(intent)}: ${error.message}`, undefined, { cause: error });
  }
}
