import { describe, expect, it } from 'vitest';
import { kubeCluster, type KubeClusterOptions } from '../../../../src/lib/clusters/kube/cluster.ts';
import { closing } from './closing.ts';
import { OPTIONS, contextEntry } from './loopback.ts';
import {
  QUICK,
  added,
  bookmark,
  deleted,
  failure,
  listEnd,
  namespace,
  notes,
  reply,
  watchServer,
  type Notes,
  type Stream,
  type WatchServer,
} from './watch-server.ts';

const isList = (request: string): boolean => request.includes('limit=500');

/** A watch whose first stream is a list; what the server has when it is asked page by page is `paged`. */
async function streaming(tuning: Partial<KubeClusterOptions['watch']> = {}): Promise<{
  readonly server: WatchServer;
  readonly seen: Notes<'Namespace'>;
  readonly list: Stream;
}> {
  const server = await watchServer();
  closing(server);
  server.streamsLists = true;
  server.items = [namespace('paged', '99')];
  const made = kubeCluster(contextEntry({ url: server.url }), { ...OPTIONS, watch: { ...QUICK, ...tuning } });
  closing(made);
  const seen = notes<'Namespace'>();
  made.watch('Namespace', seen);
  return { server, seen, list: await server.stream(0) };
}

describe('a list that the server streams (KEP-3157)', () => {
  it('is asked for as the beginning of the watch, of now', async () => {
    const { server, list } = await streaming();
    expect(Object.fromEntries(list.query)).toMatchObject({
      watch: '1',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    });
    expect(list.query.has('resourceVersion')).toBe(false);
    expect(server.requests).toHaveLength(1);
  });

  it('is told when it is whole, with what happened meanwhile; the watch goes on from there', async () => {
    const { server, seen, list } = await streaming();
    for (const event of [added('a', '90'), added('b', '95'), added('c', '96')]) list.write(event);
    list.write({ type: 'MODIFIED', object: namespace('c', '101', { of: 'interest' }) });
    list.write(deleted('b', '102'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen.notes).toEqual([]); // not even that the server was heard: that means that all of it is known
    list.write(listEnd('102'));
    list.write(added('d', '103'));
    await seen.until('put d');
    expect(seen.told()).toEqual(['replace a,c', 'put d']);
    expect(seen.objects[1]?.metadata.labels).toEqual({ of: 'interest' });
    expect(server.requests.filter(isList)).toEqual([]);
    list.end();
    expect((await server.stream(1)).query.get('resourceVersion')).toBe('103');
  });

  it('of nothing is a list too', async () => {
    const { seen, list } = await streaming();
    list.write(listEnd('100'));
    await seen.until('replace');
  });

  it('is streamed again when what came after it is forgotten', async () => {
    const { server, seen, list } = await streaming();
    list.write(listEnd('100'));
    list.write(failure(410, 'Expired'));
    const again = await server.stream(1);
    expect(again.query.get('sendInitialEvents')).toBe('true');
    again.write(added('a', '200'));
    again.write(listEnd('201'));
    await seen.until('replace a');
  });
});

describe('a list is read page by page, and nothing is told of what was streamed of it, when the stream', () => {
  it.each<readonly [string, (list: Stream) => void, readonly string[]]>([
    [
      'ends before the list does',
      (list) => {
        list.end();
      },
      ['replace paged'],
    ],
    [
      'is cut',
      (list) => {
        list.cut();
      },
      ['failed unreachable', 'replace paged'],
    ],
    [
      'expires',
      (list) => {
        list.write(failure(410, 'Expired'));
      },
      ['replace paged'],
    ],
    [
      'fails',
      (list) => {
        list.write(failure(500, 'InternalError'));
      },
      ['failed failed', 'replace paged'],
    ],
    ['says nothing more', () => undefined, ['replace paged']],
    // A proxy that drops what it does not know, or a server of before 1.19.
    [
      'is a watch like any other',
      (list) => {
        list.write(bookmark('100'));
      },
      ['replace paged'],
    ],
  ])('%s', async (_how, act, told) => {
    const { server, seen, list } = await streaming({ patience: 100 });
    list.write(added('streamed', '90'));
    act(list);
    await seen.until('replace paged');
    expect(seen.told()).toEqual(told);
    expect(server.requests.filter(isList)).toHaveLength(1);
    const next = await server.stream(1);
    expect(next.query.get('resourceVersion')).toBe('100');
    next.write(failure(410, 'Expired'));
    expect((await server.stream(2)).query.get('sendInitialEvents')).toBe('true'); // the next list is tried again
  });

  it('is refused, which is no failure', async () => {
    const server = await watchServer();
    closing(server);
    server.items = [namespace('paged', '99')];
    const made = kubeCluster(contextEntry({ url: server.url }), { ...OPTIONS, watch: QUICK });
    closing(made);
    const seen = notes<'Namespace'>();
    made.watch('Namespace', seen);
    await seen.until('replace paged');
    await server.stream(0);
    expect(seen.told()).toEqual(['replace paged']);
  });
});

describe('a server that has gone back to an older state', () => {
  it('is taken at its word also when its list fails at first', async () => {
    const { server, seen, list } = await streaming();
    list.write(added('lost', '500'));
    list.write(listEnd('500'));
    await seen.until('replace lost');
    let lists = 0;
    server.version = '200';
    server.streamsLists = false;
    server.instead = (request, response) => {
      if (!isList(request.url ?? '') || lists++ > 2) return false;
      reply(response, 500, {});
      return true;
    };
    const versions: (string | undefined)[] = [];
    const replace = seen.replace.bind(seen);
    seen.replace = (objects, version) => {
      versions.push(version);
      replace(objects, version);
    };
    list.cut();
    await seen.until('replace paged');
    expect(lists).toBeGreaterThan(1);
    expect(versions).toEqual([undefined]); // with one, what is newer than the list would stay
  });
});
