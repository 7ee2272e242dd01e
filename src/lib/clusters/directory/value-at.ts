import { isRecord } from '../../api/reader.ts';

/** The item of a `List` within a `List` that a path such as `items[3].items[0]` leads to. */
export function valueAt(value: unknown, path: string): unknown {
  return [...path.matchAll(/items\[(\d+)\]/g)].reduce<unknown>((at, [, index]) => {
    const items = isRecord(at) ? at.items : undefined;
    return Array.isArray(items) ? (items[Number(index)] as unknown) : undefined;
  }, value);
}
