import { describe, expect, it } from 'vitest';
import { explainConflict } from '../../../src/lib/actions/explain-conflict.ts';
import { type ServiceExplanation, explainService } from '../../../src/lib/actions/explain-service.ts';
import { PLAIN } from '../../../src/lib/output/colour.ts';
import { explainText } from '../../../src/lib/output/explain-text.ts';
import { type Folders, folders, membership, namespace, slice } from './folders.ts';
import { exportOf, member, serviceOf } from './manifests.ts';

const EARLY = '2026-01-01T00:00:00Z';
const LATE = '2026-02-11T00:00:00Z';
const CART = 'shop/cart';

/** east exports shop/cart with one endpoint; west has the namespace. */
function set(west: readonly object[] = [namespace('shop')], east: readonly object[] = eastern()): Folders {
  const made = folders();
  member(made, 'east', ...east);
  member(made, 'west', ...west);
  return made;
}

const eastern = (): readonly object[] => [serviceOf(CART), exportOf(CART, EARLY), slice('cart', '10.1.0.1')];

async function explained(
  made: Folders,
  more: Partial<Parameters<typeof explainService>[1]> = {},
): Promise<ServiceExplanation> {
  const clusters = await made.open('east', 'west');
  return explainService(clusters, { service: CART, namespace: 'default', in: ['west'], concurrency: 4, ...more });
}

const verdicts = ({ steps, clusters }: ServiceExplanation): readonly string[] =>
  [...steps, ...(clusters[0]?.steps ?? [])].map(
    ({ step, verdict, dependsOn }) => `${step} ${verdict}${dependsOn === undefined ? '' : ` ${dependsOn}`}`,
  );

const ns = [namespace('shop')];

describe('the chain of a service', () => {
  it('holds where all is as it should be; a directory has no IP by nature', async () => {
    const made = set();
    await made.pass();
    const result = await explained(made);
    expect(verdicts(result)).toEqual([
      'exported ok',
      'valid ok',
      'merged ok',
      'imported ok',
      'endpoints ok',
      'address skipped',
    ]);
    expect(result).toMatchObject({ verdict: 'ok', causes: [] });
  });

  it('breaks at the first fault, and the steps after it are skipped', async () => {
    const made = set([serviceOf('other/x')]);
    const result = await explained(made);
    expect(verdicts(result)).toEqual([
      'exported ok',
      'valid ok',
      'merged ok',
      'imported fail',
      'endpoints skipped 4',
      'address skipped 4',
    ]);
    expect(result.causes).toEqual([
      {
        code: 'MCS101',
        verdict: 'fail',
        step: 'imported',
        common: false,
        message: 'namespace "shop" does not exist',
        clusters: ['west'],
        fixes: [{ kind: 'manifest', text: expect.stringMatching(/west: .*kind: Namespace, metadata: \{name: shop\}/) }],
      },
    ]);
  });

  it('names every step with what was read and the rule', async () => {
    const result = await explained(set());
    const steps = [...result.steps, ...(result.clusters[0]?.steps.slice(0, 1) ?? [])];
    for (const { reads, rule } of steps) {
      expect(reads.length).toBeGreaterThan(0);
      expect(rule.source).toContain('KEP-1645');
    }
  });

  it('says one cause once, over all clusters that it breaks', async () => {
    const made = set();
    member(made, 'south', serviceOf('other/x'));
    member(made, 'north', serviceOf('other/x'));
    await made.pass();
    const clusters = await made.open('east', 'west', 'south', 'north');
    const { causes } = await explainService(clusters, { service: CART, namespace: 'x', in: [], concurrency: 4 });
    expect(causes).toMatchObject([{ code: 'MCS101', clusters: ['south', 'north'] }]);
    expect(causes[0]?.fixes).toHaveLength(2);
  });
});

const release = {
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'cart', namespace: 'shop' },
  spec: {},
};

describe('a Service that a release may render', () => {
  it('is not known, as validate says, and what was rendered can be given', async () => {
    const made = set(ns, [exportOf(CART, EARLY), serviceOf('shop/cart-redis'), release]);
    const result = await explained(made);
    expect(verdicts(result).slice(0, 3)).toEqual(['exported ok', 'valid unknown', 'merged skipped 2']);
    expect(result.causes).toMatchObject([
      {
        code: 'MCS301',
        verdict: 'unknown',
        message: 'east: Service shop/cart is in no file of east; HelmRelease shop/cart may render it',
        fixes: [
          {
            kind: 'doc',
            text: expect.stringMatching(/helm template … \| mcs explain svc shop\/cart .* --dir east=-$/),
          },
        ],
      },
    ]);
  });

  it('leaves open whether one of several exports counts', async () => {
    const made = set([exportOf(CART, LATE), release], eastern());
    const { steps } = await explained(made);
    expect(steps[1]).toMatchObject({
      verdict: 'unknown',
      message: 'east (ClusterIP)',
      remarks: [{ verdict: 'unknown' }],
    });
  });
});

const noId = membership(undefined, 'prod');
const notReady = {
  ...slice('cart', '10.1.0.1'),
  endpoints: [{ addresses: ['10.1.0.1'], conditions: { ready: false } }],
};

describe('the root cause', () => {
  it.each<[string, readonly object[], readonly object[], string | undefined, RegExp]>([
    ['an export without Service', [exportOf(CART, EARLY)], ns, 'MCS301', /^east: no Service shop\/cart$/],
    [
      'a Service of almost that name',
      [exportOf(CART, EARLY), serviceOf('shop/carts')],
      ns,
      'MCS302',
      /did you mean shop\/carts/,
    ],
    [
      'an export of almost that name',
      [serviceOf(CART), exportOf('shop/carrt', EARLY)],
      ns,
      'MCS302',
      /east exports shop\/carrt/,
    ],
    [
      'a Service in another namespace',
      [exportOf(CART, EARLY), serviceOf('store/cart')],
      ns,
      'MCS302',
      /in namespace store/,
    ],
    [
      'an export in another namespace',
      [serviceOf('store/cart'), exportOf('store/cart', EARLY)],
      ns,
      'MCS302',
      /east exports store\/cart/,
    ],
    [
      'an ExternalName',
      [exportOf(CART, EARLY), serviceOf(CART, { type: 'ExternalName' })],
      ns,
      'MCS303',
      /ExternalName/,
    ],
    [
      'a Service of another name, which is no typing error',
      [exportOf(CART, EARLY), serviceOf('shop/cart-redis')],
      ns,
      'MCS301',
      /^east: no Service shop\/cart$/,
    ],
    ['a Service nobody exports', [serviceOf(CART)], ns, undefined, /no cluster exports it; east has the Service/],
    ['a name nobody knows', [serviceOf('shop/card')], ns, undefined, /did you mean shop\/card\?/],
    [
      'an export that is being deleted',
      [serviceOf(CART), exportOf(CART, EARLY, { deletionTimestamp: LATE })],
      ns,
      undefined,
      /being deleted in east/,
    ],
    ['an import not made', eastern(), ns, 'MCS404', /namespace is there/],
    ['no ready endpoint', [serviceOf(CART), exportOf(CART, EARLY), notReady], ns, 'MCS405', /east has 1, none ready/],
    [
      'a port of no slice',
      [serviceOf(CART), exportOf(CART, EARLY), { ...slice('cart', '10.1.0.1'), ports: [{ name: 'web', port: 80 }] }],
      ns,
      'MCS407',
      /http 80\/TCP is in no EndpointSlice/,
    ],
  ])('is found: %s', async (_, east, west, code, message) => {
    const made = set(west, east);
    if (code === 'MCS405' || code === 'MCS407') await made.pass();
    const { causes, verdict } = await explained(made);
    expect(verdict).toBe('fail');
    expect(causes).toHaveLength(1);
    expect(causes[0]?.code).toBe(code);
    expect(causes[0]?.message).toMatch(message);
    expect(causes[0]?.fixes.length).toBeGreaterThan(0);
  });

  it('is a system namespace', async () => {
    const made = set(ns, [serviceOf('kube-system/dns'), exportOf('kube-system/dns', EARLY)]);
    expect((await explained(made, { service: 'kube-system/dns' })).causes).toMatchObject([{ code: 'MCS305' }]);
  });

  it.each<[string, string, readonly object[]]>([
    ['MCS120', 'no id', noId],
    ['MCS121', 'an id that is none', membership('West_1', 'prod')],
    ['MCS122', 'the id of another', membership('east', 'prod', '2026-05-05T00:00:00Z')],
    ['MCS124', 'no membership', []],
    ['MCS125', 'another clusterset', membership('west', 'test')],
  ])('is identity, %s: %s', async (code, _, properties) => {
    const made = set();
    made.write('west', 'cluster.yaml', ...properties, namespace('shop'));
    const asImporter = await explained(made, { clusterset: 'prod' });
    expect(asImporter.causes).toMatchObject([{ code, step: 'imported', clusters: ['west'] }]);
    // The same cluster as the only exporter.
    const exporter = set([serviceOf(CART), exportOf(CART, EARLY)], ns);
    exporter.write('west', 'cluster.yaml', ...properties);
    const asExporter = await explained(exporter, { clusterset: 'prod', in: ['east'] });
    expect(asExporter.causes).toMatchObject([
      { code, step: 'exported', message: expect.stringContaining('west alone exports it') },
    ]);
  });

  it('is that nobody is a member, where nobody else is at work', async () => {
    const made = folders();
    made.write('east', 'a.yaml', ...eastern());
    made.write('west', 'a.yaml', namespace('shop'));
    const { causes } = await explained(made);
    expect(causes).toMatchObject([
      { code: 'MCS124', fixes: [{ text: expect.stringContaining('mcs join CLUSTERSET --dir') }] },
    ]);
  });

  it('is unknown, never ok, for what a folder cannot say or a cluster did not', async () => {
    const silent = set(ns, [serviceOf(CART), exportOf(CART, EARLY)]);
    await silent.pass();
    expect(await explained(silent)).toMatchObject({ verdict: 'unknown', causes: [{ code: 'MCS405' }] });
    const broken = set([namespace('shop')]);
    broken.write('west', 'bad.yaml', serviceOf('shop/x', { ports: 7 }));
    const { causes, verdict } = await explained(broken, { in: [] });
    expect(verdict).toBe('fail'); // east lacks its import
    expect(causes.filter((cause) => cause.verdict === 'unknown')).toMatchObject([
      { code: 'MCS004', clusters: ['west'] },
    ]);
  });

  it('is unknown when a source is not at hand', async () => {
    const made = set();
    await made.pass();
    const result = await explainService(await made.open('west'), {
      service: CART,
      namespace: 'x',
      in: [],
      concurrency: 4,
    });
    expect(result).toMatchObject({
      verdict: 'unknown',
      causes: [{ code: 'MCS601', message: expect.stringContaining('east') }],
    });
  });
});

describe('remarks of a chain that holds', () => {
  const codes = (result: ServiceExplanation): readonly (string | undefined)[] =>
    [...result.steps, ...result.clusters.flatMap(({ steps }) => steps)].flatMap(({ remarks }) =>
      remarks.map(({ code }) => code),
    );

  it('tell of a local Service, an idle source, leftovers, a conflict and a fragile winner', async () => {
    const local = set([serviceOf(CART)]);
    await local.pass();
    expect(codes(await explained(local))).toEqual(['MCS403']);

    const idle = set([serviceOf(CART), exportOf(CART, LATE), notReady]);
    await idle.pass();
    expect(codes(await explained(idle))).toEqual(['MCS406']);

    const old = { ...slice('cart', '10.9.9.9') };
    const labels = {
      'multicluster.kubernetes.io/service-name': 'cart',
      'multicluster.kubernetes.io/source-cluster': 'ap-3',
    };
    const stale = set([namespace('shop'), { ...old, metadata: { name: 'old', namespace: 'shop', labels } }]);
    await stale.pass();
    expect(codes(await explained(stale))).toEqual(['MCS601']);

    const near = set([
      serviceOf(CART, { sessionAffinity: 'ClientIP' }),
      exportOf(CART, '2026-01-01T00:00:03Z'),
      slice('cart', '10.2.0.1'),
    ]);
    await near.pass();
    expect(codes(await explained(near))).toEqual(['MCS203', 'MCS220']);
  });

  it('say who decides each field, and by how much', async () => {
    const made = set([serviceOf(CART, { sessionAffinity: 'ClientIP' }), exportOf(CART, LATE)]);
    const { fields, steps } = await explained(made);
    expect(fields.find(({ field }) => field === 'sessionAffinity')).toEqual({
      field: 'sessionAffinity',
      used: 'None',
      winner: 'east',
      why: 'oldest by 41d',
      disagree: ['west'],
    });
    expect(steps[0]?.message).toBe(`east (${EARLY}), west (+41d)`);
  });
});

describe('which clusters are explained', () => {
  it('takes a name or an id, and says what there is for anything else', async () => {
    const made = set();
    await expect(explained(made, { in: ['wets'] })).rejects.toThrow(/--in wets: none of the clusters/);
    expect((await explained(made, { in: ['west', 'west'] })).clusters).toHaveLength(1);
  });
});

describe('the text', () => {
  it('fits 100 columns, marks the root cause and ends with the commands that mend it', async () => {
    const made = set([serviceOf('other/x')]);
    await made.pass();
    const text = explainText(await explained(made, { in: [] }), { wide: false, width: undefined, colour: PLAIN });
    expect(text.split('\n').filter((line) => line.length > 100 && !line.includes('fix: '))).toEqual([]);
    expect(text).toMatch(/4 imported {3}FAIL {5}MCS101 {2}namespace "shop" does not exist {2}<- root cause\n/);
    expect(text).toContain('5 endpoints  skipped  depends on 4\n');
    expect(text).toMatch(
      /\nroot cause MCS101 in west: namespace "shop" does not exist\n {2}fix: .*\n\nshop\/cart · clusterset prod · 2 clusters: 1 ok, 1 FAIL\n$/,
    );
  });

  it('puts clusters together that fare alike', async () => {
    const made = set();
    const names = Array.from({ length: 18 }, (_, index) => `c${index}`);
    for (const name of names) member(made, name, namespace('shop'));
    await made.pass();
    const clusters = await made.open('east', 'west', ...names);
    const result = await explainService(clusters, { service: CART, namespace: 'x', in: [], concurrency: 4 });
    const text = explainText(result, { wide: false, width: undefined, colour: PLAIN });
    expect(text.split('\n').length).toBeLessThan(12);
    expect(text).toContain('20 clusters: 20 ok');
  });
});

describe('explain conflict', () => {
  const conflict = async (made: Folders, ...names: readonly string[]): ReturnType<typeof explainConflict> =>
    explainConflict(await made.open(...names), { service: CART, namespace: 'x', concurrency: 4 });

  it('shows every word, what is used and why, and what each cluster could change', async () => {
    const ports = [
      { name: 'http', port: 8080 },
      { name: 'admin', port: 9000 },
    ];
    const made = set([serviceOf(CART, { ports }), exportOf(CART, LATE)]);
    const result = await conflict(made, 'east', 'west');
    expect(result).toMatchObject({
      verdict: 'fail',
      conflicts: 1,
      winner: 'east',
      why: 'oldest by 41d',
      marginSeconds: 41 * 86_400,
    });
    expect(result.fields.filter((field) => field.conflict)).toMatchObject([
      {
        field: 'ports',
        code: 'MCS201',
        used: 'http 80/TCP, admin 9000/TCP',
        says: [
          { cluster: 'east', value: 'http 80/TCP', disagrees: false },
          { cluster: 'west', value: 'http 8080/TCP, admin 9000/TCP', disagrees: true },
        ],
        fixes: [{ text: expect.stringContaining('west') }],
      },
    ]);
    const [to8080, to80] = ['http 8080/TCP, admin 9000/TCP', 'http 80/TCP'].map((to) => [
      { field: 'ports', from: 'http 80/TCP, admin 9000/TCP', to },
    ]);
    expect(result.whatIf).toEqual([
      { cluster: 'east', change: 'agrees', with: 'west', winner: 'east', changes: to8080, conflicts: [] },
      { cluster: 'east', change: 'removed', winner: 'west', changes: to8080, conflicts: [] },
      { cluster: 'west', change: 'agrees', with: 'east', winner: 'east', changes: to80, conflicts: [] },
      { cluster: 'west', change: 'removed', winner: 'east', changes: to80, conflicts: [] },
    ]);
  });

  it('says which conflicts remain when one of three agrees', async () => {
    const sticky = (created: string): readonly object[] => [
      serviceOf(CART, { sessionAffinity: 'ClientIP' }),
      exportOf(CART, created),
    ];
    const made = set(sticky(LATE));
    member(made, 'north', ...sticky('2026-03-01T00:00:00Z'));
    const { whatIf } = await conflict(made, 'east', 'west', 'north');
    expect(whatIf.map(({ cluster, change, conflicts }) => `${cluster} ${change}: ${conflicts.join()}`)).toEqual([
      'east agrees: ',
      'east removed: ',
      'west agrees: sessionAffinity',
      'west removed: sessionAffinity',
      'north agrees: sessionAffinity',
      'north removed: sessionAffinity',
    ]);
  });

  it('is ok where all agree, and says why there is nothing to compare', async () => {
    expect(await conflict(set([serviceOf(CART), exportOf(CART, LATE)]), 'east', 'west')).toMatchObject({
      verdict: 'ok',
      whatIf: [],
    });
    expect(await conflict(set(ns, ns), 'east', 'west')).toMatchObject({
      verdict: 'fail',
      fields: [],
      causes: [{ step: 'exported' }],
    });
  });
});
