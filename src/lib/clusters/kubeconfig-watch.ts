import { stat } from 'node:fs/promises';
import type { Selection } from './open.ts';

/** Milliseconds between two looks. */
const INTERVAL = 2000;

/**
 * Tells when a kubeconfig of a selection is otherwise: changed, there, or gone. By looking at the files now and then:
 * what Kubernetes mounts changes by links that no file system tells of.
 * @returns what ends it
 */
export async function watchKubeconfigs(
  selection: Pick<Selection, 'kubeconfigs' | 'env' | 'home'>,
  changed: () => void,
): Promise<() => void> {
  const { kubeconfigPaths } = await import('./kube/contexts.ts');
  const { paths } = kubeconfigPaths(selection.kubeconfigs, selection.env, selection.home);
  let last = await look(paths);
  const timer = setInterval(() => {
    void look(paths).then((now) => {
      if (now === last) return;
      last = now;
      changed();
    });
  }, INTERVAL);
  return () => {
    clearInterval(timer);
  };
}

/** What tells one state of the files from another. */
async function look(paths: readonly string[]): Promise<string> {
  const states = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ ino, size, mtimeMs }) => [ino, size, mtimeMs].join(' '),
        () => 'absent',
      ),
    ),
  );
  return states.join();
}
