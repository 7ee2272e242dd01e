import { describe, expect, it } from 'vitest';
import { type ServiceStatus, type StatusOptions, status } from '../../../src/lib/actions/status.ts';
import { type Folders, folders, membership, namespace, slice } from './folders.ts';
import { exportOf, member, serviceOf } from './manifests.ts';

const EARLY = '2026-01-01T00:00:00Z';
const LATE = '2026-01-02T00:00:00Z';

async function statusOf(
  set: Folders,
  clusters: readonly string[],
  more: Partial<StatusOptions> = {},
): Promise<readonly ServiceStatus[]> {
  return (await status(await set.open(...clusters), { names: [], concurrency: 4, ...more })).services;
}

/** east and west export shop/cart and agree; north has the namespace alone. */
function agreeing(west: object = {}): Folders {
  const set = folders();
  member(set, 'east', serviceOf('shop/cart'), exportOf('shop/cart', EARLY), slice('cart', '10.1.0.1'));
  member(set, 'west', serviceOf('shop/cart', west), exportOf('shop/cart', LATE), slice('cart', '10.2.0.1'));
  member(set, 'north', namespace('shop'));
  return set;
}

const ALL = ['east', 'west', 'north'];

describe('status before anybody has reconciled', () => {
  it('is PENDING where exports agree, and says who exports what', async () => {
    const [cart] = await statusOf(agreeing(), ALL);
    expect(cart).toMatchObject({
      namespace: 'shop',
      name: 'cart',
      type: 'ClusterSetIP',
      ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
      state: 'PENDING',
      exportedBy: ['east', 'west'],
      importedBy: [],
      missingIn: ['east', 'north', 'west'],
      endpoints: [
        { cluster: 'east', ready: 1, total: 1 },
        { cluster: 'west', ready: 1, total: 1 },
      ],
      conflicts: [],
    });
  });

  it('finds conflicts from the objects, with value, winner and who disagrees', async () => {
    const [cart] = await statusOf(agreeing({ sessionAffinity: 'ClientIP' }), ALL);
    expect(cart?.state).toBe('CONFLICT');
    expect(cart?.conflicts).toEqual([
      {
        field: 'sessionAffinity',
        reason: 'SessionAffinityConflict',
        used: 'None',
        wanted: 'None',
        winner: 'east',
        disagree: ['west'],
      },
    ]);
  });
});

describe('status after a pass', () => {
  it('is OK, and MISSING where an import was deleted', async () => {
    const set = agreeing();
    await set.pass();
    expect(await statusOf(set, ALL)).toMatchObject([
      { state: 'OK', importedBy: ['east', 'north', 'west'], missingIn: [] },
    ]);
    set.remove('north', 'mcs/shop/serviceimport-cart.yaml');
    expect(await statusOf(set, ALL)).toMatchObject([{ state: 'MISSING', missingIn: ['north'] }]);
  });

  it('is PENDING when the exports have changed since', async () => {
    const set = agreeing();
    await set.pass();
    set.write(
      'east',
      'all.yaml',
      serviceOf('shop/cart', { ports: [{ name: 'http', port: 81 }] }),
      exportOf('shop/cart', EARLY),
    );
    const [cart] = await statusOf(set, ['east']);
    expect(cart?.pending).toMatchObject([{ cluster: 'east', reason: 'not reconciled since the last change' }]);
  });

  it('is UNKNOWN, never OK, when a source cannot be asked (rule 19)', async () => {
    const set = agreeing();
    await set.pass();
    expect(await statusOf(set, ['east', 'north'])).toMatchObject([{ state: 'UNKNOWN', unreachable: ['west'] }]);
  });

  it('tells of a namespace that is missing, without counting the import as missing (rule 12)', async () => {
    const set = agreeing();
    member(set, 'south', namespace('other'));
    await set.pass();
    expect(await statusOf(set, [...ALL, 'south'])).toMatchObject([
      { state: 'OK', noNamespaceIn: ['south'], missingIn: [] },
    ]);
  });

  it('shows conditions that say otherwise', async () => {
    const set = agreeing();
    const conditions = [
      { type: 'Conflict', status: 'True', reason: 'PortConflict', message: '', lastTransitionTime: EARLY },
    ];
    member(set, 'east', serviceOf('shop/cart'), exportOf('shop/cart', EARLY, {}, { status: { conditions } }));
    const [cart] = await statusOf(set, ALL);
    expect(cart?.contradictions).toEqual([
      { cluster: 'east', reason: 'its ServiceExport says Conflict=True; by the objects it is False' },
    ]);
  });
});

describe('status of what is not exported', () => {
  it.each([
    ['NoService', []],
    ['InvalidServiceType', [serviceOf('shop/cart', { type: 'ExternalName' })]],
  ])('is NOT EXPORTED with the reason %s (rule 5)', async (reason, services) => {
    const set = folders();
    member(set, 'east', ...services, exportOf('shop/cart', EARLY));
    expect(await statusOf(set, ['east'])).toMatchObject([
      { state: 'NOT EXPORTED', exportedBy: [], invalid: [{ cluster: 'east', reason }] },
    ]);
  });
});

describe('which services are shown', () => {
  const set = (): Folders => {
    const made = folders();
    const both = ['shop/cart', 'blog/web'].flatMap((key) => [serviceOf(key), exportOf(key, EARLY)]);
    member(made, 'east', ...both);
    return made;
  };
  const shown = async (more: Partial<StatusOptions>): Promise<readonly string[]> =>
    (await statusOf(set(), ['east'], more)).map(({ namespace: ns, name }) => `${ns}/${name}`);

  it('all, one namespace, one name, or one of both', async () => {
    expect(await shown({})).toEqual(['blog/web', 'shop/cart']);
    expect(await shown({ namespace: 'shop' })).toEqual(['shop/cart']);
    expect(await shown({ names: ['web'] })).toEqual(['blog/web']);
    expect(await shown({ names: ['shop/cart'] })).toEqual(['shop/cart']);
  });
});

describe('which clusters are read', () => {
  it('keeps two clustersets apart (rule 3)', async () => {
    const set = agreeing();
    set.write('other', 'cluster.yaml', ...membership('other', 'test'));
    set.write('other', 'all.yaml', serviceOf('shop/cart'), exportOf('shop/cart', EARLY));
    await expect(statusOf(set, ['east', 'other'])).rejects.toThrow(/several clustersets/);
    expect(await statusOf(set, ['east', 'other'], { clusterset: 'prod' })).toMatchObject([{ exportedBy: ['east'] }]);
  });

  it('takes all as one set where nobody is a member of any', async () => {
    const set = folders();
    set.write('a', 'all.yaml', serviceOf('shop/cart'), exportOf('shop/cart', EARLY));
    set.write('b', 'all.yaml', serviceOf('shop/cart', { ports: [{ port: 81 }] }), exportOf('shop/cart', LATE));
    const report = await status(await set.open('a', 'b'), { names: [], concurrency: 4 });
    expect(report.services).toMatchObject([{ state: 'CONFLICT', exportedBy: ['a', 'b'] }]);
    expect(report.warnings.join()).toMatch(/no cluster has ClusterProperty/);
  });
});
