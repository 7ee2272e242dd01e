import { pathsIn } from '../api/location.ts';
import { shellWord } from '../api/shell-word.ts';
import type { Cluster } from '../clusters/cluster.ts';

/**
 * The flag that names a cluster in a command to type, e.g. `--context east` or `--dir east=clusters/east`; one for each of
 * the layers of a directory.
 */
export function clusterFlag(at: Pick<Cluster, 'type' | 'name' | 'location'>): string {
  if (at.type === 'context') return `--context ${shellWord(at.name)}`;
  return pathsIn(at.location)
    .map((path) => {
      const isOwn = path === at.name || path.endsWith(`/${at.name}`);
      return `--dir ${shellWord(isOwn ? path : `${at.name}=${path}`)}`;
    })
    .join(' ');
}
