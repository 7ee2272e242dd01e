/** When something was at work, in milliseconds since 1970. */
export interface FaultTime {
  readonly from: number;
  /** Infinity while it lasts. */
  to: number;
  /** What is sent meanwhile is kept, and arrives afterwards. */
  readonly keeps: boolean;
}

/** The most that are kept; the oldest are forgotten first. */
const MOST = 500;

/** When faults were at work at one cluster. */
export class FaultTimes {
  readonly #all: FaultTime[] = [];

  /** Notes one that begins after all others; set its `to` when it is over. */
  begin(from: number, keeps = false): FaultTime {
    const fault = { from, to: Infinity, keeps };
    this.#all.push(fault);
    if (this.#all.length > MOST) this.#all.splice(0, MOST / 2);
    return fault;
  }

  /** True while one lasts. */
  get isHurt(): boolean {
    return this.#all.some(({ to }) => to === Infinity);
  }

  /** True when one was at work between these times. */
  wasFaulty(from: number, to: number): boolean {
    return this.#all.some((fault) => fault.from <= to && fault.to >= from);
  }

  /** True when one at work between these times kept what was sent. */
  wasKept(from: number, to: number): boolean {
    return this.#all.some((fault) => fault.keeps && fault.from <= to && fault.to >= from);
  }

  /** The begin of a time without a fault, that long, before this one: whatever was done earlier has been heard of since. */
  calmBefore(time: number, milliseconds: number): number {
    let since = time - milliseconds;
    for (const fault of this.#all.toReversed()) {
      if (fault.from <= time && fault.to >= since) since = Math.min(since, fault.from - milliseconds);
    }
    return since;
  }
}
