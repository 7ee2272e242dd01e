import { hasOpenSSL } from '../test/lib/clusters/kube/loopback.ts';
import type { Scratch } from './program.ts';
import { type Result, type Row, atMost } from './result.ts';
import { type Held, hold, makeProps } from './watches-hold.ts';

/** MB that 500 clusters may take. */
const MOST_MEMORY = 400;

/**
 * The watches of many clusters held against a load generator on loopback, which is none of an API server but its list and
 * watch: by our clusters and, for 100, by client-node's Watch. Every client and its server are processes of their own.
 */
export async function measureWatches(scratch: Scratch): Promise<Result> {
  if (!hasOpenSSL) return { rows: [], skipped: ['watches: no openssl program to make a certificate with'] };
  const props = await makeProps(scratch.folder('watches'));
  const few = await hold('ours', 100, props);
  const theirs = await hold('client-node', 100, props);
  const many = await hold('ours', 500, props);
  const plain = await hold('ours', 500, props, []);
  return { rows: rowsOf(few, theirs, many, plain), skipped: [] };
}

function rowsOf(few: Held, theirs: Held, many: Held, plain: Held): readonly Row[] {
  const row = (measure: string, ours: Held, other: Held, read: (held: Held) => number, unit: string): Row => ({
    measure,
    ours: `${show(read(ours))} ${unit}`,
    other: `${other === theirs ? 'client-node' : `${other.clusters} clusters`}: ${show(read(other))} ${unit}`,
    ratio: read(ours) / read(other),
  });
  const opened = (held: Held): number => held.openMilliseconds;
  const memory = (held: Held): number => held.megabytes;
  const cpu = (held: Held): number => held.cpu * 100;
  const events = (held: Held): number => held.eventsPerSecond;
  const connections = (held: Held): number => held.connections;
  return [
    row('100 clusters: until all watches are open', few, theirs, opened, 'ms'),
    row('100 clusters: connections', few, theirs, connections, ''),
    row('100 clusters: resident memory', few, theirs, memory, 'MiB'),
    row('100 clusters: processor at rest', few, theirs, cpu, '%'),
    row('100 clusters: events taken', few, theirs, events, 'a second'),
    row('500 clusters: until all watches are open', many, few, opened, 'ms'),
    {
      measure: '500 clusters: resident memory',
      ours: `${show(many.megabytes)} MiB`,
      other: `${MOST_MEMORY} MB`,
      ratio: (many.megabytes * 2 ** 20) / (MOST_MEMORY * 1e6),
      target: atMost(1),
    },
    {
      measure: "500 clusters: resident memory, Node's defaults",
      ours: `${show(plain.megabytes)} MiB`,
      other: `as deployed: ${show(many.megabytes)} MiB`,
      ratio: plain.megabytes / many.megabytes,
    },
    {
      measure: '500 clusters: memory for each more than 100',
      ours: `${show(((many.megabytes - few.megabytes) * 1024) / (many.clusters - few.clusters))} KiB`,
      other: `of the first 100: ${show((few.megabytes * 1024) / few.clusters)} KiB`,
      ratio: (many.megabytes - few.megabytes) / (many.clusters - few.clusters) / (few.megabytes / few.clusters),
      target: atMost(1),
    },
    row('500 clusters: processor at rest', many, few, cpu, '%'),
    row('500 clusters: events taken', many, few, events, 'a second'),
  ];
}

function show(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}
