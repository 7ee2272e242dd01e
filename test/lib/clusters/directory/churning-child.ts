/** A process that writes and removes the only object of a folder, over and over: `node churning-child.ts DIR`. */
import { directoryClusters } from '../../../../src/lib/clusters/directory/directories.ts';

for (let round = 0; round < 150; round++) {
  const { clusters } = await directoryClusters([process.argv[2] ?? ''], {});
  const metadata = { name: `of-${process.pid}`, namespace: 'shop' };
  await clusters[0]?.apply('ServiceExport', { apiVersion: '', kind: 'ServiceExport', metadata });
  await clusters[0]?.delete('ServiceExport', metadata);
}
