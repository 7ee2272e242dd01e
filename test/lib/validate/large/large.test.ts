import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { writeClusterset } from '../../../../bench/fixtures.ts';
import { foundIn, short } from '../validated.ts';
import { FAULTS, type Site } from './faults.ts';

const SCALE = { clusters: 20, services: 500, exporters: 2 };
const PLANTED = 50;

let root = '';
let paths: readonly string[] = [];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'mcs-large-'));
  paths = writeClusterset(root, SCALE);
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

async function findings(): Promise<readonly string[]> {
  return (await foundIn(root, paths)).map(short).sort();
}

/** Always the same: a linear congruential generator (Numerical Recipes). */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; yield state) state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
}

function siteOf(service: number): Site {
  const path = (copy: number): string => paths[(service + copy) % SCALE.clusters] ?? '';
  const name = `service-${service}`;
  const fileIn = (cluster: string): string => join(root, cluster, `${name}.yaml`);
  return {
    service: name,
    namespace: `team-${service % 10}`,
    older: basename(path(0)),
    younger: basename(path(1)),
    read: (cluster) => readFileSync(fileIn(cluster), 'utf8'),
    write: (cluster, text, file = `${name}.yaml`) => {
      writeFileSync(join(root, cluster, file), text);
    },
    at: (cluster, text) => {
      const line = readFileSync(fileIn(cluster), 'utf8')
        .split('\n')
        .findIndex((each) => each.includes(text));
      return `${cluster}/${name}.yaml:${line + 1}`;
    },
  };
}

describe('20 clusters with 500 services', { timeout: 60_000 }, () => {
  it('have no finding as they are', async () => {
    expect(await findings()).toEqual([]);
  });

  it(`have the ${PLANTED} faults planted in them, and no others`, async () => {
    const faults = Object.values(FAULTS);
    const services = new Set<number>();
    for (const number of numbers(20_261_128)) {
      services.add(number % SCALE.services);
      if (services.size === PLANTED) break;
    }
    const expected = [...services].flatMap((service, index) => faults[index % faults.length]?.(siteOf(service)) ?? []);
    expect(expected.filter((line) => !line.includes(' < ')).length).toBeGreaterThanOrEqual(PLANTED);
    expect(await findings()).toEqual(expected.sort());
  });
});
