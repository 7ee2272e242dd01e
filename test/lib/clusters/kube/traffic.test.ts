import { describe, expect, it } from 'vitest';
import type { Answer, Cluster } from '../../../../src/lib/clusters/cluster.ts';
import { kubeCluster, type KubeClusterOptions } from '../../../../src/lib/clusters/kube/cluster.ts';
import { ClusterError } from '../../../../src/lib/errors.ts';
import { closing } from './closing.ts';
import { OPTIONS, answer, contextEntry, serve, type Loopback } from './loopback.ts';
import { QUICK, notes, reply, watchServer } from './watch-server.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } } as const;

async function listening(...args: Parameters<typeof serve>): Promise<Loopback> {
  const server = await serve(...args);
  closing(server);
  return server;
}

function cluster(url: string, options: Partial<KubeClusterOptions>): Cluster {
  const made = kubeCluster(contextEntry({ url }), { ...OPTIONS, watch: QUICK, ...options });
  closing(made);
  return made;
}

const held = new ClusterError('loop', 'failed', 'not the leader any more');

describe('a permit', () => {
  it('keeps back each write of an object or an Event', async () => {
    const server = await listening((_request, response) => {
      answer(response, 200, {});
    });
    const answers: Answer[] = [];
    const permit = (): void => {
      throw held;
    };
    const made = cluster(server.url, { traffic: { onAnswer: (one) => answers.push(one) } });
    const { events } = made;
    if (events === undefined) throw new Error('no Events');
    const note = {
      regarding: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'cart' },
      type: 'Normal',
      ...{ reason: 'Tried', action: 'Try', note: 'something' },
    } as const;
    const writes = [
      made.apply('Namespace', NAMESPACE, { permit }),
      made.apply('Namespace', NAMESPACE, { dryRun: true, permit }),
      made.patch('Namespace', { name: 'shop' }, {}, { permit }),
      made.delete('Namespace', { name: 'shop' }, { permit }),
      events.create(note, { permit }),
    ];
    const results = await Promise.allSettled(writes);
    expect(results).toEqual(writes.map(() => ({ status: 'rejected', reason: held })));
    expect(server.requests).toEqual([]);
    expect(answers).toEqual([]);
  });

  it('may keep back the repetition of a write', async () => {
    const server = await listening((_request, response) => {
      answer(response, 503, {}, { 'retry-after': '0' });
    });
    let asked = 0;
    const permit = (): void => {
      if (++asked > 1) throw held;
    };
    await expect(cluster(server.url, {}).apply('Namespace', NAMESPACE, { permit })).rejects.toBe(held);
    expect(server.requests).toHaveLength(1);
  });

  it('is asked for when the connection is there, not before', async () => {
    let asked = 0;
    const permit = (): void => {
      asked++;
    };
    const made = cluster('http://127.0.0.1:1', {});
    await expect(made.apply('Namespace', NAMESPACE, { permit })).rejects.toMatchObject({ reason: 'unreachable' });
    expect(asked).toBe(0);
  });
});

describe('traffic', () => {
  it('sees every answer, those that are tried again and those that did not come too', async () => {
    const moods = [503, 200, 200, 200, 200, 'break', 200];
    const server = await listening((request, response) => {
      const mood = moods.shift();
      if (typeof mood === 'number') answer(response, mood, { ...NAMESPACE, items: [] }, { 'retry-after': '0' });
      else request.socket.destroy();
    });
    const answers: Answer[] = [];
    const made = cluster(server.url, { traffic: { onAnswer: (one) => answers.push(one) } });
    await made.list('Namespace');
    await made.apply('Namespace', NAMESPACE);
    await made.patch('Namespace', { name: 'shop' }, {});
    await made.delete('Namespace', { name: 'shop' });
    await made.get('Namespace', { name: 'shop' });
    expect(answers.map(({ verb, status }) => `${verb} ${status}`)).toEqual([
      'list 503',
      'list 200',
      'apply 200',
      'patch 200',
      'delete 200',
      'get 0',
      'get 200',
    ]);
    expect(answers.every(({ milliseconds }) => milliseconds > 0)).toBe(true);
  });

  it('sees watches that are refused, but not those that last', async () => {
    const server = await watchServer();
    closing(server);
    const answers: string[] = [];
    const onAnswer = ({ verb, status }: Answer): void => void answers.push(`${verb} ${status}`);
    cluster(server.url, { traffic: { onAnswer } }).watch('Namespace', notes());
    const stream = await server.stream(0);
    server.instead = (request, response) => {
      server.instead = () => false;
      reply(response, request.url?.includes('watch=1') === true ? 429 : 500, {});
      return true;
    };
    stream.end();
    await server.stream(1);
    expect(answers).toEqual(['other 422', 'list 200', 'other 429', 'list 200']); // the first streams no list
  });
});

describe('facts', () => {
  it('are read once, and again when they must be fresh', async () => {
    let version = 'v1.36.0';
    const server = await listening((request, response) => {
      if (request.url === '/version') answer(response, 200, { gitVersion: version });
      else if (request.url === '/apis') answer(response, 200, { kind: 'APIGroupDiscoveryList', items: [] });
      else answer(response, 404, {});
    });
    const made = cluster(server.url, {});
    expect((await made.facts()).kubernetesVersion).toBe('v1.36.0');
    version = 'v1.37.0';
    expect((await made.facts()).kubernetesVersion).toBe('v1.36.0');
    expect((await made.facts({ fresh: true })).kubernetesVersion).toBe('v1.37.0');
    expect((await made.facts()).kubernetesVersion).toBe('v1.37.0');
  });
});
