import { describe, expect, it } from 'vitest';
import { MARK, SERVICE_NAME_LABEL, SOURCE_CLUSTER_LABEL } from '../../src/lib/api/labels.ts';
import type { Json } from '../../src/lib/api/reader.ts';
import type { BodiedWrite } from './audit-bodies.ts';
import { FaultTimes } from './fault-times.ts';
import { Invariants, type InvariantsOptions, type Pause } from './invariants.ts';

/** A time long after the begin of the run. */
const NOW = 10_000_000;
const [MCS, OTHER] = ['mcs', 'other'];

/** Two clusters, what users did there, and one process under test. */
class Scene {
  readonly east = { name: 'east', faults: new FaultTimes() };
  readonly west = { name: 'west', faults: new FaultTimes() };
  readonly pauses: Pause[] = [];
  readonly births: number[] = [];
  readonly strangers = new Set<unknown>();
  /** `CLUSTER NAMESPACE/NAME` to when it was touched. */
  readonly touched = new Map<string, number>();
  isLive = true;
  readonly invariants: Invariants;

  constructor(isElected = false) {
    const world: InvariantsOptions['world'] = {
      uids: () => this.strangers,
      wasTouched: (site, namespace, name, from, to) => {
        const time = this.touched.get(`${site} ${namespace}/${name}`);
        return time !== undefined && time >= from && time <= to;
      },
      isLive: () => this.isLive,
    };
    const writers = [
      { user: MCS, pauses: this.pauses, births: this.births },
      { user: OTHER, pauses: [], births: [] },
    ];
    this.invariants = new Invariants({ sites: [this.east, this.west], world, writers, isElected });
  }

  /** What is said of these writes, without their history. */
  said(...writes: readonly BodiedWrite[]): readonly string[] {
    return this.invariants.check(writes).map((line) => line.split('; before it:')[0]?.split('): ')[1] ?? line);
  }
}

/** A write of mcs to an import in east, other than that as it is said. */
function write(fields: Partial<BodiedWrite> = {}): BodiedWrite {
  return {
    server: 'east',
    verb: 'patch',
    group: 'multicluster.x-k8s.io',
    resource: 'serviceimports',
    subresource: '',
    namespace: 'shop',
    name: 'web-0',
    user: MCS,
    code: 200,
    dryRun: false,
    received: NOW,
    answered: NOW + 10,
    request: { kind: 'ServiceImport' },
    response: object('1'),
    ...fields,
  };
}

function object(resourceVersion: string, uid = 'ours'): Json {
  return { metadata: { namespace: 'shop', name: 'web-0', uid, resourceVersion } };
}

const SLICE = { group: 'discovery.k8s.io', resource: 'endpointslices', name: 'web-0-1a2b3c' };

function written(source: string, service = 'web-0'): BodiedWrite {
  const labels = { ...MARK, [SERVICE_NAME_LABEL]: service, [SOURCE_CLUSTER_LABEL]: source };
  const response = { metadata: { namespace: 'shop', name: SLICE.name, uid: 'ours', resourceVersion: '1', labels } };
  return write({ ...SLICE, received: NOW - 3_000_000, answered: NOW - 3_000_000, code: 201, response });
}

function deleted(fields: Partial<BodiedWrite> = {}): BodiedWrite {
  return write({ ...SLICE, verb: 'delete', request: {}, response: { kind: 'Status', details: { uid: 'ours' } }, ...fields }); // prettier-ignore
}

describe('a write of a process that is not running', () => {
  const LINE = 'written while the process was not running';

  it('is wrong until it is started again', () => {
    const scene = new Scene();
    scene.pauses.push({ from: NOW - 2000, to: NOW + 1000 });
    expect(scene.said(write())).toEqual([LINE]);
    expect(scene.said(write({ received: NOW + 1001, response: object('2') }))).toEqual([]);
  });

  it('may have been on its way when the process ended', () => {
    const scene = new Scene();
    scene.pauses.push({ from: NOW - 400, to: Infinity });
    expect(scene.said(write())).toEqual([]);
    expect(scene.said(write({ received: NOW + 200, response: object('2') }))).toEqual([LINE]);
  });

  it('may have waited in a server that was hurt', () => {
    const scene = new Scene();
    scene.pauses.push({ from: NOW - 60_000, to: Infinity });
    scene.west.faults.begin(NOW - 9000, true).to = NOW - 2000;
    scene.east.faults.begin(NOW - 9000, true).to = NOW - 4000;
    expect(scene.said(write({ server: 'west' }), write())).toEqual([LINE]);
  });

  it('cannot have waited where connections are lost', () => {
    const scene = new Scene();
    scene.pauses.push({ from: NOW - 60_000, to: Infinity });
    scene.east.faults.begin(NOW - 9000);
    expect(scene.said(write())).toEqual([LINE]);
  });
});

describe('a write to what is not of mcs', () => {
  it('is wrong when a user made the object', () => {
    const scene = new Scene();
    scene.strangers.add('theirs');
    expect(scene.said(write({ response: object('1', 'theirs') }))).toEqual(['a stranger’s object was written']);
    expect(scene.said(write({ name: 'web-1', response: object('2') }))).toEqual([]);
  });

  it('is wrong when the answer to a delete names what a user made', () => {
    const scene = new Scene();
    scene.strangers.add('theirs');
    const response = { kind: 'Status', details: { uid: 'theirs' } };
    expect(scene.said(deleted({ response }))).toEqual(['a stranger’s object was written']);
    expect(scene.said(deleted())).toEqual([]);
  });

  it('is wrong when it is none of the kinds and names of mcs', () => {
    const wrong: readonly Partial<BodiedWrite>[] = [
      { resource: 'serviceexports' },
      { resource: 'services', name: 'web-0' },
      { resource: 'endpointslices', name: 'web-0.1' },
      { resource: 'namespaces' },
    ];
    for (const fields of wrong) {
      expect(new Scene().said(write(fields)), JSON.stringify(fields)).toEqual(['nothing that mcs may write']);
    }
    const right: readonly Partial<BodiedWrite>[] = [
      { resource: 'serviceexports', subresource: 'status' },
      { resource: 'services', name: 'derived-1a2b3c' },
      { resource: 'endpointslices', name: 'web-0-1a2b3c' },
      { group: 'events.k8s.io', resource: 'events' },
    ];
    for (const fields of right) expect(new Scene().said(write(fields)), JSON.stringify(fields)).toEqual([]);
  });

  it('is right on the status of an export, which is a user’s', () => {
    const scene = new Scene();
    scene.strangers.add('theirs');
    const response = object('1', 'theirs');
    expect(scene.said(write({ resource: 'serviceexports', subresource: 'status', response }))).toEqual([]);
  });

  it('is nobody’s business when somebody else made it, it was refused, or it was a rehearsal', () => {
    const scene = new Scene();
    const wrong = { resource: 'namespaces' };
    const all = [{ user: 'admin' }, { code: 409 }, { dryRun: true }].map((fields) => write({ ...wrong, ...fields }));
    expect(scene.said(...all)).toEqual([]);
    expect(Object.fromEntries(scene.invariants.counts.refused)).toEqual({ 409: 1 });
  });
});

describe('a delete of what a cluster gives', () => {
  const LINE = 'deleted a slice of west, which nobody has touched for 45 s';

  it('is wrong when it was left alone', () => {
    const scene = new Scene();
    expect(scene.said(written('west'), deleted())).toEqual([LINE]);
  });

  it('is right when the cluster does not give it', () => {
    const scene = new Scene();
    scene.isLive = false;
    expect(scene.said(written('west'), deleted())).toEqual([]);
  });

  it.each([
    ['the service at its source', 'west shop/web-0', []],
    ['the namespace at its source', 'west shop/', []],
    ['the namespace in the cluster itself', 'east shop/', []],
    ['the service of the same name in the cluster itself', 'east shop/web-0', [LINE]],
    ['another service at its source', 'west shop/web-1', [LINE]],
    ['a namespace of another name', 'west pay/', [LINE]],
  ])('after a touch of %s', (_title, key, lines) => {
    const scene = new Scene();
    scene.touched.set(key, NOW - 44_000);
    expect(scene.said(written('west'), deleted())).toEqual(lines);
  });

  it('is wrong when the touch was heard of long ago', () => {
    const scene = new Scene();
    scene.touched.set('west shop/web-0', NOW - 46_000);
    expect(scene.said(written('west'), deleted())).toEqual([LINE]);
  });

  it('is right when the touch is heard of only after a fault at either', () => {
    for (const hurt of ['east', 'west'] as const) {
      const scene = new Scene();
      scene.touched.set('west shop/web-0', NOW - 60_000);
      scene[hurt].faults.begin(NOW - 50_000).to = NOW - 40_000;
      expect(scene.said(written('west'), deleted()), hurt).toEqual([]);
    }
  });

  it.each([
    [
      'wrong when all was heard since the touch, also while faults follow each other',
      30_000,
      [LINE.replace('45', '25')],
    ],
    ['right when it was touched since', 20_000, []],
  ])('is %s', (_title, touchedAgo, lines) => {
    const scene = new Scene();
    scene.west.faults.begin(NOW - 50_000).to = NOW - 1000;
    scene.east.faults.begin(NOW - 40_000);
    scene.touched.set('west shop/web-0', NOW - touchedAgo);
    for (const site of ['east', 'west']) scene.invariants.settled(site, NOW - 25_000);
    expect(scene.said(written('west'), deleted())).toEqual(lines);
  });

  it('is right when all was heard of one of the two clusters only', () => {
    for (const heard of ['east', 'west']) {
      const scene = new Scene();
      for (const { faults } of [scene.east, scene.west]) faults.begin(NOW - 40_000);
      scene.touched.set('west shop/web-0', NOW - 60_000);
      scene.invariants.settled(heard, NOW - 25_000);
      expect(scene.said(written('west'), deleted()), heard).toEqual([]);
    }
  });

  it('is right when it was touched before it, and only afterwards all was heard', () => {
    const scene = new Scene();
    scene.touched.set('west shop/web-0', NOW - 1000);
    for (const site of ['east', 'west']) scene.invariants.settled(site, NOW + 1000);
    expect(scene.said(written('west'), deleted())).toEqual([]);
  });

  it('is counted as judged, or as excused', () => {
    const scene = new Scene();
    scene.said(written('west'), deleted());
    expect(scene.invariants.counts).toMatchObject({ judged: 1, excused: 0 });
    scene.touched.set('west shop/web-0', NOW - 1000);
    scene.said(written('west'), deleted());
    expect(scene.invariants.counts).toMatchObject({ judged: 1, excused: 1 });
  });

  it('counts the slices that stand, and those that it is on guard for', () => {
    const scene = new Scene();
    scene.said(written('west'), { ...written('stranger'), name: 'web-0-4d5e6f' });
    scene.invariants.survey(NOW);
    expect(scene.invariants.counts).toMatchObject({ standing: 1, guarded: 1 });
    scene.touched.set('west shop/web-0', NOW - 1000);
    scene.invariants.survey(NOW);
    expect(scene.invariants.counts).toMatchObject({ standing: 2, guarded: 1 });
    scene.isLive = false;
    scene.invariants.survey(NOW);
    scene.said(deleted());
    scene.isLive = true;
    scene.invariants.survey(NOW);
    expect(scene.invariants.counts).toMatchObject({ standing: 2, guarded: 1 });
  });

  it('is not judged where clusters disagree, or the slice is nobody’s', () => {
    const scene = new Scene();
    expect(scene.said(written('west', 'odd-0'), deleted())).toEqual([]);
    expect(scene.said(written('stranger'), deleted())).toEqual([]);
    expect(scene.said(deleted())).toEqual([]);
  });
});

describe('a write without a difference', () => {
  const LINE = 'written without a difference, 4990 ms after the last write';
  const before = (fields: Partial<BodiedWrite> = {}): BodiedWrite =>
    write({ received: NOW - 5000, answered: NOW - 4990, ...fields });
  const said = (scene: Scene, ...writes: readonly BodiedWrite[]): readonly string[] =>
    scene.said(...writes).map((line) => line.split(': ')[0] ?? '');

  it('is wrong when the answer has the version that the object had', () => {
    expect(said(new Scene(), before(), write())).toEqual([LINE]);
    expect(said(new Scene(), before(), write({ response: object('2') }))).toEqual([]);
  });

  it('is wrong after a user’s write, too', () => {
    expect(said(new Scene(), before({ user: 'admin', ...SLICE }), write(SLICE))).toEqual([LINE]);
  });

  it('is right after a delete', () => {
    expect(said(new Scene(), before(), deleted({ resource: 'serviceimports', group: 'multicluster.x-k8s.io', name: 'web-0' }), write())).toEqual([]); // prettier-ignore
  });

  it('is wrong by object', () => {
    expect(said(new Scene(), before(), write({ server: 'west' }), write({ name: 'web-1' }))).toEqual([]);
  });

  it('is right, and counted, when a fault may have kept the answer of the last from mcs', () => {
    const scene = new Scene();
    scene.east.faults.begin(NOW - 4000).to = NOW - 3000;
    expect(said(scene, before(), write())).toEqual([]);
    expect(scene.invariants.counts.repeated).toBe(1);
    const late = new Scene();
    late.east.faults.begin(NOW - 3000);
    expect(said(late, before(), write())).toEqual([LINE]);
  });

  it('is right, and counted, on an import that others wrote, too', () => {
    const scene = new Scene();
    expect(said(scene, before({ user: 'admin' }), write())).toEqual([]);
    expect(scene.invariants.counts.doubled).toBe(1);
  });
});

describe('a write of one of two processes', () => {
  let stamps = 0;
  /** A write of the Lease, some milliseconds from NOW. */
  const lease = (user: string, at: number, fields: Partial<BodiedWrite> = {}): BodiedWrite => {
    const times = { received: NOW + at, answered: NOW + at + 10 };
    const response = { metadata: { resourceVersion: `lease-${++stamps}` }, spec: { holderIdentity: user } };
    return write({
      group: 'coordination.k8s.io',
      resource: 'leases',
      name: 'mcs',
      user,
      ...times,
      response,
      ...fields,
    });
  };
  const given = (user: string, at: number): BodiedWrite =>
    lease(user, at, { response: { metadata: { resourceVersion: '9' }, spec: { holderIdentity: '' } } });
  const by = (user: string, at: number): BodiedWrite => write({ user, received: NOW + at, response: object(`${++stamps}`) }); // prettier-ignore

  it('is right while its Lease is renewed', () => {
    const scene = new Scene(true);
    expect(scene.said(lease(MCS, -12_000), by(MCS, -11_000), lease(MCS, -2000), by(MCS, 0))).toEqual([]);
    expect(scene.invariants.counts.led).toBe(2);
  });

  it('is wrong when nobody has the Lease', () => {
    expect(new Scene(true).said(by(MCS, 0))).toEqual(['written while nobody held the Lease']);
    expect(new Scene(false).said(by(MCS, 0))).toEqual([]);
  });

  it('is wrong while the other has it, but for what was on its way', () => {
    const turns = [lease(MCS, -9000), lease(OTHER, -3000)];
    const said = (user: string, at: number): readonly string[] => new Scene(true).said(...turns, by(user, at));
    expect(said(MCS, -4000)).toEqual([]);
    expect(said(OTHER, -4000)).toEqual(['written while mcs held the Lease']);
    expect(said(MCS, -2001)).toEqual([]);
    expect(said(MCS, -1999)).toEqual(['written while other held the Lease']);
    expect(said(OTHER, -2999)).toEqual([]);
  });

  it('is wrong after it gave the Lease up, and right again when it has it again', () => {
    const turns = [lease(MCS, -9000), given(MCS, -5000), lease(MCS, -2000)];
    const said = (at: number): readonly string[] => new Scene(true).said(...turns, by(MCS, at));
    expect(said(-4100)).toEqual([]);
    expect(said(-3900)).toEqual(['written while nobody held the Lease']);
    expect(said(-1900)).toEqual([]);
  });

  it('is wrong when it has not renewed its Lease for long, also while nobody else has it', () => {
    const said = (renewed: number): readonly string[] => new Scene(true).said(lease(MCS, renewed), by(MCS, 0));
    expect(said(-11_000)).toEqual([]);
    expect(said(-11_001)).toEqual(['written 11001 ms after the last renewal of the Lease']);
  });

  it('is wrong when the last renewal was of the other', () => {
    const turns = [lease(MCS, -12_000), lease(OTHER, -500)];
    expect(new Scene(true).said(...turns, by(MCS, 0))).toEqual([
      'written 12000 ms after the last renewal of the Lease',
    ]);
  });

  it('is wrong when an earlier process of the same user had the Lease, until this one has it', () => {
    const said = (...turns: readonly BodiedWrite[]): readonly string[] => {
      const scene = new Scene(true);
      scene.births.push(NOW - 60_000, NOW - 2000);
      return scene.said(...turns, by(MCS, 0));
    };
    expect(said(lease(MCS, -3000))).toEqual(['written while an earlier process held the Lease']);
    expect(said(lease(MCS, -3000), lease(MCS, -1000))).toEqual([]);
  });

  it('gets no right from a renewal that was refused', () => {
    const scene = new Scene(true);
    expect(scene.said(lease(MCS, -100, { code: 409 }), by(MCS, 0))).toEqual(['written while nobody held the Lease']);
  });

  it('gets its right from a Lease that is read with it, in whatever order', () => {
    expect(new Scene(true).said(by(MCS, 0), lease(MCS, -100))).toEqual([]);
  });

  it('may have waited in a server that was hurt, and is not counted then', () => {
    const scene = new Scene(true);
    scene.east.faults.begin(NOW - 9000, true).to = NOW - 2000;
    expect(scene.said(by(MCS, 0))).toEqual([]);
    expect(scene.invariants.counts.led).toBe(0);
    expect(scene.said({ ...by(MCS, 0), server: 'west' })).toEqual(['written while nobody held the Lease']);
  });

  it('may be without a difference when what the other wrote is not heard yet', () => {
    const said = (user: string, settled = 0, fields: Partial<BodiedWrite> = SLICE): readonly string[] => {
      const scene = new Scene();
      scene.east.faults.begin(NOW - 40_000).to = NOW - 30_000;
      scene.invariants.settled('east', settled);
      const first = write({ ...fields, user, received: NOW - 20_000, answered: NOW - 20_000 });
      return scene.said(first, write(fields)).map((line) => line.split(',')[0] ?? '');
    };
    expect(said(OTHER)).toEqual([]);
    expect(said(OTHER, NOW - 21_000)).toEqual([]);
    expect(said(OTHER, NOW - 10_000)).toEqual(['written without a difference']);
    expect(said(OTHER, NOW - 10_000, {})).toEqual([]); // whether an import was heard of is not known
    expect(said(MCS)).toEqual(['written without a difference']);
  });
});

it('tells what was done to the object before', () => {
  const { invariants } = new Scene();
  const theirs = { ...SLICE, name: 'web-0.1' };
  const [line] = invariants.check([write({ ...theirs, user: 'admin', verb: 'create' }), write(theirs)]);
  const [first, second] = line?.split('\n') ?? [];
  expect(first).toMatch(/ east patch endpointslices shop\/web-0\.1 \(200\): nothing that mcs may write; before it:$/);
  expect(second).toMatch(/ admin create {2}→ 1 /);
});
