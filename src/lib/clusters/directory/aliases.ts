import { EVENT_ID } from 'js-yaml';
import type { Event } from 'js-yaml';

/** Most nodes that the aliases of one document may stand for, all expanded. */
export const MAX_ALIAS_NODES = 100_000;

/**
 * What is wrong with the aliases of a document, if anything. js-yaml resolves an alias to the very object of its anchor,
 * so that a few lines can stand for billions of nodes ("billion laughs") or for a node that holds itself; whoever walks
 * the value would never come back. Its own `maxAliases` counts alias nodes, and nine times nine are enough for a bomb,
 * so the nodes they stand for are counted here.
 */
export function checkAliases(events: readonly Event[], source: string): string | undefined {
  const sizes = new Map<string, number>();
  const open: { name: string | undefined; size: number }[] = [];
  let total = 0;
  const count = (name: string | undefined, size: number): void => {
    if (name !== undefined) sizes.set(name, size);
    const parent = open.at(-1);
    if (parent !== undefined) parent.size += size;
  };
  for (const event of events) {
    if (event.type === EVENT_ID.ALIAS) {
      const name = source.slice(event.anchorStart, event.anchorEnd);
      if (!sizes.has(name) && open.some((node) => node.name === name))
        return `the alias *${name} stands for a node that holds it`;
      const size = sizes.get(name) ?? 1;
      total += size;
      if (total > MAX_ALIAS_NODES) return `its aliases stand for more than ${MAX_ALIAS_NODES} nodes; write them out`;
      count(undefined, size);
    } else if (event.type === EVENT_ID.POP) {
      const node = open.pop();
      if (node !== undefined) count(node.name, node.size);
    } else if (event.type === EVENT_ID.SCALAR) {
      count(anchor(event, source), 1);
    } else {
      const name = event.type === EVENT_ID.DOCUMENT ? undefined : anchor(event, source);
      // An anchor may be given again: what it stood for before is nothing to an alias inside the new one.
      if (name !== undefined) sizes.delete(name);
      open.push({ name, size: 1 });
    }
  }
  return undefined;
}

function anchor(
  event: { readonly anchorStart: number; readonly anchorEnd: number },
  source: string,
): string | undefined {
  return event.anchorStart === -1 ? undefined : source.slice(event.anchorStart, event.anchorEnd);
}
