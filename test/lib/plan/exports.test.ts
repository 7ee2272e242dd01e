import { describe, expect, it } from 'vitest';
import { NOW, cluster, conditionsOf, lines, pass, plan } from './builders.ts';

const KEY = 'shop/cart';

describe('rule 5: exports', () => {
  it('rule 5: an export without a Service is not valid, and imports nothing', async () => {
    const done = await pass([cluster('east').export(KEY), cluster('west').namespace('shop')]);
    const { Valid, Ready } = conditionsOf(done, 'east', KEY);
    expect(Valid).toMatchObject({ status: 'False', reason: 'NoService' });
    expect(Ready).toMatchObject({ status: 'False' });
    expect(lines(done.done)).toEqual(['east update ServiceExport shop/cart status']);
  });

  it.each([
    ['ClusterIP', 'Valid'],
    ['NodePort', 'Valid'],
    ['LoadBalancer', 'Valid'],
    ['ExternalName', 'InvalidServiceType'],
  ])('rule 5: a Service of type %s is %s', async (type, reason) => {
    const done = await pass([cluster('east').exports(KEY, { type }), cluster('west').namespace('shop')]);
    expect(conditionsOf(done, 'east', KEY).Valid).toMatchObject({ reason });
    expect(done.import('west', KEY)?.spec.type).toBe(reason === 'Valid' ? 'ClusterSetIP' : undefined);
  });

  it('rule 5: a valid export is Ready and has no conflict, whatever its imports wait for', async () => {
    const done = await pass([cluster('east').directory().exports(KEY)]);
    expect(conditionsOf(done, 'east', KEY)).toMatchObject({
      Valid: { status: 'True', reason: 'Valid' },
      Ready: { status: 'True', reason: 'Exported' },
      Conflict: { status: 'False', reason: 'NoConflicts' },
    });
    expect(done.import('east', KEY)?.status?.conditions?.[0]).toMatchObject({ status: 'False', reason: 'Pending' });
  });

  it('rule 5: an export being deleted no longer counts, and is left to whoever holds it', () => {
    const going = cluster('east').exports(KEY, { deleted: true, headless: true });
    const { merged, changes } = plan(KEY, [going, cluster('west').exports(KEY, { created: NOW })]);
    expect(merged).toMatchObject({ type: 'ClusterSetIP', conflicts: [] });
    expect(changes.filter(({ kind }) => kind === 'ServiceExport').map((change) => change.cluster)).toEqual(['west']);
    expect(plan(KEY, [going]).merged).toBeUndefined();
  });

  it('rule 5: metadata of Service and ServiceExport is not exported; exportedLabels and exportedAnnotations are', async () => {
    const words = {
      labels: { service: 'no' },
      exportLabels: { export: 'no' },
      exportedLabels: { team: 'shop' },
      exportedAnnotations: { note: 'hello' },
    };
    const done = await pass([cluster('east').exports(KEY, words), cluster('west').namespace('shop')]);
    const { labels, annotations } = done.import('west', KEY)?.metadata ?? {};
    expect(labels).toEqual({ team: 'shop', 'app.kubernetes.io/managed-by': 'mcs' });
    expect(annotations).toMatchObject({ note: 'hello' });
  });

  it('rule 5: an export that becomes invalid says so in all its conditions', async () => {
    const first = await pass([
      cluster('east').exports(KEY, { created: '2026-01-01T00:00:00Z' }),
      cluster('west').exports(KEY, { created: '2026-01-02T00:00:00Z', headless: true }),
    ]);
    expect(conditionsOf(first, 'west', KEY).Conflict?.status).toBe('True');
    first.members.find(({ id }) => id === 'west')?.observed.remove('Service', { namespace: 'shop', name: 'cart' });
    const second = await first.again();
    expect(conditionsOf(second, 'west', KEY)).toMatchObject({
      Valid: { status: 'False', reason: 'NoService' },
      Conflict: { status: 'False', reason: 'NoConflicts' },
    });
    expect(conditionsOf(second, 'east', KEY).Conflict?.status).toBe('False');
  });
});

describe('rule 6: system namespaces', () => {
  it.each(['kube-system', 'kube-public', 'openshift-dns'])(
    'rule 6: %s is neither exported nor imported',
    async (namespace) => {
      const key = `${namespace}/dns`;
      const done = await pass([cluster('east').exports(key), cluster('west').namespace(namespace)]);
      expect(conditionsOf(done, 'east', key).Valid).toMatchObject({ status: 'False', reason: 'NamespaceNotAllowed' });
      expect(done.import('west', key)).toBeUndefined();
    },
  );

  it('rule 6: what an earlier run was allowed to import there goes, also what an absent source gave', async () => {
    const west = cluster('west')
      .imports('kube-system/dns', { clusters: ['away'] })
      .importedSlice('kube-system/dns', 'away');
    expect((await pass([west])).view('west', 'kube-system/dns')).toMatchObject({ import: undefined, imported: [] });
    expect(
      (await pass([west], { allowedNamespaces: ['kube-system'] })).import('west', 'kube-system/dns'),
    ).toBeDefined();
  });

  it('rule 6: unless allowed by name', async () => {
    const clusters = [
      cluster('east').exports('kube-system/dns').exports('kube-public/dns'),
      cluster('west').namespace('kube-system').namespace('kube-public'),
    ];
    const done = await pass(clusters, { allowedNamespaces: ['kube-system'] });
    expect(done.import('west', 'kube-system/dns')).toBeDefined();
    expect(done.import('west', 'kube-public/dns')).toBeUndefined();
  });

  it.each(['kube', 'kubernetes', 'openshift', 'my-kube-system'])(
    'rule 6: %s is no system namespace',
    async (namespace) => {
      const done = await pass([cluster('east').exports(`${namespace}/dns`)]);
      expect(done.import('east', `${namespace}/dns`)).toBeDefined();
    },
  );
});

describe('rule 18: conditions of others on an export', () => {
  it('rule 18: stay out of what is written, and do not ask for a write', async () => {
    const theirs = { type: 'Their/Synced', status: 'True' as const, reason: 'x', message: '' };
    const first = await pass([cluster('east').exports(KEY, { conditions: [theirs] })]);
    const written = first.done.find(({ kind }) => kind === 'ServiceExport');
    expect(JSON.stringify(written?.object)).not.toContain('Their/Synced');
    expect((await first.again()).done).toEqual([]);
  });
});

describe('rule 23: conditions', () => {
  it('rule 23: carry observedGeneration', async () => {
    const done = await pass([cluster('east').exports(KEY, { generation: 7 })]);
    for (const condition of Object.values(conditionsOf(done, 'east', KEY)))
      expect(condition.observedGeneration).toBe(7);
    const { metadata, status } = done.import('east', KEY) ?? {};
    expect(metadata?.generation).toBeDefined();
    expect(status?.conditions?.[0]?.observedGeneration).toBe(metadata?.generation);
  });

  it('rule 23: lastTransitionTime moves only when status does', async () => {
    const first = await pass([
      cluster('east').exports(KEY),
      cluster('west').exports(KEY, { created: NOW, headless: true }),
    ]);
    expect(conditionsOf(first, 'west', KEY).Conflict).toMatchObject({ status: 'True', lastTransitionTime: NOW });
    // Another conflict: the reason moves, the status does not.
    const later = '2026-03-01T00:00:00Z';
    first.members[1]?.observed.put('Service', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'shop', name: 'cart' },
      spec: { type: 'ClusterIP', ports: [], sessionAffinity: 'None', internalTrafficPolicy: 'Cluster' },
    });
    const second = await first.again({ now: later });
    expect(conditionsOf(second, 'west', KEY).Conflict).toMatchObject({
      reason: 'PortConflict',
      lastTransitionTime: NOW,
    });
    // And no conflict any more: it moves.
    first.members[1]?.observed.remove('ServiceExport', { namespace: 'shop', name: 'cart' });
    const third = await second.again({ now: later });
    expect(conditionsOf(third, 'east', KEY).Conflict).toMatchObject({ status: 'False', lastTransitionTime: later });
    expect(conditionsOf(third, 'east', KEY).Valid?.lastTransitionTime).toBe(NOW);
  });

  it('rule 4, 23: observedGeneration is left out where the schema lacks it', async () => {
    const words = cluster('east')
      .exports(KEY, { generation: 7 })
      .lacks('ServiceExport.status.conditions.observedGeneration');
    const done = await pass([words]);
    expect(conditionsOf(done, 'east', KEY).Valid).not.toHaveProperty('observedGeneration');
    expect((await done.again()).done).toEqual([]);
  });
});
