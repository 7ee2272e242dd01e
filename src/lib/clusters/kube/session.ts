import { KINDS, type Kind } from '../../api/kinds.ts';
import { ClusterError } from '../../errors.ts';
import type { ClusterFacts, Traffic, WatchOptions, Watcher } from '../cluster.ts';
import { API } from './api.ts';
import { credentialSource, type CredentialSource } from './credentials.ts';
import { discover, servedVersions, type Discovery } from './discovery.ts';
import type { Server } from './entries.ts';
import { readFacts } from './facts.ts';
import type { ContextEntry } from './kubeconfig.ts';
import { Recovery } from './recovery.ts';
import { reflected } from './reflected.ts';
import { Reflector, type ReflectorContext } from './reflector.ts';
import { oneLine } from './text.ts';
import { Transport } from './transport.ts';
import { WatchClient } from './watch-client.ts';
import { WATCH_TUNING, type WatchTuning } from './watch-tuning.ts';

export interface KubeClusterOptions {
  /** Seconds for one request. */
  readonly requestTimeout: number;
  /** Most requests at a time. */
  readonly concurrency: number;
  /** The environment that credential plugins get. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether credential plugins may ask on a terminal. */
  readonly interactive?: boolean;
  /** Ends all requests and watches. */
  readonly signal?: AbortSignal;
  /** Gets to see the requests, and may keep writes back. */
  readonly traffic?: Traffic;
  /** Other times for watches; for tests. */
  readonly watch?: Partial<WatchTuning>;
}

/** What is kept of one API server while a Cluster lives: its connections, and what was learned of it. */
export class Session implements ReflectorContext {
  readonly cluster: string;
  readonly recovery = new Recovery();
  readonly #entry: ContextEntry;
  readonly #options: KubeClusterOptions;
  /** Aborts when the session ends; each watch listens. */
  readonly #end = new AbortController();
  #reached: Reached | undefined;
  #transport: Transport | undefined;
  #watches: WatchClient | undefined;
  #api: API | undefined;
  #discovery: Promise<Discovery> | undefined;
  #facts: Promise<ClusterFacts> | undefined;

  constructor(entry: ContextEntry, options: KubeClusterOptions) {
    this.cluster = entry.name;
    this.#entry = entry;
    this.#options = options;
  }

  /** Made at the first call. @throws ClusterError when the kubeconfig does not say how to reach the server */
  api(): API {
    this.#api ??= new API(this.#entry.name, this.#connect());
    return this.#api;
  }

  /** The connections of watches; made at the first call. @throws as `api` */
  watches(): WatchClient {
    this.#watches ??= new WatchClient({ ...this.#reach(), requestTimeout: this.#options.requestTimeout });
    return this.#watches;
  }

  /** Begins to watch a kind; returns what ends it. */
  watch<K extends Kind>(kind: K, watcher: Watcher<K>, { namespace }: WatchOptions = {}): () => void {
    const stopping = new AbortController();
    const { signal } = this.#options;
    const ends = [stopping.signal, this.#end.signal, ...(signal === undefined ? [] : [signal])];
    const tuning = { ...WATCH_TUNING, ...this.#options.watch };
    void new Reflector(reflected(kind, namespace), watcher, this, tuning, AbortSignal.any(ends)).run();
    return () => {
      stopping.abort();
    };
  }

  discovery(): Promise<Discovery> {
    this.#discovery ??= keep(
      async () => discover(this.api()),
      () => (this.#discovery = undefined),
    );
    return this.#discovery;
  }

  facts(): Promise<ClusterFacts> {
    this.#facts ??= keep(
      async () => readFacts(this.api(), await this.discovery()),
      () => (this.#facts = undefined),
    );
    return this.#facts;
  }

  /** Drops what was learned: after a CRD was written it may be otherwise. */
  forget(): void {
    this.#discovery = undefined;
    this.#facts = undefined;
  }

  forgetDiscovery(): void {
    this.#discovery = undefined;
  }

  /** The best served version of a kind. Kubernetes' own kinds have one, and every server has it. */
  async versionOf(kind: Kind): Promise<string> {
    const { versions, group, plural } = KINDS[kind];
    if (versions.length === 1) return versions[0];
    const version = servedVersions(await this.discovery(), kind)[0];
    if (version !== undefined) return version;
    const { name } = this.#entry;
    const message = `${plural}.${group} is not served there`;
    throw new ClusterError(name, 'not-served', message, `mcs crds install --context ${name}`);
  }

  async close(): Promise<void> {
    this.#end.abort();
    await Promise.all([this.#watches?.close(), this.#transport?.close()]);
  }

  #connect(): Transport {
    const { requestTimeout, concurrency, signal } = this.#options;
    const ending = signal === undefined ? {} : { signal };
    this.#transport = new Transport({ ...this.#reach(), requestTimeout, concurrency, ...ending });
    return this.#transport;
  }

  #reach(): Reached {
    this.#reached ??= reach(this.#entry, this.#options);
    return this.#reached;
  }
}

/** Where the server is, and who asks: the same for requests and watches. */
interface Reached {
  readonly cluster: string;
  readonly server: Server;
  readonly credentials: CredentialSource;
  readonly traffic?: Traffic;
}

/** @throws ClusterError when the kubeconfig does not say */
function reach({ access, file, name: cluster }: ContextEntry, options: KubeClusterOptions): Reached {
  if ('problem' in access) {
    const message = `${oneLine(access.problem)} (${oneLine(file)})`;
    throw new ClusterError(cluster, 'unauthorized', message, 'correct the kubeconfig');
  }
  const { env, interactive = false, signal, traffic } = options;
  const { server, user } = access;
  const ending = signal === undefined ? {} : { signal };
  const credentials = credentialSource(user, { cluster, server, env, interactive, ...ending });
  return { cluster, server, credentials, ...(traffic === undefined ? {} : { traffic }) };
}

/** Work whose result is kept; after a failure the next call tries again. */
function keep<T>(work: () => Promise<T>, forget: () => void): Promise<T> {
  const kept = work();
  kept.catch(forget);
  return kept;
}
