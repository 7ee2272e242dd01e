import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import type { BodiedWrite } from './audit-bodies.ts';
import { LiveSlices, type Exposed, type SliceCounts } from './live-slices.ts';
import { OneWriter } from './one-writer.ts';
import type { World } from './world.ts';

/** What the checker has counted. */
export interface Counts extends SliceCounts {
  /** Writes of mcs that were accepted. */
  writes: number;
  /** Accepted ones without a difference whose predecessor's answer a fault may have kept from mcs. */
  repeated: number;
  /** Accepted ones without a difference that had to be tried before a patch: see `#shared`. */
  doubled: number;
  /** Accepted ones that were held against the Lease. */
  led: number;
  /** Refused ones by HTTP status. */
  readonly refused: Map<number, number>;
}

/** A period in which the process under test must not write, in milliseconds since 1970. */
export interface Pause {
  readonly from: number;
  to: number;
}

/** A process under test. */
export interface Writer {
  /** Who it is in the audit logs, and nobody else. */
  readonly user: string;
  readonly pauses: readonly Pause[];
  /** When each of its lives began: none has what one before it had. */
  readonly births: readonly number[];
}

export interface InvariantsOptions {
  readonly sites: readonly Exposed[];
  /** What users did. */
  readonly world: Pick<World, 'uids' | 'wasTouched' | 'isLive'>;
  readonly writers: readonly Writer[];
  /** By a Lease they agree on who of them writes. */
  readonly isElected: boolean;
}

/** Time in which an answer that is through may still have been lost on its way. */
const ON_THE_WAY = 1500;

/** Longest after a fault that a server answers what was sent to it before. */
const ARRIVES_LATE = 3000;

/** Within this long after a fault a watch is back. */
const BACK = 45_000;

interface LastWrite {
  readonly user: string;
  readonly version: unknown;
  readonly received: number;
  readonly answered: number;
}

/** Holds what the audit logs say of mcs' writes against what must never be. */
export class Invariants {
  readonly #counts = { writes: 0, repeated: 0, doubled: 0, led: 0, refused: new Map<number, number>() };
  readonly #sites: ReadonlyMap<string, Exposed>;
  readonly #world: InvariantsOptions['world'];
  readonly #writers: ReadonlyMap<string, Writer>;
  /** The last accepted writes of an object, by anybody. */
  readonly #last = new Map<string, LastWrite[]>();
  /**
   * Objects with fields that belong to others than mcs' applying: a stranger's, or mcs' own of an earlier patch. Applying
   * cannot take such an entry out of a list, and mcs learns that by trying.
   */
  readonly #shared = new Set<string>();
  /** What was last done to an object, one line each. */
  readonly #history = new Map<string, string[]>();
  readonly #slices: LiveSlices;
  readonly #oneWriter: OneWriter | undefined;

  constructor({ sites, world, writers, isElected }: InvariantsOptions) {
    this.#sites = new Map(sites.map((site) => [site.name, site]));
    this.#world = world;
    this.#slices = new LiveSlices({ sites, world });
    this.#oneWriter = isElected ? new OneWriter() : undefined;
    this.#writers = new Map(writers.map((writer) => [writer.user, writer]));
  }

  get counts(): Counts {
    return { ...this.#counts, ...this.#slices.counts };
  }

  /** Says that mcs has heard all, and done all, that a cluster called for before a time, in milliseconds since 1970. */
  settled(site: string, time: number): void {
    this.#slices.settled(site, time);
  }

  /** Counts of which slices a delete would be reported at a time, in milliseconds since 1970. */
  survey(time: number): void {
    this.#slices.survey(time);
  }

  /**
   * What is wrong with these writes, one line each. Writes of a server come in order and none is left out; those of the
   * Lease that allow others come with them or before.
   */
  check(writes: readonly BodiedWrite[]): readonly string[] {
    for (const write of writes) {
      const isOfLease = write.group === 'coordination.k8s.io' && this.#writers.has(write.user);
      if (isOfLease && isAccepted(write)) this.#oneWriter?.remember(write);
    }
    return writes.flatMap((write) => {
      const lines = this.#writers.has(write.user) && !write.dryRun ? this.#checkOne(write) : [];
      this.#remember(write);
      const before = lines.length === 0 ? [] : (this.#history.get(keyOf(write)) ?? []);
      return lines.map((line) => [`${atTime(write)} ${titleOf(write)}: ${line}; before it:`, ...before].join('\n  '));
    });
  }

  #checkOne(write: BodiedWrite): readonly string[] {
    const lines: string[] = [];
    if (!isAccepted(write)) {
      const { refused } = this.#counts;
      refused.set(write.code, (refused.get(write.code) ?? 0) + 1);
      return lines;
    }
    if (write.group === 'events.k8s.io' || write.group === 'coordination.k8s.io') return lines;
    this.#counts.writes++;
    lines.push(...this.#whileOff(write), ...this.#ofOthers(write), ...this.#beside(write));
    if (write.verb === 'delete') lines.push(...this.#slices.ofDelete(write));
    else lines.push(...this.#withoutDifference(write));
    return lines;
  }

  #whileOff({ server, user, received }: BodiedWrite): readonly string[] {
    if (this.#mayBeLate(server, received)) return [];
    const pause = this.#writers.get(user)?.pauses.find(({ from, to }) => received > from + 500 && received < to);
    return pause === undefined ? [] : ['written while the process was not running'];
  }

  /** Two processes must not write at a time. */
  #beside(write: BodiedWrite): readonly string[] {
    if (this.#oneWriter === undefined || this.#mayBeLate(write.server, write.received)) return [];
    this.#counts.led++;
    const births = this.#writers.get(write.user)?.births ?? [];
    return this.#oneWriter.check(write, births.findLast((birth) => birth <= write.received) ?? 0);
  }

  /** What is sent in time may wait in a frozen server or a held connection. */
  #mayBeLate(server: string, received: number): boolean {
    return this.#sites.get(server)?.faults.wasKept(received - ARRIVES_LATE, received) === true;
  }

  /** By what objects are called: mcs' own are where no user's can be. */
  #ofOthers(write: BodiedWrite): readonly string[] {
    const { server, resource, subresource, name, response } = write;
    const uid = isRecord(response?.metadata) ? response.metadata.uid : uidOfStatus(response);
    if (resource !== 'serviceexports' && this.#world.uids(server).has(uid)) return ['a stranger’s object was written'];
    if (resource === 'serviceexports' && subresource === 'status') return [];
    if (resource === 'serviceimports') return [];
    if (resource === 'services' && name.startsWith('derived-')) return [];
    if (resource === 'endpointslices' && !name.includes('.')) return [];
    return ['nothing that mcs may write'];
  }

  /** An answer with a version that the object had before: nothing was different. */
  #withoutDifference(write: BodiedWrite): readonly string[] {
    const { server, received, response } = write;
    const before = this.#last.get(keyOf(write))?.find(({ version }) => version === versionOf(response));
    if (before === undefined) return [];
    // Who did not hear that a write arrived writes again.
    const faults = this.#sites.get(server)?.faults;
    const isUnheard =
      faults?.wasFaulty(before.received - 200, before.answered + ON_THE_WAY) === true ||
      // Who takes over hears what the other wrote from a watch, which may not be back.
      (before.user !== write.user &&
        faults?.wasFaulty(before.received - BACK, received) === true &&
        !this.#isHeard(write, before.received));
    if (isUnheard) {
      this.#counts.repeated++;
      return [];
    }
    if (write.resource === 'serviceimports' && this.#shared.has(keyOf(write))) {
      this.#counts.doubled++;
      return [];
    }
    const ago = Math.round(received - before.answered);
    return [`written without a difference, ${ago} ms after the last write: ${JSON.stringify(write.request)}`];
  }

  /** True when all processes are known to have heard of what was done to such an object before a time. */
  #isHeard({ server, resource }: BodiedWrite, time: number): boolean {
    return resource !== 'serviceimports' && time < this.#slices.heardUntil(server); // of imports nothing is known
  }

  #remember(write: BodiedWrite): void {
    if (!isAccepted(write) || write.dryRun) return;
    const key = keyOf(write);
    const held = String(versionOf(write.response));
    const line = `${atTime(write)} ${write.user} ${write.verb} ${write.subresource} → ${held} ${JSON.stringify(write.request)}`;
    this.#history.set(key, [...(this.#history.get(key) ?? []), line].slice(-8));
    const [version, { received, answered }] = [versionOf(write.response), write];
    this.#slices.remember(write);
    if (!this.#writers.has(write.user) || (write.verb === 'patch' && write.request?.kind === undefined))
      this.#shared.add(key);
    if (write.verb === 'delete') {
      this.#shared.delete(key);
      this.#last.delete(key);
      return;
    }
    if (version === undefined) return;
    const last = this.#last.get(key) ?? [];
    if (!last.some((one) => one.version === version)) last.push({ user: write.user, version, received, answered });
    this.#last.set(key, last.slice(-5));
  }
}

function isAccepted({ code }: BodiedWrite): boolean {
  return code >= 200 && code <= 299;
}

function atTime({ received }: BodiedWrite): string {
  return new Date(received).toISOString();
}

function titleOf({ server, verb, resource, subresource, namespace, name, code }: BodiedWrite): string {
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  return `${server} ${verb} ${what} ${namespace}/${name} (${code})`;
}

function keyOf({ server, group, resource, namespace, name }: BodiedWrite): string {
  return [server, group, resource, namespace, name].join(' ');
}

function versionOf(object: Json | undefined): unknown {
  return isRecord(object?.metadata) ? object.metadata.resourceVersion : undefined;
}

/** The answer to a delete may be a Status that names what was deleted. */
function uidOfStatus(object: Json | undefined): unknown {
  return isRecord(object?.details) ? object.details.uid : undefined;
}
