/** A process that watches a directory until it was told of it, and must end by itself then: `node watching-child.ts DIR stop|close`. */
import { directoryClusters } from '../../../../src/lib/clusters/directory/directories.ts';

const { clusters } = await directoryClusters([process.argv[2] ?? ''], {});
const [cluster] = clusters;
const ignore = (): void => undefined;
let end = ignore;
const stop = cluster?.watch('Service', {
  replace: () => {
    process.stdout.write('told');
    setTimeout(() => {
      end();
    }, 200); // the folders are watched by now
  },
  put: ignore,
  remove: ignore,
  heard: ignore,
  failed: ignore,
});
end = process.argv[3] === 'stop' ? (stop ?? ignore) : () => void cluster?.close();
