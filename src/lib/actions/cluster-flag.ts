import { shellWord } from '../api/shell-word.ts';
import type { Cluster } from '../clusters/cluster.ts';

/** The flag that names a cluster in a command to type, e.g. `--context east` or `--dir east=clusters/east`. */
export function clusterFlag(at: Pick<Cluster, 'type' | 'name' | 'location'>): string {
  if (at.type === 'context') return `--context ${shellWord(at.name)}`;
  const own = at.location === at.name || at.location.endsWith(`/${at.name}`);
  return `--dir ${shellWord(own ? at.location : `${at.name}=${at.location}`)}`;
}
