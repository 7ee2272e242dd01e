import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/lib/controller/journal.ts';
import { entryJSON, entryLines, liveLine } from '../../../src/lib/output/watch-text.ts';

const TIME = '2026-01-02T03:04:05.678Z';

const CREATED: Entry = {
  type: 'change',
  change: { cluster: 'east', verb: 'create', kind: 'ServiceImport', object: 'shop/cart', fields: [], reason: 'exported by west' }, // prettier-ignore
};
const UPDATED: Entry = {
  type: 'change',
  change: { cluster: 'east', verb: 'update', kind: 'ServiceImport', object: 'shop/cart', fields: ['spec.ports', 'status.ips'], reason: 'derived' }, // prettier-ignore
};
const UNREACHED = { cluster: 'west', object: '', message: 'no answer', severity: 'partial' } as const;
const TAKEN = { cluster: 'west', object: 'ServiceImport shop/cart', message: 'not made by mcs', severity: 'warning', next: 'delete it' } as const; // prettier-ignore

describe('a line for each thing that happens', () => {
  it.each<readonly [title: string, entry: Entry, lines: readonly string[]]>([
    ['a change and its reason', CREATED, ['east  create  ServiceImport shop/cart  (exported by west)']],
    ['an update and what differs in the spec', UPDATED, ['east  update  ServiceImport shop/cart  (spec.ports)']],
    ['a problem of a cluster', { type: 'problem', problem: UNREACHED }, ['error: west: no answer']],
    [
      'a problem of an object, and below it what to do',
      { type: 'problem', problem: TAKEN },
      ['warning: west: ServiceImport shop/cart: not made by mcs', '  next: delete it'],
    ],
    ['the end of a problem', { type: 'solved', problem: UNREACHED }, ['west: no longer: no answer']],
    [
      'the end of a problem of an object, without what to do',
      { type: 'solved', problem: TAKEN },
      ['west: no longer: ServiceImport shop/cart: not made by mcs'],
    ],
    [
      'what is watched',
      { type: 'ready', clusterset: 'prod', members: ['east', 'west'] },
      ['clusterset prod: watching east, west'],
    ],
    [
      'that no member can be read yet',
      { type: 'ready', clusterset: 'prod', members: [] },
      ['clusterset prod: waiting for a member that can be read'],
    ],
    [
      'that nothing is watched',
      { type: 'ready', clusterset: undefined, members: [] },
      ['no cluster that answered is a member of a clusterset; waiting for one: mcs join CLUSTERSET --context NAME'],
    ],
    ['who takes part', { type: 'joined', cluster: 'west', id: 'w1' }, ['west: takes part as "w1"']],
    ['who does no longer', { type: 'left', cluster: 'west', id: 'w1' }, ['west: no longer takes part ("w1")']],
    ['a list that was read', { type: 'read', cluster: 'west', kind: 'Service', synced: true }, ['west  read  Service']],
    ['a watch lost', { type: 'read', cluster: 'west', kind: 'Service', synced: false }, ['west  lost  Service']],
    ['a warning', { type: 'warning', message: 'two clusters are "w1"' }, ['warning: two clusters are "w1"']],
    ['the leader', { type: 'leading', held: 1, all: 1 }, ['leads: this process writes']],
    ['who waits', { type: 'leading', held: 0, all: 1 }, ['does not lead: another process writes']],
    ['shards', { type: 'leading', held: 2, all: 6 }, ['holds 2 of 6 shards']],
  ])('tells %s', (_title, entry, lines) => {
    expect(entryLines(entry, TIME)).toEqual(lines.map((line) => `${TIME}  ${line}`));
  });

  it('shows what a terminal would obey, and stays one line', () => {
    const message = 'bad\u001b[2K\nerror: forged \u202eright to left';
    expect(entryLines({ type: 'warning', message }, TIME)).toEqual([
      `${TIME}  warning: bad\\x1b[2K\\x0aerror: forged \\u{202e}right to left`,
    ]);
  });
});

it('is one JSON object a line, with the time first', () => {
  expect(entryJSON(CREATED, TIME)).toBe(
    `{"time":"${TIME}","type":"change","change":{"cluster":"east","verb":"create","kind":"ServiceImport","object":"shop/cart","fields":[],"reason":"exported by west"}}\n`,
  );
  const hostile = entryJSON({ type: 'warning', message: 'a\nb' }, TIME);
  expect(hostile.split('\n')).toHaveLength(2);
  expect(JSON.parse(hostile)).toEqual({ time: TIME, type: 'warning', message: 'a\nb' });
});

describe('the live line', () => {
  const STATE = { synced: 2, clusters: 3, away: [], queued: 4, last: undefined };

  it('says how much is known and queued, and the last change', () => {
    expect(liveLine(STATE, 80)).toBe('2/3 clusters synced, 4 queued');
    expect(liveLine({ ...STATE, last: 'east  create  ServiceImport shop/cart  (exported by west)' }, 200)).toBe(
      '2/3 clusters synced, 4 queued, last: east  create  ServiceImport shop/cart  (exported by west)',
    );
  });

  it('says which clusters are away and for how long, the longest first', () => {
    const west = { cluster: 'west', milliseconds: 90_000 };
    expect(liveLine({ ...STATE, away: [west] }, 80)).toBe('2/3 clusters synced (west away for 90s), 4 queued');
    const [north, ...more] = ['north', 'south', 'up', 'down'].map((cluster, index) => ({
      cluster,
      milliseconds: 600_000 - index * 300_000,
    }));
    if (north === undefined) throw new Error('no north');
    expect(liveLine({ ...STATE, away: [west, ...more, north] }, 100)).toBe(
      '2/3 clusters synced (north away for 10m, south for 5m, 3 more), 4 queued',
    );
  });

  it('leaves the last column free, so that no terminal wraps it', () => {
    const line = liveLine({ ...STATE, last: 'x'.repeat(100) }, 40);
    expect(line).toBe('2/3 clusters synced, 4 queued, last: x…');
    expect(line).toHaveLength(39);
  });

  it('obeys nothing that an object says', () => {
    expect(liveLine({ ...STATE, last: 'a\u001b[2Jb' }, 80)).toBe('2/3 clusters synced, 4 queued, last: a\\x1b[2Jb');
  });
});
