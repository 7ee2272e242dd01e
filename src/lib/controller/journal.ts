import type { ReportedChange } from '../actions/report-change.ts';
import type { Problem } from '../plan/change.ts';
import type { ControllerState } from './controller-options.ts';
import { WATCHED_KINDS, type WatchedKind } from './watched-kinds.ts';

/** One thing that happened in a long run, for a person or a program to read. */
export type Entry =
  | { readonly type: 'change'; readonly change: ReportedChange }
  | { readonly type: 'problem'; readonly problem: Problem }
  | { readonly type: 'solved'; readonly problem: Pick<Problem, 'cluster' | 'object' | 'message'> }
  | { readonly type: 'ready'; readonly clusterset: string | undefined; readonly members: readonly string[] }
  | { readonly type: 'joined' | 'left'; readonly cluster: string; readonly id: string }
  | { readonly type: 'read'; readonly cluster: string; readonly kind: WatchedKind; readonly synced: boolean }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'leading'; readonly held: number; readonly all: number };

/** Turns states and outcomes into entries: each thing is told when it begins and when it ends, not as long as it lasts. */
export class Journal {
  readonly #write: (entry: Entry) => void;
  /** Problems of clusters, by what they are about. */
  #standing = new Map<string, Problem>();
  /** Problems of services, by cluster and then by key. */
  readonly #ofServices = new Map<string, Map<string, readonly Problem[]>>();
  #members = new Map<string, string>();
  #warnings: ReadonlySet<string> = new Set();
  /** `cluster kind` of what is known as of now. */
  #synced: ReadonlySet<string> = new Set();
  #ready = false;

  constructor(write: (entry: Entry) => void) {
    this.#write = write;
  }

  state({ ready, roster, clusters }: ControllerState): void {
    this.#reads(clusters);
    const problems = new Map(roster.problems.map((problem) => [identify(problem), problem]));
    for (const [id, problem] of problems) {
      if (!this.#standing.has(id)) this.#write({ type: 'problem', problem });
    }
    for (const [id, problem] of this.#standing) {
      if (!problems.has(id)) this.#write({ type: 'solved', problem });
    }
    this.#standing = problems;
    for (const message of roster.warnings) if (!this.#warnings.has(message)) this.#write({ type: 'warning', message });
    this.#warnings = new Set(roster.warnings);
    const members = new Map(
      roster.members.filter(({ role }) => role === 'member').map(({ cluster, id }) => [cluster, id]),
    );
    if (ready && !this.#ready) {
      this.#write({ type: 'ready', clusterset: roster.clusterset, members: [...members.keys()] });
    } else if (ready) {
      for (const [cluster, id] of this.#members)
        if (members.get(cluster) !== id) this.#write({ type: 'left', cluster, id });
      for (const [cluster, id] of members)
        if (this.#members.get(cluster) !== id) this.#write({ type: 'joined', cluster, id });
    }
    if (ready) this.#members = members;
    // Where nothing is worked on any more, nothing will be said to be solved.
    const present = new Set(roster.members.map(({ cluster }) => cluster));
    for (const cluster of this.#ofServices.keys()) if (!present.has(cluster)) this.#ofServices.delete(cluster);
    this.#ready ||= ready;
  }

  #reads(clusters: ControllerState['clusters']): void {
    const now = new Set<string>();
    for (const { cluster, cache } of clusters) {
      for (const kind of WATCHED_KINDS) {
        const place = `${cluster.name} ${kind}`;
        const synced = cache.isSynced(kind);
        if (synced) now.add(place);
        if (synced !== this.#synced.has(place)) this.#write({ type: 'read', cluster: cluster.name, kind, synced });
      }
    }
    this.#synced = now;
  }

  /** What this process is responsible for from now on. */
  leadership(held: number, all: number): void {
    this.#write({ type: 'leading', held, all });
  }

  warning(message: string): void {
    this.#write({ type: 'warning', message });
  }

  /** What became of one service in one cluster. */
  service(cluster: string, key: string, changes: readonly ReportedChange[], problems: readonly Problem[]): void {
    for (const change of changes) this.#write({ type: 'change', change });
    const here = this.#ofServices.get(cluster) ?? new Map<string, readonly Problem[]>();
    const before = here.get(key) ?? [];
    const known = new Set(before.map(identify));
    const now = new Map(problems.map((problem) => [identify(problem), problem]));
    for (const [id, problem] of now) if (!known.has(id)) this.#write({ type: 'problem', problem });
    for (const problem of before) if (!now.has(identify(problem))) this.#write({ type: 'solved', problem });
    if (now.size === 0) here.delete(key);
    else this.#ofServices.set(cluster, here.set(key, [...now.values()]));
  }
}

function identify({ cluster, object, message }: Problem): string {
  return [cluster, object, message].join('\n');
}
