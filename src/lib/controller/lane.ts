import { type ReportedChange, reportChanges } from '../actions/report-change.ts';
import { type SettleContext, settle } from '../actions/settle.ts';
import type { Writable } from '../actions/write.ts';
import { HTTPError } from '../clusters/kube/status.ts';
import type { ClusterErrorReason } from '../errors.ts';
import type { Problem } from '../plan/change.ts';
import type { Member, PlanOptions } from '../plan/member.ts';
import type { ServiceMemo } from '../plan/service-memo.ts';
import { type ServicePlan, planService } from '../plan/service-plan.ts';
import type { Work, WorkQueue } from './work-queue.ts';

/** What a lane works with; asked anew for every key, since it changes. */
export interface LaneContext {
  /** All members; undefined when this cluster is none, and there is nothing to do. */
  members(): { readonly members: readonly Member[]; readonly self: Member; readonly options: PlanOptions } | undefined;
  /** Shared by all lanes: what a service is, is the same for all clusters. */
  readonly memo: ServiceMemo;
  /** Whether this cluster may be written. */
  isOpen(): boolean;
  /** Resolves when it may; it may have ended again by then. */
  open(): Promise<void>;
  /** False when another process is responsible for a key. */
  owns(key: string): boolean;
  writable(key: string): Writable;
  readonly signal: AbortSignal;
  /** Seconds, of `performance.now`. */
  readonly now: () => number;
}

/** What became of one key. */
export interface Outcome {
  readonly key: string;
  /** Before anything was written. */
  readonly first: ServicePlan;
  /** After it. */
  readonly plan: ServicePlan;
  readonly changes: readonly ReportedChange[];
  readonly problems: readonly Problem[];
  /** Why writes were not done. */
  readonly errors: readonly ClusterErrorReason[];
  /** Milliseconds in the queue, and in work. */
  readonly waited: number;
  readonly took: number;
  /** Milliseconds from when the key was first added until it was taken up this time, failed tries and outages included. */
  readonly pending: number;
}

export interface LaneListener {
  done(outcome: Outcome): void;
  /** Something is wrong with mcs itself; the key comes again later. */
  defect(key: string, error: unknown): void;
}

/**
 * The work on one cluster: keys of services, each brought to what the plan says in this cluster alone. Every cluster has
 * its own lane, so that a slow one delays no other.
 */
export class Lane {
  readonly #queue: WorkQueue;
  readonly #context: LaneContext;
  readonly #listener: LaneListener;

  constructor(queue: WorkQueue, context: LaneContext, listener: LaneListener) {
    this.#queue = queue;
    this.#context = context;
    this.#listener = listener;
  }

  /** Works until the queue is closed, on some keys side by side. */
  async run(workers: number): Promise<void> {
    await Promise.all(Array.from({ length: workers }, () => this.#worker()));
  }

  async #worker(): Promise<void> {
    for (;;) {
      await this.#context.open();
      const work = await this.#queue.take();
      if (work === undefined) return;
      if (!this.#context.isOpen()) {
        // A key that has to wait for its cluster is nobody's work: who waits for work to end does not wait for that.
        work.putBack();
        continue;
      }
      const outcome = await this.#outcome(work);
      if (outcome === undefined) continue;
      try {
        this.#listener.done(outcome);
      } catch (error) {
        this.#listener.defect(work.key, error);
      }
    }
  }

  async #outcome(work: Work): Promise<Outcome | undefined> {
    try {
      return await this.#work(work);
    } catch (error) {
      work.retry();
      if (!this.#isEnded()) this.#listener.defect(work.key, error);
      return undefined;
    }
  }

  #isEnded(): boolean {
    return this.#context.signal.aborted;
  }

  /** Undefined when there was nothing to do here. */
  async #work(work: Work): Promise<Outcome | undefined> {
    const { key, waited, pending } = work;
    const began = this.#context.now();
    const now = this.#context.members();
    if (now === undefined || this.#isEnded() || !this.#context.owns(key)) {
      work.done();
      return undefined;
    }
    const { members, self, options } = now;
    const { memo } = this.#context;
    const slash = key.indexOf('/');
    const plan = planService(key.slice(0, slash), key.slice(slash + 1), members, options, self, memo);
    const writable = this.#context.writable(key);
    const errors: ClusterErrorReason[] = [];
    let askedToWait = 0;
    const context: SettleContext = {
      members,
      only: self,
      memo,
      clusterOf: () => writable,
      options,
      dryRun: 'none',
      signal: this.#context.signal,
      down: new Map(),
      onError: ({ reason, cause }) => {
        errors.push(reason);
        if (cause instanceof HTTPError) askedToWait = Math.max(askedToWait, cause.retryAfter ?? 0);
      },
    };
    const settled =
      plan.changes.length === 0 ? { plan, done: [], problems: plan.problems } : await settle(plan, context);
    const own = settled.problems.filter(({ cluster }) => cluster === self.cluster);
    // What a write did not do is tried again; what the plan itself cannot mend waits for an event.
    const failed = own.some((problem) => problem.severity === 'partial' && !settled.plan.problems.includes(problem));
    if (failed) work.retry(askedToWait);
    else work.done();
    const took = this.#context.now() - began;
    const changes = reportChanges(settled.done);
    return { key, first: plan, plan: settled.plan, changes, problems: own, errors, waited, took, pending };
  }
}
