import { KINDS, type Kind } from '../../api/kinds.ts';
import { ClusterError } from '../../errors.ts';
import type { ClusterFacts, Traffic, WatchOptions, Watcher } from '../cluster.ts';
import { API } from './api.ts';
import { Channels } from './channels.ts';
import { discover, servedVersions, type Discovery } from './discovery.ts';
import { readFacts } from './facts.ts';
import type { ContextEntry } from './kubeconfig.ts';
import { Recovery } from './recovery.ts';
import { reflected } from './reflected.ts';
import { Reflector, type ReflectorContext } from './reflector.ts';
import type { WatchClient } from './watch-client.ts';
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
  #channels: Channels | undefined;
  #api: API | undefined;
  #reads: API | undefined;
  #discovery: Promise<Discovery> | undefined;
  #facts: Promise<ClusterFacts> | undefined;

  constructor(entry: ContextEntry, options: KubeClusterOptions) {
    this.cluster = entry.name;
    this.#entry = entry;
    this.#options = options;
  }

  /** Made at the first call. @throws ClusterError when the kubeconfig does not say how to reach the server */
  api(): API {
    this.#api ??= new API(this.#entry.name, this.#open().requests);
    return this.#api;
  }

  /** For what is read as a whole: over the connection of the watches. @throws as `api` */
  reads(): API {
    this.#reads ??= new API(this.#entry.name, this.#open().reads);
    return this.#reads;
  }

  /** @throws as `api` */
  watches(): WatchClient {
    return this.#open().watches;
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
      async () => discover(this.reads()),
      () => (this.#discovery = undefined),
    );
    return this.#discovery;
  }

  facts(): Promise<ClusterFacts> {
    this.#facts ??= keep(
      async () => readFacts(this.reads(), await this.discovery()),
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
    await this.#channels?.close();
  }

  #open(): Channels {
    this.#channels ??= new Channels(this.#entry, this.#options);
    return this.#channels;
  }
}

/** Work whose result is kept; after a failure the next call tries again. */
function keep<T>(work: () => Promise<T>, forget: () => void): Promise<T> {
  const kept = work();
  kept.catch(forget);
  return kept;
}
