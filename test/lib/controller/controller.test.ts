import { describe, expect, it } from 'vitest';
import { ClusterError } from '../../../src/lib/errors.ts';
import { FakeCluster } from './fake-cluster.ts';
import { exported, joined, leftToDo, offers, property, service, slice, world } from './world.ts';

const AWAY = new ClusterError('west', 'unreachable', 'no route to host');

const sources = (cluster: FakeCluster, name = 'cart'): readonly string[] =>
  (cluster.find('ServiceImport', `shop/${name}`)?.status?.clusters ?? []).map((entry) => entry.cluster);
const forget = (...clusters: readonly FakeCluster[]): void => {
  for (const { writes } of clusters) writes.length = 0;
};

// A machine that is busy takes longer; nothing here is about time.
describe('a controller', { timeout: 120_000 }, () => {
  it('brings what one cluster exports to all, and then writes nothing', async () => {
    const [east, west] = [joined('east'), joined('west')];
    offers(east, 'cart', '10.0.0.1');
    const { controller, run, clock } = world({ resync: 60_000 });
    await controller.update([east, west]);
    await run();
    await run();
    expect(sources(west)).toEqual(['east']);
    expect(leftToDo([east, west])).toEqual([]);
    forget(east, west);
    clock.turn(60_000);
    await run();
    await run(60_000);
    expect([...east.writes, ...west.writes]).toEqual([]);
  });

  it('writes nothing before every cluster was read or has failed', async () => {
    const [east, west] = [joined('east'), joined('west')];
    offers(east, 'cart', '10.0.0.1');
    const { promise, resolve } = Promise.withResolvers<undefined>();
    west.factsWait = promise;
    const { controller, run } = world();
    await controller.update([east, west]);
    await run();
    await run(10_000);
    expect(east.writes).toEqual([]);
    west.error = AWAY;
    resolve(undefined);
    await run();
    await run();
    expect(sources(east)).toEqual(['east']);
    expect(controller.state.roster.problems).toMatchObject([{ cluster: 'west', message: 'no route to host' }]);
  });

  it('rule 19: keeps what an unreachable cluster gave, known or not', async () => {
    const [east, west] = [joined('east'), joined('west')];
    offers(west, 'cart', '10.0.1.1');
    offers(east, 'cart', '10.0.0.1');
    const first = world();
    await first.controller.update([east, west]);
    await first.run();
    await first.run();
    expect(sources(east)).toEqual(['east', 'west']);
    west.fail(AWAY);
    slice(east, 'cart', ['10.0.0.3']);
    await first.run();
    await first.run();
    expect(sources(east)).toEqual(['east', 'west']);
    first.controller.close();

    const second = world(); // it has never seen west
    await second.controller.update([east, west]);
    await second.run();
    slice(east, 'cart', ['10.0.0.2']);
    await second.run();
    expect(sources(east)).toEqual(['east', 'west']);
    expect(east.all('EndpointSlice').map(({ endpoints }) => endpoints[0]?.addresses[0])).toContain('10.0.1.1');
  });

  it('rule 19: takes nobody for empty whose API server has just started and denies kinds that it serves', async () => {
    const [east, west] = [joined('east'), joined('west')];
    offers(west, 'cart', '10.0.1.1');
    offers(east, 'cart', '10.0.0.1');
    const first = world();
    await first.controller.update([east, west]);
    await first.run();
    await first.run();
    first.controller.close();
    forget(east, west);

    for (const kind of ['ServiceExport', 'ServiceImport'] as const) west.denied.add(kind);
    const second = world();
    await second.controller.update([east, west]);
    await second.run();
    await second.run();
    expect([...east.writes, ...west.writes]).toEqual([]);
    west.recover();
    await second.run();
    await second.run();
    expect([...east.writes, ...west.writes]).toEqual([]);
    expect(sources(east)).toEqual(['east', 'west']);
  });

  it('asks anew what a cluster is that denies what is heard of it', async () => {
    const [east, west] = [joined('east'), joined('west')];
    const { controller, run } = world({ resync: 10_000 });
    await controller.update([east, west]);
    await run();
    west.served = { mcsVersions: [] }; // as its API server says that has just started
    await run(10_000);
    await run();
    offers(east, 'cart', '10.0.0.1');
    await run(500);
    expect(west.writes).toEqual([]);
    west.served = {};
    await run(1000); // long before the next look at everything
    await run();
    expect(sources(west)).toEqual(['east']);
  });

  it('catches up with a cluster that comes back', async () => {
    const [east, west] = [joined('east'), joined('west')];
    const { controller, run } = world();
    await controller.update([east, west]);
    await run();
    west.fail(AWAY);
    await run();
    offers(east, 'cart', '10.0.0.1');
    await run();
    forget(west);
    expect(west.writes).toEqual([]);
    west.recover();
    await run();
    expect(sources(west)).toEqual(['east']);
  });

  it('lets a slow cluster delay no other', async () => {
    const [east, west] = [joined('east'), joined('west')];
    const { controller, run } = world();
    await controller.update([east, west]);
    await run();
    west.repliesAtOnce = false;
    for (let count = 0; count < 70; count++) offers(east, `s${count}`, '10.0.0.1');
    await run();
    expect(east.all('ServiceImport')).toHaveLength(70);
    expect(west.writes).toHaveLength(16); // what it is sent at once, all without a reply
  });

  it('works again on what changed while in work', async () => {
    const [east, west] = [joined('east'), joined('west')];
    const { controller, run } = world();
    await controller.update([east, west]);
    await run();
    east.repliesAtOnce = false;
    west.repliesAtOnce = false;
    offers(east, 'cart', '10.0.0.1');
    await run();
    slice(east, 'cart', ['10.0.0.2']);
    for (let round = 0; round < 20; round++) {
      while (east.reply() || west.reply());
      await run();
    }
    expect(leftToDo([east, west])).toEqual([]);
  });

  it('tells the others what somebody changed while mcs wrote a status', async () => {
    const [east, west] = [joined('east'), joined('west')];
    const { controller, run } = world();
    await controller.update([east, west]);
    await run();
    offers(east, 'cart', '10.0.0.1');
    await run();
    // A status is due in east; its watch of exports lags behind, so that the reply is the first to tell of the new spec.
    east.tellsAtOnce = false;
    service(west, 'cart', 81);
    exported(east, 'cart', { team: 'a' });
    exported(west, 'cart');
    await run();
    while (east.deliver('ServiceExport'));
    await run();
    expect(west.find('ServiceImport', 'shop/cart')?.metadata.labels).toMatchObject({ team: 'a' });
  });

  it('does not write a cluster any more that is not among those given', async () => {
    const [east, west] = [joined('east'), joined('west')];
    const { controller, run } = world();
    await controller.update([east, west]);
    await run();
    west.repliesAtOnce = false;
    for (let count = 0; count < 70; count++) offers(east, `s${count}`, '10.0.0.1');
    await run();
    const { length } = west.writes;
    expect(length).toBeGreaterThan(0);
    await controller.update([east]);
    while (west.reply());
    await run();
    while (west.reply());
    await run(70_000);
    expect(west.writes).toHaveLength(length);
    expect(west.watches).toBe(0);
    expect(west.closed).toBe(true);
  });

  it('writes nothing after finish, not even where the gate was closed', async () => {
    const [east, west] = [joined('east'), joined('west')];
    const { controller, run, clock } = world();
    await controller.update([east, west]);
    await run();
    west.fail(AWAY);
    await run();
    offers(east, 'cart', '10.0.0.1');
    await run();
    east.repliesAtOnce = false;
    offers(east, 'web', '10.0.0.1');
    await run(0);
    west.error = undefined; // it would take writes, but its watches have not said so
    forget(west);
    const end = controller.finish();
    for (let round = 0; round < 20; round++) {
      while (east.reply());
      await run();
    }
    await end;
    forget(east);
    offers(east, 'late', '10.0.0.1');
    await run();
    expect([...east.writes, ...west.writes]).toEqual([]);
    controller.close();
    expect(clock.pending).toBe(0);
    expect(east.watches + west.watches).toBe(0);
  });

  it('does not begin at the end what was just handed out for a cluster that is away', async () => {
    const [east, west] = [joined('east'), joined('west')];
    const { controller, run } = world();
    await controller.update([east, west]);
    await run();
    west.fail(AWAY);
    await run();
    west.error = undefined;
    offers(east, 'cart', '10.0.0.1');
    await controller.finish();
    expect(west.writes).toEqual([]);
  });

  it('fills a namespace that appears', async () => {
    const [east, west] = [joined('east'), joined('west')];
    west.take('Namespace', { name: 'shop' });
    offers(east, 'cart', '10.0.0.1');
    const { controller, run } = world();
    await controller.update([east, west]);
    await run();
    west.put('Namespace', { metadata: { name: 'shop' } });
    await run();
    expect(sources(west)).toEqual(['east']);
  });

  it('watches once what is reached otherwise before it has answered', async () => {
    const [old, next] = [joined('east'), new FakeCluster('east', 'by a certificate')];
    const { promise, resolve } = Promise.withResolvers<undefined>();
    old.factsWait = promise;
    const { controller, run } = world();
    await controller.update([old]);
    await run();
    await controller.update([next]);
    await run();
    resolve(undefined);
    await run();
    expect([old.watches, next.watches]).toEqual([0, 6]);
  });

  it('does not count what waits for its cluster as work', async () => {
    const [east, west] = [joined('east'), joined('west')];
    const { controller, run } = world();
    await controller.update([east, west]);
    await run();
    west.fail(AWAY);
    await run();
    for (let count = 0; count < 70; count++) offers(east, `s${count}`, '10.0.0.1');
    await run();
    const queue = controller.life('west')?.queue;
    expect([queue?.working, queue?.depth]).toEqual([0, 70]);
  });

  it('backs off where writes do not hold, also while a source is away', async () => {
    const [east, north, west] = [joined('east'), joined('north'), joined('west')];
    offers(west, 'cart', '10.0.1.1');
    offers(east, 'cart', '10.0.0.1');
    const first = world();
    await first.controller.update([east, north, west]);
    await first.run();
    await first.run();
    first.controller.close();
    west.fail(AWAY);
    const { controller, run, outcomes } = world(); // it has never seen west
    await controller.update([east, north, west]);
    await run();
    for (const contested of [east, north]) {
      const apply = contested.apply.bind(contested);
      contested.apply = (kind, object, options) =>
        apply(kind, kind === 'EndpointSlice' ? { ...object, endpoints: [] } : object, options); // a webhook
    }
    outcomes.length = 0;
    slice(east, 'cart', ['10.0.0.9']);
    for (let round = 0; round < 10; round++) await run(0);
    expect(outcomes.length).toBeGreaterThan(1);
    expect(outcomes.length).toBeLessThan(8);
    expect(outcomes[0]?.plan.absent).toEqual(['west']);
    expect(outcomes.some(({ changes, problems }) => changes.length > 0 && problems.length > 0)).toBe(true);
  });

  it('removes what a cluster gave that has left, and what it had', async () => {
    const [east, west] = [joined('east'), joined('west')];
    offers(east, 'cart', '10.0.0.1');
    offers(west, 'cart', '10.0.1.1');
    const { controller, run } = world();
    await controller.update([east, west]);
    await run();
    await run();
    west.take('ClusterProperty', { name: 'clusterset.k8s.io' });
    await run(1499);
    await run();
    await run();
    expect(sources(east)).toEqual(['east']);
    expect(west.all('ServiceImport')).toEqual([]);
    expect(west.all('ServiceExport')).toHaveLength(1);
    property(west, 'clusterset.k8s.io', 'prod');
    await run();
    await run();
    expect(sources(west)).toEqual(['east', 'west']);
  });

  it('goes on when its listener fails, and says so', async () => {
    const east = joined('east');
    const made = world();
    made.outcomes.push = () => {
      throw new Error('the pipe is closed');
    };
    offers(east, 'cart', '10.0.0.1');
    await made.controller.update([east]);
    await made.run();
    offers(east, 'web', '10.0.0.1');
    await made.run();
    await made.run();
    expect(sources(east, 'web')).toEqual(['east']);
    expect(made.defects).toContainEqual(new Error('the pipe is closed'));
  });
});
