import type { Cluster } from '../clusters/cluster.ts';

/** The flag that names a cluster in a command to type, e.g. `--context east` or `--dir east=clusters/east`. */
export function clusterFlag(at: Pick<Cluster, 'type' | 'name' | 'location'>): string {
  if (at.type === 'context') return `--context ${shellWord(at.name)}`;
  const own = at.location === at.name || at.location.endsWith(`/${at.name}`);
  return `--dir ${shellWord(own ? at.location : `${at.name}=${at.location}`)}`;
}

/** A word as a shell takes it, quoted where it must be. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
