import type { Cost } from './process.ts';
import { type Row, atMost, median, pairedRatio, spread } from './result.ts';

/** Directories of a clusterset. */
export const SIZES = [5, 10, 20] as const;
export type Size = (typeof SIZES)[number];

/** How much more than the clusters time and memory may grow. */
const LINEAR = 1.1;

/** Something that a process costs, and how it is shown. */
interface Quantity {
  readonly what: string;
  readonly unit: string;
  readonly digits: number;
  readonly of: (cost: Cost) => number;
}

export const WALL: Quantity = { what: 'time', unit: 's', digits: 1, of: (cost) => cost.milliseconds / 1000 };
export const CPU: Quantity = {
  what: 'processor time',
  unit: 's',
  digits: 1,
  of: (cost) => cost.cpuMilliseconds / 1000,
};
export const MEMORY: Quantity = { what: 'peak memory', unit: 'MB', digits: 0, of: (cost) => cost.megabytes };

/** What one command costs over clustersets of several sizes. */
export class SizeRows {
  readonly #name: string;
  readonly #costs: Readonly<Record<Size, readonly Cost[]>>;

  constructor(name: string, costs: Readonly<Record<Size, readonly Cost[]>>) {
    this.#name = name;
    this.#costs = costs;
  }

  /** The largest size against a fixed amount, which it may not pass. */
  limit(quantity: Quantity, most: number): Row {
    return { ...this.against(quantity, most), target: atMost(1) };
  }

  /** The same without a target, to be read with another. */
  against({ what, unit, digits, of }: Quantity, amount: number): Row {
    const ours = this.#costs[20].map(of);
    return {
      measure: `${this.#name}, 20 directories: ${what}`,
      ours: spread(ours, unit, digits),
      other: `${amount} ${unit}`,
      ratio: median(ours) / amount,
    };
  }

  /** A size against the smallest: it may grow as the directories do, and hardly more. */
  growth(to: Size, { what, unit, digits, of }: Quantity): Row {
    const [ours, least] = [this.#costs[to].map(of), this.#costs[5].map(of)];
    return {
      measure: `${this.#name}: ${what}, ${to} directories against 5`,
      ours: spread(ours, unit, digits),
      other: `5 directories: ${spread(least, unit, digits)}`,
      ratio: pairedRatio(ours, least),
      target: atMost((to / 5) * LINEAR),
    };
  }
}
