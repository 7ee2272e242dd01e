/**
 * `node scripts/soak.ts --minutes 60 --seed 1 --processes 2`: keeps a clusterset of four real API servers reconciled beside
 * random users and faults, logs a line a minute, and says at the end what was wrong. Memory that grew by more than a quarter
 * from the second quarter of the time to the last is wrong, too, and so is a run that could have seen too little. Needs
 * a build.
 * Two processes agree by a Lease on who writes. Whatever stands after `--` goes to `mcs reconcile --watch`.
 */
import { parseArgs } from 'node:util';
import { startFleet } from '../test/faults/fleet.ts';
import { randomRun, type Sample } from '../test/faults/random-run.ts';
import { findAssets } from '../test/kube/assets.ts';

const { values, positionals } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    clusters: { type: 'string', default: '4' },
    processes: { type: 'string', default: '1' },
  },
  allowPositionals: true,
});
const [minutes, seed, clusters] = [Number(values.minutes), Number(values.seed), Number(values.clusters)];
const processes = values.processes === '1' ? 1 : 2;
const NAMES = ['east', 'west', 'north', 'south', 'up', 'down'];

/** More than garbage explains: from one quarter of an hour to another the median of the heap goes up and down by a tenth. */
const GROWTH = 1.25;

process.exitCode = await soak();

async function soak(): Promise<number> {
  const assets = await findAssets();
  if ('unavailable' in assets) {
    say(assets.unavailable);
    return 1;
  }
  say(`seed ${seed}, ${minutes} min, ${clusters} clusters`);
  const fleet = await startFleet(assets, NAMES.slice(0, clusters));
  const samples: Sample[] = [];
  let told = 0;
  try {
    const { wrong, log, ...last } = await randomRun({
      fleet,
      seed,
      milliseconds: minutes * 60_000,
      chaos: 30_000,
      longest: 20_000,
      operationEvery: 500,
      faultEvery: 4000,
      processes,
      // Then one process lives on, so that its memory can be compared over the time.
      mayKill: (part) => part < 0.2,
      slow: true,
      args: positionals,
      onSample: (sample) => {
        samples.push(sample);
        if (sample.elapsed < told + 60_000) return;
        told = sample.elapsed;
        say(lineOf(sample));
      },
    });
    say(lineOf(last));
    const memory = memoryOf(samples, minutes * 60_000);
    say(memory.text);
    const blind = [
      ...(last.standing === 0 || last.guarded < 0.4 * last.standing
        ? ['most deletes of slices of live services would have been excused']
        : []),
      ...(processes > 1 && last.led <= 0.2 * last.writes ? ['few writes were held against the Lease'] : []),
      ...(last.repeated > 0.05 * last.writes ? ['many writes were excused that made no difference'] : []),
    ];
    for (const line of blind) say(line);
    if (wrong.length === 0 && !memory.grew && blind.length === 0) {
      say(`nothing wrong; seed ${seed}`);
      return 0;
    }
    say(`the last operations and faults:\n${log.slice(-200).join('\n')}`);
    say(`wrong, with seed ${seed}:\n${wrong.join('\n')}`);
    return 1;
  } finally {
    await fleet.end();
  }
}

function lineOf(sample: Sample): string {
  const {
    elapsed,
    resident,
    heap,
    operations,
    faults,
    writes,
    repeated,
    doubled,
    refused,
    checks,
    settled,
    slowest,
    standing,
    guarded,
    led,
    judged,
    excused,
    violations,
  } = sample;
  const codes = Object.entries(refused).map(([code, count]) => `${code}: ${count}`);
  return [
    `${(elapsed / 60_000).toFixed(1)} min`,
    `RSS ${mebibytes(resident)} MiB`,
    `heap ${mebibytes(heap)} MiB`,
    `${operations} operations`,
    `${faults} faults`,
    `${writes} writes (${repeated} repeated after a fault, ${doubled} tried before a patch, ${led} held against the Lease; refused ${codes.join(', ') || 'none'})`,
    `${checks} checks (${settled.toFixed(1)} knew that all was heard), slowest settled in ${(slowest / 1000).toFixed(1)} s`,
    `${percent(guarded, standing)} % of live slices guarded, ${judged} deletes judged, ${excused} excused`,
    `${violations} violations`,
  ].join(', ');
}

/** The last quarter of the time beside the second, of one process; what cannot be compared counts as grown. */
function memoryOf(samples: readonly Sample[], whole: number): { readonly text: string; readonly grew: boolean } {
  const started = samples.at(-1)?.started;
  const quarter = (number: number): readonly Sample[] =>
    samples.filter((one) => one.started === started && Math.floor((4 * one.elapsed) / whole) === number - 1);
  const growth = (of: (sample: Sample) => number | undefined): { readonly text: string; readonly ratio: number } => {
    const [second, last] = [median(quarter(2).map(of)), median(quarter(4).map(of))];
    if (second === undefined || last === undefined) return { text: 'not known', ratio: Infinity };
    const ratio = last / second;
    return { text: `${ratio.toFixed(2)} (${mebibytes(second)} → ${mebibytes(last)} MiB)`, ratio };
  };
  const [resident, heap] = [growth((one) => one.resident), growth((one) => one.heap)];
  const text = `median of the last quarter to that of the second: RSS ${resident.text}, heap ${heap.text}`;
  return { text, grew: Math.max(resident.ratio, heap.ratio) > GROWTH };
}

function median(values: readonly (number | undefined)[]): number | undefined {
  const sorted = values.filter((value) => value !== undefined).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '?' : ((100 * part) / whole).toFixed(0);
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '?' : (bytes / 1_048_576).toFixed(0);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
