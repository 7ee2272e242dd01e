import { MalformedError, isRecord, listOf, record, required, text } from '../../api/reader.ts';
import { ClusterError } from '../../errors.ts';
import { type API, isSuccess } from './api.ts';
import { refusalError, show, type Intent } from './status.ts';

/** Objects per page. */
const PAGE = 500;

/** How often a list may begin anew because its pages expired (the server keeps them 5 minutes). */
const MAX_RESTARTS = 3;

/**
 * All items of a list, page by page. When a page has expired (410) everything begins anew: the rest alone would be of
 * another time. @throws ClusterError, so that a list is never partial
 */
export async function listAll(
  api: API,
  path: string,
  labelSelector: string | undefined,
  intent: Intent,
): Promise<readonly unknown[]> {
  for (let restarts = 0; restarts <= MAX_RESTARTS; restarts++) {
    const items = await listOnce(api, path, labelSelector, intent);
    if (items !== undefined) return items;
  }
  throw new ClusterError(
    api.cluster,
    'failed',
    `${show(intent)}: its pages expired ${MAX_RESTARTS + 1} times while they were read`,
  );
}

/** All items, or undefined when a page other than the first has expired. */
async function listOnce(
  api: API,
  path: string,
  labelSelector: string | undefined,
  intent: Intent,
): Promise<readonly unknown[] | undefined> {
  const items: unknown[] = [];
  let next = '';
  do {
    const query = new URLSearchParams({
      limit: String(PAGE),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(next === '' ? {} : { continue: next }),
    });
    const reply = await api.send({ method: 'GET', path: `${path}?${query.toString()}` });
    if (reply.status === 410 && next !== '') return undefined;
    if (!isSuccess(reply)) throw refusalError(api.cluster, reply, intent);
    const page = readPage(api, api.parse(reply, intent), intent);
    for (const item of page.items) items.push(item);
    if (page.next !== '' && page.next === next) {
      throw new ClusterError(api.cluster, 'malformed', `${show(intent)}: a page that continues with itself`);
    }
    next = page.next;
  } while (next !== '');
  return items;
}

function readPage(api: API, document: unknown, intent: Intent): { items: readonly unknown[]; next: string } {
  try {
    const list = required(record(document, ''), '', 'a list');
    const metadata = isRecord(list.metadata) ? list.metadata : {};
    if (!('items' in list)) throw new MalformedError('items', 'a list', undefined);
    return {
      items: listOf(list.items, 'items', (item) => item) ?? [], // null is Go's empty list
      next: text(metadata.continue, 'metadata.continue') ?? '',
    };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new ClusterError(api.cluster, 'malformed', `${show(intent)}: ${error.message}`, undefined, { cause: error });
  }
}
