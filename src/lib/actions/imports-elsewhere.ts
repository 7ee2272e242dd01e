import { keyOf } from '../api/objects.ts';
import { ClusterError } from '../errors.ts';
import { inParallel } from './in-parallel.ts';
import type { Surveyed } from './survey.ts';

/** What one cluster imports from another. */
export interface ImportsFrom {
  /** The one that imports. */
  readonly cluster: string;
  /** `namespace/name`, sorted. */
  readonly services: readonly string[];
}

export interface Elsewhere {
  readonly imports: readonly ImportsFrom[];
  /** Members that could not be read, each with why. */
  readonly unknown: readonly { readonly cluster: string; readonly message: string }[];
}

/** The imports that members hold from the cluster with an id. */
export async function importsElsewhere(
  id: string,
  members: readonly Surveyed[],
  concurrency: number,
): Promise<Elsewhere> {
  const imports: ImportsFrom[] = [];
  const unknown: { readonly cluster: string; readonly message: string }[] = [];
  await inParallel(members, concurrency, async ({ at, cluster }) => {
    try {
      const found = (await at.list('ServiceImport')).filter(({ status }) =>
        status?.clusters?.some((source) => source.cluster === id),
      );
      if (found.length > 0) imports.push({ cluster, services: found.map(({ metadata }) => keyOf(metadata)).sort() });
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      if (error.reason !== 'not-served') unknown.push({ cluster, message: error.message });
    }
  });
  const byName = (a: { readonly cluster: string }, b: { readonly cluster: string }): number =>
    a.cluster < b.cluster ? -1 : 1;
  return { imports: imports.sort(byName), unknown: unknown.sort(byName) };
}
