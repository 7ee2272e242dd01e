import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Context } from '../src/context.ts';
import type { ControllerState } from '../src/lib/controller/controller-options.ts';
import type { Entry } from '../src/lib/controller/journal.ts';
import { ClusterError } from '../src/lib/errors.ts';
import { WatchDisplay, type DisplayOptions } from '../src/watch-display.ts';
import { joined, world } from './lib/controller/world.ts';

const TIME = '2026-01-02T03:04:05.678Z';
const WIPE = '\r\u001b[2K';

const CHANGE = {
  cluster: 'east',
  verb: 'create',
  kind: 'ServiceImport',
  object: 'shop/cart',
  fields: [],
  reason: 'exported by west',
} as const;
const CREATED: Entry = { type: 'change', change: CHANGE };
const READ: Entry = { type: 'read', cluster: 'west', kind: 'Service', synced: true };
const NO_ANSWER: Entry = {
  type: 'problem',
  problem: { cluster: 'west', object: '', message: 'no answer', next: 'check the VPN', severity: 'partial' },
};
const CREATED_LINE = `${TIME}  east  create  ServiceImport shop/cart  (exported by west)\n`;
const NO_ANSWER_LINES = [`${TIME}  error: west: no answer\n`, `${TIME}    next: check the VPN\n`];
const READ_LINE = `${TIME}  west  read  Service\n`;
const LIVE = `${WIPE}1/2 clusters synced, 2 queued`;

interface Shown {
  readonly display: WatchDisplay;
  /** What was written, in order, each after the name of its stream. */
  readonly written: (readonly [stream: 'stdout' | 'stderr', text: string])[];
}

interface Terminals {
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly columns?: number;
}

function shown(
  { stdout = true, stderr = true, columns = 100 }: Terminals,
  options: Partial<DisplayOptions> = {},
): Shown {
  const written: Shown['written'] = [];
  const context: Context = {
    stdin: process.stdin,
    stdout: { write: (text) => written.push(['stdout', text]), isTTY: stdout },
    stderr: { write: (text) => written.push(['stderr', text]), isTTY: stderr, columns },
    env: {},
    signal: new AbortController().signal,
  };
  return {
    display: new WatchDisplay(context, { json: false, verbose: false, quiet: false, now: () => 125_000, ...options }),
    written,
  };
}

/** Of two clusters one does not answer yet; two keys are queued. */
async function halfRead(): Promise<ControllerState> {
  const [east, west] = [joined('east'), joined('west')];
  west.factsWait = new Promise(() => undefined);
  const { controller, run } = world();
  await controller.update([east, west]);
  await run();
  const { state } = controller;
  for (const key of ['shop/cart', 'shop/till']) state.clusters[0]?.queue.add(key);
  return state;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(TIME) });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('on a terminal', () => {
  it('is one live line: clusters synced, keys queued, and the last change', async () => {
    const state = await halfRead();
    const { display, written } = shown({});
    display.state(state);
    display.entry(CREATED);
    display.state(state);
    display.end();
    display.end();
    expect(written).toEqual([
      ['stderr', LIVE],
      ['stderr', `${LIVE}, last: east  create  ServiceImport shop/cart  (exported by west)`],
      ['stderr', WIPE],
    ]);
  });

  it('fits the width of the terminal', async () => {
    const state = await halfRead();
    const { display, written } = shown({ columns: 24 });
    display.state(state);
    expect(written).toEqual([['stderr', `${WIPE}1/2 clusters synced, 2…`]]);
  });

  it('says which cluster is away, and for how long', async () => {
    const [east, west] = [joined('east'), joined('west')];
    const { controller, run } = world();
    await controller.update([east, west]);
    await run();
    west.fail(new ClusterError('west', 'unreachable', 'no answer'));
    await run();
    const { display, written } = shown({});
    display.state(controller.state);
    expect(written).toEqual([['stderr', `${WIPE}1/2 clusters synced (west away for 2m), 0 queued`]]);
  });

  it('takes the live line away before a problem, and what to do about it', async () => {
    const state = await halfRead();
    const { display, written } = shown({});
    display.state(state);
    display.entry(NO_ANSWER);
    display.state(state);
    expect(written).toEqual([LIVE, WIPE, ...NO_ANSWER_LINES, LIVE].map((text) => ['stderr', text]));
  });

  it('takes the live line away before a defect of mcs itself', async () => {
    const state = await halfRead();
    const { display, written } = shown({});
    display.state(state);
    display.defect('cannot be');
    expect(written.map(([, text]) => text)).toEqual([LIVE, WIPE, 'error: a defect of mcs: cannot be\n']);
  });

  it('has a line for each change and each read with -v, above the live line', async () => {
    const state = await halfRead();
    const { display, written } = shown({}, { verbose: true });
    display.state(state);
    display.entry(READ);
    display.entry(CREATED);
    expect(written).toEqual([
      ['stderr', LIVE],
      ['stderr', WIPE],
      ['stderr', READ_LINE],
      ['stdout', CREATED_LINE],
    ]);
  });

  it('keeps the live line when the changes go to a file', async () => {
    const state = await halfRead();
    const { display, written } = shown({ stdout: false });
    display.state(state);
    display.entry(CREATED);
    display.state(state);
    expect(written).toEqual([
      ['stderr', LIVE],
      ['stderr', WIPE],
      ['stdout', CREATED_LINE],
      ['stderr', `${LIVE}, last: east  create  ServiceImport shop/cart  (exported by west)`],
    ]);
  });

  it('has no live line when quiet, but a line for each change and problem', async () => {
    const state = await halfRead();
    const { display, written } = shown({}, { quiet: true });
    display.state(state);
    display.entry(READ);
    display.entry(CREATED);
    display.entry(NO_ANSWER);
    display.end();
    expect(written).toEqual([['stdout', CREATED_LINE], ...NO_ANSWER_LINES.map((text) => ['stderr', text])]);
  });
});

describe('where stderr is no terminal', () => {
  it.each([
    ['the changes', {}, []],
    ['and, with -v, the reads', { verbose: true }, [['stderr', READ_LINE]]],
  ])('is a line for each thing, without a control character: %s', async (_title, options, reads) => {
    const state = await halfRead();
    const { display, written } = shown({ stdout: false, stderr: false }, options);
    display.state(state);
    display.entry(READ);
    display.entry(CREATED);
    display.entry({ type: 'change', change: { ...CHANGE, reason: 'a\u001b[2K\rb' } });
    display.entry(NO_ANSWER);
    display.state(state);
    display.end();
    expect(written).toEqual([
      ...reads,
      ['stdout', CREATED_LINE],
      ['stdout', CREATED_LINE.replace('exported by west', 'a\\x1b[2K\\x0db')],
      ...NO_ANSWER_LINES.map((text) => ['stderr', text]),
    ]);
  });
});

describe('-o json', () => {
  it.each([
    ['without reads', {}, [CREATED, NO_ANSWER]],
    ['with -v, reads too', { verbose: true }, [READ, CREATED, NO_ANSWER]],
  ])('is one object a line on stdout, and nothing else, on a terminal too: %s', async (_title, options, entries) => {
    const state = await halfRead();
    const { display, written } = shown({}, { json: true, ...options });
    display.state(state);
    for (const entry of [READ, CREATED, NO_ANSWER]) display.entry(entry);
    display.state(state);
    display.end();
    expect(written.map(([stream]) => stream)).toEqual(entries.map(() => 'stdout'));
    const lines = written
      .map(([, text]) => text)
      .join('')
      .split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(entries.map((entry) => ({ time: TIME, ...entry })));
  });
});
