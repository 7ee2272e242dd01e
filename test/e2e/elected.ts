import { AuditTail, type BodiedWrite } from '../faults/audit-bodies.ts';
import type { Program, Watching } from '../faults/program.ts';
import type { Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { grant } from '../kube/rbac.ts';
import { contexts } from './clusterset.ts';

/** Who each process is in the audit logs; the tests are `admin`. */
export const [FIRST, SECOND] = ['admin-certificate', 'limited'] as const;

const USERS = { [FIRST]: 'certificate', [SECOND]: 'limited' } as const;

/** Processes of `reconcile --watch --leader-elect` over the same clusters, each somebody else in the audit logs. */
export class Elected {
  readonly #program: Program;
  readonly #servers: readonly Handle[];
  readonly #processes: Watching[] = [];
  #tails: readonly AuditTail[] = [];

  private constructor(program: Program, servers: readonly Handle[]) {
    this.#program = program;
    this.#servers = servers;
  }

  /** @param servers the first is the home of the Leases */
  static async over(program: Program, servers: readonly Handle[]): Promise<Elected> {
    for (const { info } of servers) {
      await grant(info, SECOND, [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
    }
    return new Elected(program, servers);
  }

  /** @param flags more than where the Leases are */
  async start(who: keyof typeof USERS, leases: string, flags: readonly string[] = []): Promise<Watching> {
    const servers = this.#servers;
    const path = await writeKubeconfig(
      servers.map(({ info }) => info),
      { user: USERS[who] },
    );
    const lease = ['--leader-elect', '--home', servers[0]?.name ?? '', '--lease-namespace', leases];
    const watching = await this.#program.watch(['--kubeconfig', path, ...contexts(servers), ...lease, ...flags]);
    this.#processes.push(watching);
    return watching;
  }

  /** Forgets the writes until now. */
  async listen(): Promise<void> {
    this.#tails = this.#servers.map(({ info }) => new AuditTail(info));
    await this.writes();
  }

  /** The writes since the last call, Leases and Events aside. */
  async writes(): Promise<readonly BodiedWrite[]> {
    const found = await Promise.all(this.#tails.map((tail) => tail.read()));
    return found.flat().filter(({ group }) => group !== 'coordination.k8s.io' && group !== 'events.k8s.io');
  }

  /** Ends all that still run, also those that are stopped. */
  kill(): void {
    for (const watching of this.#processes.splice(0)) watching.signal('SIGKILL');
  }
}

/** How many shards a process says it holds; without shards, 1 when it leads. */
export function holds(watching: Watching): number {
  return Number(watching.of('leading').at(-1)?.held ?? 0);
}

/** A write by what it is done to. */
export function titleOf({ server, verb, resource, subresource, name }: BodiedWrite): string {
  return [server, verb, resource, subresource, name].join(' ');
}
