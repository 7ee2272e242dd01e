import { readFile } from 'node:fs/promises';
import { ClusterError } from '../../errors.ts';
import { codeOf } from './connection.ts';

/** A certificate or key: from base64 data, which wins as in kubectl, else from a file; undefined when neither is given. */
export async function readMaterial(
  cluster: string,
  data: string | undefined,
  file: string | undefined,
): Promise<Buffer | undefined> {
  if (data !== undefined) return Buffer.from(data, 'base64');
  if (file === undefined) return undefined;
  return readNamed(cluster, file);
}

/** A file that a kubeconfig names. @throws ClusterError `unauthorized` naming it */
export async function readNamed(cluster: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = codeOf(error);
    const why =
      code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'permission denied' : `cannot be read (${code})`;
    throw new ClusterError(cluster, 'unauthorized', `${file}: ${why}`, 'the kubeconfig names this file', {
      cause: error,
    });
  }
}
