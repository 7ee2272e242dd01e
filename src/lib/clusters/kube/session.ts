import { KINDS, type Kind } from '../../api/kinds.ts';
import { ClusterError } from '../../errors.ts';
import type { ClusterFacts } from '../cluster.ts';
import { API } from './api.ts';
import { credentialSource } from './credentials.ts';
import { discover, servedVersions, type Discovery } from './discovery.ts';
import { readFacts } from './facts.ts';
import type { ContextEntry } from './kubeconfig.ts';
import { oneLine } from './text.ts';
import { Transport } from './transport.ts';

export interface KubeClusterOptions {
  /** Seconds for one request. */
  readonly requestTimeout: number;
  /** Most requests at a time. */
  readonly concurrency: number;
  /** The environment that credential plugins get. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether credential plugins may ask on a terminal. */
  readonly interactive?: boolean;
  /** Ends all requests. */
  readonly signal?: AbortSignal;
}

/** What is kept of one API server while a Cluster lives: its connections, and what was learned of it. */
export class Session {
  readonly #entry: ContextEntry;
  readonly #options: KubeClusterOptions;
  #transport: Transport | undefined;
  #api: API | undefined;
  #discovery: Promise<Discovery> | undefined;
  #facts: Promise<ClusterFacts> | undefined;

  constructor(entry: ContextEntry, options: KubeClusterOptions) {
    this.#entry = entry;
    this.#options = options;
  }

  /** Made at the first call. @throws ClusterError when the kubeconfig does not say how to reach the server */
  api(): API {
    this.#api ??= new API(this.#entry.name, this.#connect());
    return this.#api;
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
    await this.#transport?.close();
  }

  #connect(): Transport {
    const { access, file, name: cluster } = this.#entry;
    if ('problem' in access) {
      const message = `${oneLine(access.problem)} (${oneLine(file)})`;
      throw new ClusterError(cluster, 'unauthorized', message, 'correct the kubeconfig');
    }
    const { requestTimeout, concurrency, env, interactive = false, signal } = this.#options;
    const { server, user } = access;
    const ending = signal === undefined ? {} : { signal };
    const credentials = credentialSource(user, { cluster, server, env, interactive, ...ending });
    this.#transport = new Transport({ cluster, server, credentials, requestTimeout, concurrency, ...ending });
    return this.#transport;
  }
}

/** Work whose result is kept; after a failure the next call tries again. */
function keep<T>(work: () => Promise<T>, forget: () => void): Promise<T> {
  const kept = work();
  kept.catch(forget);
  return kept;
}
