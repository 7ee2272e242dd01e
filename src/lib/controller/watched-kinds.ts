import type { Kind } from '../api/kinds.ts';
import { OBSERVED_KINDS } from '../plan/observed.ts';

/** Kinds that are watched. */
export const WATCHED_KINDS = ['ClusterProperty', ...OBSERVED_KINDS] as const satisfies readonly Kind[];
export type WatchedKind = (typeof WATCHED_KINDS)[number];
