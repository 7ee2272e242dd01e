import type { Cluster, Lease, LeaseAccess } from '../clusters/cluster.ts';
import { ClusterError, UsageError } from '../errors.ts';

/** What the Leases are reached by. */
export type HomeCluster = Pick<Cluster, 'name' | 'location' | 'access' | 'leases' | 'close'>;

/** The Leases of the home cluster, over a connection that is taken anew when the kubeconfig says otherwise. */
export class Home implements LeaseAccess {
  readonly #open: () => Promise<HomeCluster>;
  /** Asked and not yet answered, of the connection of now. */
  #asked = new Set<Promise<unknown>>();
  #cluster: HomeCluster;
  #leases: LeaseAccess;

  private constructor(open: () => Promise<HomeCluster>, cluster: HomeCluster, leases: LeaseAccess) {
    this.#open = open;
    this.#cluster = cluster;
    this.#leases = leases;
  }

  /** @throws what `open` throws; UsageError when it opens a directory */
  static async at(open: () => Promise<HomeCluster>): Promise<Home> {
    const cluster = await open();
    return new Home(open, cluster, leasesOf(cluster));
  }

  get(ref: Pick<Lease, 'namespace' | 'name'>): Promise<Lease | undefined> {
    return this.#ask(this.#leases.get(ref));
  }

  put(lease: Lease): Promise<Lease> {
    return this.#ask(this.#leases.put(lease));
  }

  /**
   * Opens it anew and goes on with that, if it is reached otherwise, e.g. with new credentials. What was asked is still
   * answered. At another address there may be other Leases, and the other replicas may not know of it yet: there could be
   * two leaders, so the old one stays.
   * @throws what `open` throws; ClusterError when the address is another
   */
  async renew(): Promise<void> {
    const [before, next] = [this.#cluster, await this.#open()];
    const isMoved = next.location !== before.location;
    if (isMoved || next.access === before.access) {
      await next.close();
      if (!isMoved) return;
      const message = `${before.name} is at ${next.location} now, no longer at ${before.location}`;
      throw new ClusterError(before.name, 'failed', `${message}: end all replicas, then start them again`);
    }
    const asked = this.#asked;
    [this.#cluster, this.#leases, this.#asked] = [next, leasesOf(next), new Set()];
    void Promise.allSettled(asked).then(() => before.close()); // nobody need wait for an answer that may never come
  }

  async #ask<T>(answer: Promise<T>): Promise<T> {
    const asked = this.#asked;
    asked.add(answer);
    try {
      return await answer;
    } finally {
      asked.delete(answer);
    }
  }
}

function leasesOf({ name, leases }: HomeCluster): LeaseAccess {
  if (leases === undefined) throw new UsageError(`${name} is a directory: it holds no Leases`, 'give --home CONTEXT');
  return leases;
}
