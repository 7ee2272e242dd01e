import { describe, expect, it } from 'vitest';
import { explainService } from '../../../src/lib/explain/explain-service.ts';
import type { ServiceExplanation, Step } from '../../../src/lib/explain/explanation.ts';
import type { Subject } from '../../../src/lib/explain/facts.ts';
import { type ClusterWords, cluster, pass } from '../plan/builders.ts';
import { factsOf } from './facts.ts';

const CART = 'shop/cart';
const east = (): ClusterWords => cluster('east').exports(CART, { addresses: ['10.1.0.1'] });
const at = (name: string): Pick<Subject, 'controllers'> => ({
  controllers: [{ name, evidence: `Deployment x/${name}` }],
});

/** Explained in west, as it is. */
function inWest(clusters: readonly ClusterWords[], over: Parameters<typeof factsOf>[1] = {}): ServiceExplanation {
  const facts = factsOf(
    clusters.map((words) => words.member()),
    over,
  );
  return explainService(
    facts,
    facts.subjects.filter((subject) => subject.cluster === 'west'),
  );
}

/** Explained in west, after a pass; what is taken away afterwards was there. */
async function afterPass(
  west: ClusterWords,
  spoil: (west: ReturnType<ClusterWords['member']>) => void = () => undefined,
) {
  const { members } = await pass([east(), west]);
  const member = members.find(({ id }) => id === 'west');
  if (member !== undefined) spoil(member);
  const facts = factsOf(members);
  return explainService(
    facts,
    facts.subjects.filter((subject) => subject.cluster === 'west'),
  );
}

const step = ({ clusters }: ServiceExplanation, number: number): Step | undefined =>
  clusters[0]?.steps.find((each) => each.number === number);

describe('a chain over API servers', () => {
  it('ends at the IP of the derived Service', async () => {
    const result = await afterPass(cluster('west').namespace('shop'));
    expect(result.verdict).toBe('ok');
    expect(step(result, 6)).toMatchObject({ verdict: 'ok', message: expect.stringContaining('assigned') });
  });

  it('ends without IP, by design, for a Headless service', async () => {
    const { members } = await pass([
      cluster('east').exports(CART, { headless: true, addresses: ['10.1.0.1'] }),
      cluster('west').namespace('shop'),
    ]);
    const facts = factsOf(members);
    expect(explainService(facts, facts.subjects)).toMatchObject({ verdict: 'ok' });
  });

  it("breaks where the import has no IP, or its IP is nobody's (MCS401)", async () => {
    const without = inWest([
      east(),
      cluster('west')
        .imports(CART, { clusters: ['east'] })
        .importedSlice(CART, 'east'),
    ]);
    expect(without.causes).toMatchObject([{ code: 'MCS401', fixes: [{ text: 'mcs reconcile' }] }]);
    const lost = await afterPass(cluster('west').namespace('shop'), ({ observed }) => {
      const { derived } = observed.view('shop', 'cart');
      if (derived !== undefined) observed.remove('Service', derived.metadata);
    });
    expect(lost.causes).toMatchObject([{ code: 'MCS401', message: expect.stringContaining('nobody') }]);
  });

  it('breaks where the slices of the source are missing (MCS412)', async () => {
    const result = await afterPass(cluster('west').namespace('shop'), ({ observed }) => {
      for (const slice of observed.view('shop', 'cart').imported) observed.remove('EndpointSlice', slice.metadata);
    });
    expect(result.causes).toMatchObject([{ code: 'MCS412', common: false, fixes: [{ text: 'mcs reconcile' }] }]);
  });

  it('breaks where the CRDs are missing or the namespace is going', () => {
    const west = (): ClusterWords => cluster('west').namespace('shop');
    const crds = inWest([east(), west()], { west: { servesMCS: false } });
    expect(crds.causes).toMatchObject([{ code: 'MCS110', fixes: [{ text: 'mcs crds install --context west' }] }]);
    expect(inWest([east(), cluster('west').namespace('shop', 'terminating')]).causes).toMatchObject([
      { code: 'MCS102' },
    ]);
  });

  it('creates a namespace with kubectl in a context', () => {
    expect(inWest([east(), cluster('west')]).causes).toMatchObject([
      { code: 'MCS101', fixes: [{ kind: 'command', text: 'kubectl --context west create namespace shop' }] },
    ]);
  });
});

describe('beside other implementations', () => {
  it('says who has to make the import, and where to look', () => {
    const result = inWest([east(), cluster('west').namespace('shop')], { west: at('Submariner') });
    expect(result.causes).toMatchObject([
      {
        code: 'MCS404',
        message: expect.stringContaining('Submariner'),
        fixes: [{ text: expect.stringContaining('lighthouse-agent') }],
      },
    ]);
    expect(step(result, 4)?.remarks).toMatchObject([{ verdict: 'info', code: 'MCS130' }]);
  });

  it('says that a local Service keeps Antrea from importing', () => {
    const result = inWest([east(), cluster('west').service(CART)], { west: at('Antrea Multi-cluster') });
    expect(result.causes).toMatchObject([{ code: 'MCS403' }]);
  });

  it('says "not reported" where one writes no conditions, and whose a reason is', () => {
    const conditions = [{ type: 'Valid', status: 'True', reason: 'Succeed', message: '' }] as const;
    const antrea = inWest([cluster('east').service(CART).export(CART, { conditions }), cluster('west')], {
      east: at('Antrea Multi-cluster'),
    });
    const [remark] = antrea.steps[1]?.remarks ?? [];
    expect(remark?.message).toContain('Valid True (Succeed, a reason of Antrea Multi-cluster)');
    expect(remark?.message).toContain('Ready not reported: Antrea Multi-cluster writes no such condition');
    const karmada = inWest([east(), cluster('west')], { east: at('Karmada') });
    expect(karmada.steps[1]?.remarks[0]?.message).toContain('Valid not reported: Karmada writes no such condition');
  });

  it('takes the refusal of an implementation for the cause (MCS312)', () => {
    const conditions = [
      { type: 'Valid', status: 'False', reason: 'UnsupportedServiceType', message: 'no LoadBalancer' },
    ] as const;
    const result = inWest([cluster('east').service(CART).export(CART, { conditions }), cluster('west')], {
      east: at('Submariner'),
    });
    expect(result.causes).toMatchObject([
      { code: 'MCS312', message: expect.stringContaining('UnsupportedServiceType no LoadBalancer') },
    ]);
  });

  it('does not ask for IPs or slices of those that work without', () => {
    const west = cluster('west').imports(CART, { ours: false, clusters: ['east'] });
    expect(
      inWest([east(), west.importedSlice(CART, 'east', { ours: false })], { west: at('Submariner') }).verdict,
    ).toBe('ok');
    const cilium = cluster('west').imports(CART, { ours: false, clusters: ['east'], spec: { ips: ['10.96.0.9'] } });
    expect(inWest([east(), cilium], { west: at('Cilium') }).verdict).toBe('ok');
    expect(inWest([east(), cilium]).causes).toMatchObject([{ code: 'MCS412' }]);
  });
});
