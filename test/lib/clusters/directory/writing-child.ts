/**
 * A process that writes without end, to be killed: `node writing-child.ts DIR`. Every object it writes is big enough
 * for a write to take a while, and holds one number in every place, so that half of one and half of another shows.
 */
import { directoryClusters } from '../../../../src/lib/clusters/directory/directories.ts';

const { clusters } = await directoryClusters([process.argv[2] ?? ''], {});
for (let round = 0; ; round++) {
  for (const name of ['a', 'b', 'c']) {
    const text = String(round);
    await clusters[0]?.apply('ServiceImport', {
      apiVersion: '',
      kind: 'ServiceImport',
      metadata: { name, namespace: 'shop', annotations: { first: text } },
      spec: {
        type: 'ClusterSetIP',
        ports: Array.from({ length: 300 }, (_, index) => ({
          name: `p${index}`,
          port: index,
          protocol: 'TCP',
          appProtocol: text,
        })),
      },
    });
  }
  if (round === 0) process.stdout.write('started\n');
}
