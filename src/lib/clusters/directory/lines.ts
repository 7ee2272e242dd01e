import { EVENT_ID, getScalarValue } from 'js-yaml';
import type { Event } from 'js-yaml';

/** Tells the line of an offset, counted from 1; quick when asked in rising order. */
export function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  let last = 0;
  return (offset) => {
    if (offset < last) {
      line = 1;
      next = text.indexOf('\n');
    }
    last = offset;
    for (; next !== -1 && next < offset; next = text.indexOf('\n', next + 1)) line++;
    return line;
  };
}

/** `spec.ports[0].port` or `metadata.labels["a.b"]` as its steps. */
export function steps(path: string): readonly string[] {
  if (path === '') return []; // asked of every document
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map((match) => {
    const [, quoted, index, name] = match;
    if (quoted !== undefined) return String(JSON.parse(`"${quoted}"`));
    return index ?? name ?? '';
  });
}

/**
 * Offset of the field that `path` leads to in the events of one document (`[DOCUMENT, root, …]`), or of the deepest one
 * on the way that exists, so that a missing field is looked for where it should be.
 */
export function offsetOf(events: readonly Event[], source: string, path: readonly string[]): number {
  let at = 1;
  let found = start(events[at]);
  for (const step of path) {
    const next = child(events, source, at, step);
    if (next === undefined) return found;
    at = next.value;
    found = next.shown;
  }
  return found;
}

/** Offsets of the entries of the list `items` of a document. */
export function itemOffsets(events: readonly Event[], source: string): readonly number[] {
  const items = child(events, source, 1, 'items')?.value;
  const offsets: number[] = [];
  if (items === undefined || events[items]?.type !== EVENT_ID.SEQUENCE) return offsets;
  for (let at = items + 1; isNode(events[at]); at = after(events, at)) offsets.push(start(events[at]));
  return offsets;
}

/** Index of the value that one step leads to, and the offset of its key. */
function child(
  events: readonly Event[],
  source: string,
  parent: number,
  step: string,
): { readonly value: number; readonly shown: number } | undefined {
  const event = events[parent];
  if (event?.type === EVENT_ID.SEQUENCE) {
    let at = parent + 1;
    for (let index = 0; isNode(events[at]); index++) {
      if (index === Number(step)) return { value: at, shown: start(events[at]) };
      at = after(events, at);
    }
  } else if (event?.type === EVENT_ID.MAPPING) {
    for (let at = parent + 1; isNode(events[at]);) {
      const key = events[at];
      const value = after(events, at);
      if (key?.type === EVENT_ID.SCALAR && getScalarValue(source, key) === step) return { value, shown: start(key) };
      at = after(events, value);
    }
  }
  return undefined;
}

function isNode(event: Event | undefined): boolean {
  return event !== undefined && event.type !== EVENT_ID.POP;
}

/** Index of the event behind the node that begins at an index. */
function after(events: readonly Event[], index: number): number {
  let depth = 0;
  let at = index;
  do {
    const type = events[at]?.type;
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++;
    else if (type === EVENT_ID.POP) depth--;
    at++;
  } while (depth > 0 && at < events.length);
  return at;
}

function start(event: Event | undefined): number {
  if (event === undefined) return 0;
  if ('start' in event) return event.start;
  if ('valueStart' in event && event.valueStart !== -1) return event.valueStart;
  return 'anchorStart' in event && event.anchorStart !== -1 ? event.anchorStart : 0;
}
