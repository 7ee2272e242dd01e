import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import { Kept } from '../faults/kept.ts';
import { Program } from '../faults/program.ts';
import { clusters, describeWithServers, uniqueNamespace, type Handle } from '../kube/fixture.ts';
import { kubeconfig, writeKubeconfig } from '../kube/kubeconfig.ts';
import { change, create } from './api.ts';
import { addressesIn, createNamespace, formClusterset, importedSlices, writesDuring } from './clusterset.ts';
import { replace } from './fault-run.ts';
import { exported } from './objects.ts';

/** The process says in no place which contexts: all that the file has, whenever it has them. */
describeWithServers('mcs reconcile --watch while its kubeconfig is written anew', () => {
  const shop = uniqueNamespace('contexts');
  let east: Handle;
  let west: Handle;
  let north: Handle;
  let path: string;
  let kept: Kept;

  /** Writes the file for these clusters; of `refused` the token is one that the server does not know. */
  async function write(servers: readonly Handle[], refused?: Handle): Promise<void> {
    const text = JSON.stringify(kubeconfig(servers.map(({ info }) => info)));
    const token = refused?.info.tokens.admin;
    await replace(path, token === undefined ? text : text.replaceAll(token, `${token}-of-yesterday`));
  }

  const moveTo = (address: string): Promise<void> =>
    change(east, 'EndpointSlice', shop, 'cart-abcde', { endpoints: [{ addresses: [address] }] });
  const addresses = async (at: Handle): Promise<readonly string[]> =>
    addressesIn(await importedSlices(at, shop, 'cart'));

  beforeAll(async () => {
    ({ east, west, north } = await clusters());
    await formClusterset('prod', [east, west, north]);
    await createNamespace(shop, [east, west, north]);
    await create(east, ...exported(shop, 'cart', ['10.1.0.1']));
    path = await writeKubeconfig([east.info, west.info]);
    kept = new Kept(new Program(), ['--kubeconfig', path]);
    await kept.start();
    await kept.until(async () => {
      expect(await addresses(west)).toEqual(['10.1.0.1']);
    });
  });

  afterAll(async () => {
    await kept.end('SIGKILL');
  });

  it('takes up a context that appears', async () => {
    expect(await addresses(north)).toEqual([]);
    await write([east, west, north]);
    await kept.told('joined', ({ cluster, id }) => cluster === 'north' && id === 'north');
    await kept.until(async () => {
      expect(await addresses(north)).toEqual(['10.1.0.1']);
    });
  });

  it('goes on with the others while the credentials of one are refused, and with it when they are good again', async () => {
    await write([east, west, north], west);
    await kept.told('problem', (entry) => messageOf(entry, 'west').includes('does not accept the credentials'));
    expect(
      await writesDuring([west], async () => {
        await moveTo('10.1.0.2');
        await kept.until(async () => {
          expect(await addresses(north)).toEqual(['10.1.0.2']);
        });
      }),
    ).toEqual([]);
    expect(await addresses(west)).toEqual(['10.1.0.1']); // what it held stays
    await write([east, west, north]);
    await kept.told('solved', (entry) => messageOf(entry, 'west').includes('does not accept the credentials'));
    await kept.until(async () => {
      expect(await addresses(west)).toEqual(['10.1.0.2']);
    });
  });

  it('keeps what it has read while the file cannot be read', async () => {
    const whole = await readFile(path, 'utf8');
    await replace(path, whole.slice(0, whole.length / 2));
    await kept.told('warning', ({ message }) => String(message).includes(path));
    await moveTo('10.1.0.3');
    await expect
      .poll(() => Promise.all([west, north].map(addresses)), { timeout: 30_000 })
      .toEqual([['10.1.0.3'], ['10.1.0.3']]);
    await replace(path, whole);
  });

  it('lets go of a context that vanishes, and leaves what is there as it is', async () => {
    await write([east, west]);
    await kept.told('left', ({ cluster, id }) => cluster === 'north' && id === 'north');
    expect(
      await writesDuring([north], async () => {
        await moveTo('10.1.0.4');
        await kept.until(async () => {
          expect(await addresses(west)).toEqual(['10.1.0.4']);
        });
      }),
    ).toEqual([]);
    expect(await addresses(north)).toEqual(['10.1.0.3']);
  });

  it('was one process all the time', async () => {
    kept.expectClean();
    expect(await kept.end('SIGTERM')).toBe(0);
  });
});

/** What an entry says of a cluster; empty when it is of another. */
function messageOf({ problem }: Json, cluster: string): string {
  return isRecord(problem) && problem.cluster === cluster ? String(problem.message) : '';
}
