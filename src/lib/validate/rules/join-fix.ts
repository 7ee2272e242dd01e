import { isDNSLabel, proposeID } from '../../api/names.ts';
import type { Fix } from '../finding.ts';
import type { SceneCluster } from '../scene.ts';

/** What gives a member an id. */
export function joinFix(cluster: SceneCluster, all: readonly SceneCluster[]): Fix {
  return { kind: 'command', text: joining(cluster, freeID(cluster, all)) };
}

/** What gives a member another id: ids never change while a cluster is a member. */
export function rejoinFix(cluster: SceneCluster, all: readonly SceneCluster[]): Fix {
  return {
    kind: 'command',
    text: `mcs leave ${cluster.flag} --forget-id && ${joining(cluster, freeID(cluster, all))}`,
  };
}

function joining({ flag, identity }: SceneCluster, id: string): string {
  return `mcs join ${identity.clusterset ?? 'CLUSTERSET'} ${flag} --id ${id}`;
}

/** An id that nobody here has: what is usable of the present one, else the cluster's name. */
function freeID({ name, identity }: SceneCluster, all: readonly SceneCluster[]): string {
  const taken = new Set(all.flatMap((other) => other.identity.id ?? []));
  const free = [proposeID(identity.id?.split('.')[0] ?? ''), proposeID(name)].find(
    (id) => id !== undefined && isDNSLabel(id) && !taken.has(id),
  );
  return free ?? 'ID';
}
