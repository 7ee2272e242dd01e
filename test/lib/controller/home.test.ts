import { describe, expect, it } from 'vitest';
import type { Lease } from '../../../src/lib/clusters/cluster.ts';
import { Home, type HomeCluster } from '../../../src/lib/controller/home.ts';

const REF = { namespace: 'mcs-system', name: 'mcs' };

/** A home that answers who was asked, when the test says so. */
class FakeHome implements HomeCluster {
  readonly name = 'home';
  readonly location: string;
  readonly access: string;
  closed = false;
  readonly #waiting: (() => void)[] = [];

  constructor(access: string, location = 'https://home') {
    this.access = access;
    this.location = location;
  }

  readonly leases = {
    get: (): Promise<Lease> => this.#answer(),
    put: (): Promise<Lease> => this.#answer(),
  };

  answer(): void {
    for (const tell of this.#waiting.splice(0)) tell();
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  #answer(): Promise<Lease> {
    if (this.closed) return Promise.reject(new Error('the cluster was closed'));
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        resolve({ ...REF, holder: this.access });
      });
    });
  }
}

/** Opens these, one after the other. */
async function homeOf(...clusters: readonly HomeCluster[]): Promise<Home> {
  const left = [...clusters];
  return Home.at(() => {
    const next = left.shift();
    return next === undefined ? Promise.reject(new Error('opened once too often')) : Promise.resolve(next);
  });
}

describe('the home cluster', () => {
  it('is asked with new credentials once the kubeconfig has them', async () => {
    const [old, renewed] = [new FakeHome('old token'), new FakeHome('new token')];
    const home = await homeOf(old, renewed);
    await home.renew();
    const found = home.get(REF);
    renewed.answer();
    expect(await found).toMatchObject({ holder: 'new token' });
    await new Promise(setImmediate);
    expect([old.closed, renewed.closed]).toEqual([true, false]);
  });

  it('still answers what it was asked before', async () => {
    const [old, renewed] = [new FakeHome('old token'), new FakeHome('new token')];
    const home = await homeOf(old, renewed);
    const put = home.put(REF);
    await home.renew();
    await new Promise(setImmediate);
    expect(old.closed).toBe(false);
    old.answer();
    expect(await put).toMatchObject({ holder: 'old token' });
    await new Promise(setImmediate);
    expect(old.closed).toBe(true);
  });

  it('keeps its connection when another context of the kubeconfig changed', async () => {
    const [old, same] = [new FakeHome('token'), new FakeHome('token')];
    const home = await homeOf(old, same);
    await home.renew();
    expect([old.closed, same.closed]).toEqual([false, true]);
  });

  it('stays where it is when the kubeconfig names another address, and says so', async () => {
    const [old, moved] = [new FakeHome('old token'), new FakeHome('new token', 'https://elsewhere')];
    const home = await homeOf(old, moved);
    await expect(home.renew()).rejects.toThrow(
      'home is at https://elsewhere now, no longer at https://home: end all replicas, then start them again',
    );
    expect([old.closed, moved.closed]).toEqual([false, true]);
  });

  it('cannot be a directory', async () => {
    const { name, location, access } = new FakeHome('');
    const directory = { name, location, access, close: () => Promise.resolve() };
    await expect(homeOf(directory)).rejects.toThrow('home is a directory: it holds no Leases');
  });
});
