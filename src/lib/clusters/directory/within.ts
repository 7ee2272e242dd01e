import { KINDS, type Kind, type ObjectOf } from '../../api/kinds.ts';
import type { Watcher } from '../cluster.ts';

/** A watcher that hears of one namespace alone: of what is in it, and of the namespace itself. */
export function within<K extends Kind>(kind: K, namespace: string, watcher: Watcher<K>): Watcher<K> {
  const isIn = ({ metadata }: ObjectOf[K]): boolean => {
    if (kind === 'Namespace') return metadata.name === namespace;
    return !KINDS[kind].namespaced || metadata.namespace === namespace;
  };
  return {
    replace: (objects, version) => {
      watcher.replace(objects.filter(isIn), version);
    },
    put: (object) => {
      if (isIn(object)) watcher.put(object);
    },
    remove: (object) => {
      if (isIn(object)) watcher.remove(object);
    },
    heard: () => {
      watcher.heard();
    },
    failed: (error) => {
      watcher.failed(error);
    },
  };
}
