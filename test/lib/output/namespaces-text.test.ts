import { describe, expect, it } from 'vitest';
import type { NamespaceHole, NamespaceReport, NamespaceRow } from '../../../src/lib/actions/namespaces.ts';
import { PLAIN, colour } from '../../../src/lib/output/colour.ts';
import { holesText } from '../../../src/lib/output/namespace-holes-text.ts';
import { namespaceManifests } from '../../../src/lib/output/namespace-manifests.ts';
import { namespacesText } from '../../../src/lib/output/namespaces-text.ts';

const LOOK = { wide: false, width: undefined, colour: PLAIN };

/** A namespace with what each cluster has of it: `present`, a number of exports, or another state. */
function row(namespace: string, cells: Readonly<Record<string, string | number>>, more: object = {}): NamespaceRow {
  const clusters = Object.entries(cells).map(([cluster, cell]) => ({
    cluster,
    state:
      typeof cell === 'number' ? ('present' as const) : (cell as 'present' | 'missing' | 'terminating' | 'unknown'),
    exports: typeof cell === 'number' ? cell : 0,
  }));
  const exportedBy = clusters.filter(({ exports }) => exports > 0).map(({ cluster }) => cluster);
  const services = exportedBy.length === 0 ? [] : ['cart'];
  return { namespace, clusters, services, exportedBy, importedBy: [], owners: [], ...more };
}

function hole(cluster: string, namespace: string, more: Partial<NamespaceHole> = {}): NamespaceHole {
  const base = { state: 'missing' as const, exportedBy: ['east'], services: ['cart'], labels: {}, annotations: {} };
  return { cluster, namespace, ...base, ...more };
}

function report(rows: readonly NamespaceRow[], holes: readonly NamespaceHole[] = []): NamespaceReport {
  const clusters = (rows[0]?.clusters ?? []).map(({ cluster, state }) => ({
    cluster,
    type: 'context' as const,
    location: `https://${cluster}`,
    state: state === 'unknown' ? ('unreachable' as const) : ('ok' as const),
  }));
  return { clusterset: 'prod', clusters, ownerKeys: ['team'], namespaces: rows, holes, problems: [], warnings: [] };
}

describe('the matrix', () => {
  it('has a word for every state, and says below what is to be done', () => {
    const differing = {
      owners: [{ key: 'team', differs: true, values: [{ cluster: 'east', value: 'a' }, { cluster: 'west' }] }],
    };
    const same = { owners: [{ key: 'example.com/team', differs: false, values: [{ cluster: 'east', value: 'a' }] }] };
    const cells = { east: 2, west: 'missing', north: 'terminating', south: 'unknown' };
    const shown = report(
      [
        row('shop', cells, same),
        row('tools', { east: 'present', west: 'missing', north: 'present', south: 'unknown' }, differing),
      ],
      [hole('west', 'shop'), hole('north', 'shop', { state: 'terminating' })],
    );
    expect(namespacesText(shown, LOOK, 'mcs namespaces --missing')).toBe(
      [
        'NAMESPACE   east         west      north         south     OWNER',
        'shop        2 exported   MISSING   TERMINATING   UNKNOWN   team=a',
        'tools       present      -         present       UNKNOWN   DIFFERS: team',
        '',
        'MISSING shop  cart of east cannot be imported in west',
        'TERMINATING shop  cart of east cannot be imported in north',
        '  next: mcs namespaces --missing',
        'DIFFERS tools  team: "a" in east; unset in west',
        '',
        'clusterset prod · 3/4 clusters read · 2 namespaces, 2 holes, 1 with differing owners',
        '',
      ].join('\n'),
    );
  });

  it('does not say that there are no holes where it could not look', () => {
    const shown = report([row('shop', { east: 1, west: 'unknown' })]);
    expect(namespacesText(shown, LOOK, '')).toContain('1 namespace, no holes in those read\n');
    expect(namespacesText(report([row('shop', { east: 1 })]), LOOK, '')).toContain('1 namespace, no holes\n');
  });

  it('keeps to 100 columns with four clusters of usual names', () => {
    const cells = { 'prod-eu-west-1': 12, 'prod-us-east-1': 'missing', 'prod-ap-south-1': 'present' };
    const shown = report([row('payments-api', { ...cells, 'stage-eu-west-1': 'terminating' })]);
    const text = namespacesText(shown, { ...LOOK, width: 100 }, '');
    expect(text).toMatch(/^NAMESPACE +prod-eu-west-1 +prod-us-east-1 +prod-ap-south-1 +stage-eu-west-1 +OWNER$/m);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  describe('of twenty clusters', () => {
    const names = Array.from({ length: 20 }, (_, index) => `prod-cluster-${index + 1}`);
    const cells = Object.fromEntries(names.map((name, i) => [name, i === 0 ? 3 : i < 5 ? 'missing' : 'present']));
    const holes = names.slice(1, 5).map((name) => hole(name, 'shop', { exportedBy: ['prod-cluster-1'] }));
    const shown = report([row('shop', { ...cells, 'prod-cluster-20': 'unknown' })], holes);

    it.each([undefined, 100])('says how many have a namespace and which lack it (width %s)', (width) => {
      const [head = '', line = ''] = namespacesText(shown, { ...LOOK, width }, '').split('\n');
      expect(head).toMatch(/^NAMESPACE +PRESENT +EXPORTED +EXPORTED BY +MISSING IN +UNKNOWN IN +OWNER$/);
      expect(line).toMatch(/^shop +15\/20 +1 +prod-cluster-1 +prod-cluster-2,.* +prod-clust.* +-$/);
      if (width !== undefined) expect(line.length).toBeLessThanOrEqual(width);
    });

    it('has a column for each with -o wide', () => {
      const [head = ''] = namespacesText(shown, { ...LOOK, wide: true }, '').split('\n');
      for (const name of names) expect(head).toContain(name);
    });
  });

  it('has the same layout with colours', () => {
    const shown = report([row('shop', { east: 1, west: 'missing', north: 'unknown' })], [hole('west', 'shop')]);
    const bright = colour({ env: { FORCE_COLOR: '1' }, isTTY: true });
    const look = { wide: false, width: 46, colour: PLAIN };
    const plain = namespacesText(shown, look, 'next');
    const coloured = namespacesText(shown, { ...look, colour: bright }, 'next');
    expect(coloured).not.toBe(plain);
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '').replaceAll(/ +$/gm, '')).toBe(plain);
  });

  it('lets no name of a cluster command the terminal', () => {
    const shown = report([row('shop', { 'e\u001b[2Jast': 1 })]);
    expect(namespacesText(shown, LOOK, '')).toContain('e\\x1b[2Jast');
    expect(namespacesText(shown, LOOK, '')).not.toContain('\u001b');
  });
});

describe('the holes alone', () => {
  const manifests = (cluster: string): string => `mcs namespaces --missing --in ${cluster} -o yaml`;

  it('are lines by cluster, and what fills those of each cluster', () => {
    const found = report(
      [row('shop', { east: 1, west: 'missing' })],
      [hole('west', 'billing'), hole('west', 'shop'), hole('my north', 'ads', { state: 'terminating' })],
    );
    expect(holesText(found, LOOK, manifests)).toBe(
      [
        'CLUSTER    NAMESPACE   STATE         EXPORTED BY   SERVICES',
        'west       billing     MISSING       east          cart',
        'west       shop        MISSING       east          cart',
        'my north   ads         TERMINATING   east          cart',
        '',
        '  next: mcs namespaces --missing --in west -o yaml | kubectl --context west apply -f -',
        'NOTE namespace ads of my north is being deleted: create it again when it is gone',
        '',
        'clusterset prod · 2/2 clusters read · 1 namespace, 3 holes',
        '',
      ].join('\n'),
    );
  });

  it('say so when there are none', () => {
    expect(holesText(report([row('shop', { east: 1 })]), LOOK, manifests)).toBe(
      'clusterset prod · 1/1 clusters read · 1 namespace, no holes\n',
    );
  });
});

describe('the manifests', () => {
  it('say which cluster each is for, carry the owner, and are none for what is terminating', async () => {
    const text = await namespaceManifests([
      hole('west', 'shop', { labels: { team: 'shop' }, annotations: { owner: 'a' } }),
      hole('west', 'going', { state: 'terminating' }),
      hole('north\n---', 'shop'),
    ]);
    expect(text).toBe(
      `# cluster: west
# exported by east: cart
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    team: shop
  annotations:
    owner: a
---
# cluster: north\\x0a---
# exported by east: cart
apiVersion: v1
kind: Namespace
metadata:
  name: shop
`,
    );
  });
});
