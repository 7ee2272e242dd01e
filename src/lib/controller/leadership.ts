import type { LeaseAccess } from '../clusters/cluster.ts';
import { ClusterError } from '../errors.ts';
import { Election, newIdentity } from './election.ts';
import type { LeaseClock } from './lease-clock.ts';
import type { Permit } from './permit.ts';
import { Shards, shardOf } from './shards.ts';

export interface LeadershipOptions {
  readonly leases: LeaseAccess;
  /** Name of the cluster that has the Leases. */
  readonly home: string;
  readonly namespace: string;
  readonly name: string;
  /** Undefined: one process does everything. */
  readonly shards: number | undefined;
  readonly clock: LeaseClock;
  /** Called when this process becomes responsible for more or for less. */
  readonly onChange: (held: Held) => void;
  readonly onProblem: (error: ClusterError) => void;
  /** Resolves when no key for which this is true is in work. */
  readonly quiet: (isOurs: (key: string) => boolean) => Promise<void>;
}

/** What this process is responsible for. */
export interface Held {
  /** Shards held, of how many; without shards there is one. */
  readonly held: number;
  readonly all: number;
}

/** Whether this process may write, by Leases that it takes part in the election for. */
export interface Leadership extends Permit {
  run(signal: AbortSignal): Promise<void>;
  /** Gives up what it holds, so that others need not wait for it to run out. */
  release(): Promise<void>;
}

/** One leader, or with `shards` each replica for its part of the services. */
export function leadershipBy(options: LeadershipOptions): Leadership {
  const { leases, home: cluster, namespace, name, clock, onProblem } = options;
  const common = { leases, cluster, namespace, name, clock, onProblem, identity: newIdentity() };
  return options.shards === undefined ? one(options, common) : sharded(options, options.shards, common);
}

type Common = Omit<ConstructorParameters<typeof Election>[0], 'onChange' | 'finish'>;

function one({ onChange, quiet }: LeadershipOptions, common: Common): Leadership {
  const election = new Election({
    ...common,
    finish: () => quiet(() => true),
    onChange: (leads) => {
      onChange({ held: leads ? 1 : 0, all: 1 });
    },
  });
  return {
    owns: () => election.leads,
    require: (cluster) => {
      if (!election.mayWrite()) throw notLeading(cluster, election.leader);
    },
    run: (signal) => election.run(signal),
    release: () => election.release(),
  };
}

function sharded({ onChange, quiet }: LeadershipOptions, count: number, common: Common): Leadership {
  const shards = new Shards({
    ...common,
    count,
    finish: (shard) => quiet((key) => shardOf(key, count) === shard),
    onChange: (held) => {
      onChange({ held: held.length, all: count });
    },
  });
  return {
    owns: (key) => shards.leads(key),
    require: (cluster, key) => {
      if (!shards.mayWrite(key)) throw notLeading(cluster, undefined);
    },
    run: (signal) => shards.run(signal),
    release: () => shards.release(),
  };
}

function notLeading(cluster: string, leader: string | undefined): ClusterError {
  const who = leader === undefined ? 'the lease is not ours' : `${leader} leads`;
  return new ClusterError(cluster, 'failed', `not written: ${who}`);
}
