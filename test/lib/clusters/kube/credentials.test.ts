import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kubeCluster } from '../../../../src/lib/clusters/kube/cluster.ts';
import type { Cluster } from '../../../../src/lib/clusters/cluster.ts';
import { closing } from './closing.ts';
import { OPTIONS, answer, contextEntry, serve, temporary } from './loopback.ts';

// The time alone is a test's own: requests go on by the timers of the machine.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Asked {
  readonly tokenFile: string;
  readonly cluster: Cluster;
  /** What each request said of who asks. */
  readonly seen: (string | undefined)[];
}

/** A cluster whose token is in a file; its server lets everybody in, so that nothing but time makes mcs read it again. */
async function asked(): Promise<Asked> {
  const tokenFile = join(temporary(), 'token');
  writeFileSync(tokenFile, 'first\n');
  const seen: Asked['seen'] = [];
  const server = await serve((request, response) => {
    seen.push(request.headers.authorization);
    answer(response, 200, { metadata: {}, items: [] });
  });
  closing(server);
  const cluster = kubeCluster(contextEntry({ url: server.url }, { tokenFile }), OPTIONS);
  closing(cluster);
  return { tokenFile, cluster, seen };
}

function pass(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

describe('a token in a file', () => {
  it('is read again after a minute, without a refusal, and not for each request', async () => {
    const { tokenFile, cluster, seen } = await asked();
    await cluster.list('Namespace');
    writeFileSync(tokenFile, 'second\n');
    await cluster.list('Namespace');
    pass(59_000);
    await cluster.list('Namespace');
    expect(seen).toEqual(['Bearer first', 'Bearer first', 'Bearer first']);
    pass(1000);
    await cluster.list('Namespace');
    expect(seen.at(-1)).toBe('Bearer second');
    writeFileSync(tokenFile, 'third\n');
    await cluster.list('Namespace');
    pass(59_999);
    await cluster.list('Namespace');
    expect(seen.slice(-2)).toEqual(['Bearer second', 'Bearer second']);
    pass(1);
    await cluster.list('Namespace');
    expect(seen.at(-1)).toBe('Bearer third');
  });

  it('that is read anew is read once for all requests of that time', async () => {
    const { tokenFile, cluster, seen } = await asked();
    await cluster.list('Namespace');
    writeFileSync(tokenFile, 'second\n');
    pass(60_000);
    await Promise.all(Array.from({ length: 8 }, () => cluster.list('Namespace')));
    rmSync(tokenFile);
    await cluster.list('Namespace');
    expect(seen).toEqual(['Bearer first', ...Array.from({ length: 9 }, () => 'Bearer second')]);
  });
});
