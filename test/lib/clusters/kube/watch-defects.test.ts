import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { Cluster, Watcher } from '../../../../src/lib/clusters/cluster.ts';
import { kubeCluster, type KubeClusterOptions } from '../../../../src/lib/clusters/kube/cluster.ts';
import { closing } from './closing.ts';
import { OPTIONS, contextEntry } from './loopback.ts';
import {
  QUICK,
  added,
  bookmark,
  failure,
  namespace,
  notes,
  reply,
  watchServer,
  type WatchServer,
} from './watch-server.ts';

async function listening(): Promise<WatchServer> {
  const server = await watchServer();
  closing(server);
  return server;
}

function cluster(server: WatchServer, tuning: KubeClusterOptions['watch'] = {}): Cluster {
  const options = { ...OPTIONS, requestTimeout: 2, watch: { ...QUICK, ...tuning } };
  const made = kubeCluster(contextEntry({ url: server.url }), options);
  closing(made);
  return made;
}

/** What client-node's informer does wrong, each seen there, must not be so here. */
describe('of the informer of client-node', () => {
  it.each(['reset', '401', '403', '404', '429', '500', '503'])(
    'client-node defect 1: an error (%s) does not end the watch',
    async (error) => {
      const server = await listening();
      const seen = notes<'Namespace'>();
      cluster(server).watch('Namespace', seen);
      const stream = await server.stream(0);
      await seen.until('heard');
      let times = 0;
      server.instead = (request, response) => {
        if (request.url?.includes('watch=1') !== true || ++times > 3) return false;
        if (error === 'reset') request.socket.destroy();
        else reply(response, Number(error), {});
        return true;
      };
      stream.end();
      (await server.stream(1)).write(added('a', '101'));
      await seen.until('put a');
      expect(times).toBe(4);
      expect(seen.errors).toHaveLength(3);
      await seen.until('heard', 2);
    },
  );

  it('client-node defect 2: a list that fails does not end it', async () => {
    const server = await listening();
    server.items = [namespace('a', '1')];
    let times = 0;
    server.instead = (_request, response) => {
      if (++times > 2) return false;
      reply(response, 500, {});
      return true;
    };
    const seen = notes<'Namespace'>();
    cluster(server).watch('Namespace', seen);
    await server.stream(0);
    expect(seen.told()).toEqual(['failed failed', 'failed failed', 'replace a']);
  });

  it.each(['put', 'replace', 'heard', 'failed'] as const)(
    'client-node defect 3: a watcher that throws (%s) neither ends the process nor the watch',
    async (which) => {
      const unhandled = vi.fn();
      process.on('unhandledRejection', unhandled).on('uncaughtException', unhandled);
      const server = await listening();
      const seen = notes<'Namespace'>();
      let hasThrown = false;
      const trip = (at: typeof which): void => {
        if (at !== which || hasThrown) return;
        hasThrown = true;
        throw new Error('a defect of the watcher');
      };
      const calls: Watcher<'Namespace'> = {
        replace: (objects) => {
          seen.replace(objects);
          trip('replace');
        },
        put: (object) => {
          seen.put(object);
          trip('put');
        },
        remove: () => undefined,
        heard: () => {
          seen.heard();
          trip('heard');
        },
        failed: (error) => {
          seen.failed(error);
          trip('failed');
        },
      };
      cluster(server).watch('Namespace', calls);
      await server.stream(0);
      await seen.until('heard');
      server.streams.at(-1)?.write(added('a', '101'));
      await seen.until('put a');
      const known = server.streams.length;
      server.streams.at(-1)?.cut();
      await seen.until(/^failed/);
      (await server.stream(known)).write(added('b', '102'));
      await seen.until('put b');
      expect(hasThrown).toBe(true);
      await sleep(20);
      process.off('unhandledRejection', unhandled).off('uncaughtException', unhandled);
      expect(unhandled).not.toHaveBeenCalled();
      if (which === 'put') expect(seen.told().slice(0, 4)).toEqual(['replace', 'put a', 'failed failed', 'replace']);
      if (which !== 'failed') expect(seen.errors[0]?.message).toBe('a defect of the watcher');
    },
  );

  it('client-node defect 4: stopped in a pause, it sends nothing more', async () => {
    const server = await listening();
    server.instead = (_request, response) => {
      reply(response, 500, {});
      return true;
    };
    const seen = notes<'Namespace'>();
    const stop = cluster(server, { firstPause: 30, random: () => 1 }).watch('Namespace', seen);
    await seen.until('failed failed');
    stop();
    const sent = server.requests.length;
    await sleep(100);
    expect(server.requests).toHaveLength(sent);
    expect(seen.told()).toEqual(['failed failed']);
  });

  it('client-node defect 5: an error among the events is told, and all is listed anew', async () => {
    const server = await listening();
    const seen = notes<'Namespace'>();
    cluster(server).watch('Namespace', seen);
    server.version = '300';
    (await server.stream(0)).write(failure(500, 'InternalError', 'etcd has no leader'));
    expect((await server.stream(1)).query.get('resourceVersion')).toBe('300');
    expect(seen.told()).toEqual(['replace', 'failed failed', 'replace']);
    expect(seen.errors[0]?.message).toBe('cannot watch namespaces: etcd has no leader (HTTP 500)');
  });

  it('client-node defect 6: a quiet watch that the server ends goes on without a pause', async () => {
    const server = await listening();
    const seen = notes<'Namespace'>();
    cluster(server, { firstPause: 60_000, longestPause: 60_000, random: () => 1 }).watch('Namespace', seen);
    for (let round = 0; round < 10; round++) (await server.stream(round)).end();
    (await server.stream(10)).write(added('a', '101'));
    await seen.until('put a');
    expect(seen.told()).toEqual(['replace', 'put a']);
  });

  it('client-node defect 7: bookmarks are asked for, and the next watch begins at the last', async () => {
    const server = await listening();
    const seen = notes<'Namespace'>();
    cluster(server, { random: () => 0.5 }).watch('Namespace', seen);
    const first = await server.stream(0);
    expect(Object.fromEntries(first.query)).toEqual({
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion: '100',
      timeoutSeconds: '440',
    });
    first.write(bookmark('250'));
    first.end();
    expect((await server.stream(1)).query.get('resourceVersion')).toBe('250');
    expect(seen.told()).toEqual(['replace']);
  });

  it('client-node defect 8: a list of 130,000 objects is read', async () => {
    const server = await listening();
    server.items = Array.from({ length: 130_000 }, (_, index) => ({ metadata: { name: `n-${index}` } }));
    let size = 0;
    const seen = notes<'Namespace'>();
    vi.spyOn(seen, 'replace').mockImplementation(({ length }) => (size = length));
    cluster(server, {}).watch('Namespace', seen);
    await server.stream(0);
    expect(size).toBe(130_000);
  });
});
