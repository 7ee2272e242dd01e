/** Runs a function over items, at most `limit` at a time; results in the order of the items. The first throw ends it. */
export async function inParallel<T, R>(
  items: Iterable<T>,
  limit: number,
  run: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const queue = numbered(items);
  const results: R[] = [];
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, limit) }, worker));
  return results;
}

/** One at a time, so that what was handed out need not be kept. */
function* numbered<T>(items: Iterable<T>): Generator<readonly [number, T]> {
  let index = 0;
  for (const item of items) yield [index++, item];
}
