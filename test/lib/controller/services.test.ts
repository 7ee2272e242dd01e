import { describe, expect, it } from 'vitest';
import { derivedName } from '../../../src/lib/api/names.ts';
import { tellChange } from '../../../src/lib/controller/event-keys.ts';
import { Gate } from '../../../src/lib/controller/gate.ts';
import { KnownServices } from '../../../src/lib/controller/known-services.ts';
import { parseObject } from '../../../src/lib/api/parse.ts';
import type { EndpointSlice, Service } from '../../../src/lib/api/objects.ts';
import { flushed } from './turned-clock.ts';

function slice(labels: object): EndpointSlice {
  const metadata = { namespace: 'shop', name: 'cart-1', labels };
  const rest = { addressType: 'IPv4', endpoints: [], ports: [] };
  return parseObject('EndpointSlice', { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, ...rest });
}

function service(name: string, annotations = {}): Service {
  const metadata = { namespace: 'shop', name, annotations };
  return parseObject('Service', { apiVersion: 'v1', kind: 'Service', metadata, spec: {} });
}

function told(): { readonly lines: string[]; readonly listener: Parameters<typeof tellChange>[2] } {
  const lines: string[] = [];
  return {
    lines,
    listener: {
      services: ({ exported, imported }) =>
        lines.push(...[...exported].map((key) => `export ${key}`), ...[...imported].map((key) => `import ${key}`)),
      namespace: (name) => lines.push(`all in ${name}`),
      service: (key) => lines.push(`Service ${key}`),
    },
  };
}

describe('whom a change concerns', () => {
  it('is the services of both versions of a slice, its own and imported', () => {
    const { lines, listener } = told();
    const before = slice({ 'kubernetes.io/service-name': 'cart' });
    const after = slice({ 'multicluster.kubernetes.io/service-name': 'web', 'kubernetes.io/service-name': 'derived' });
    tellChange('EndpointSlice', { before, after }, listener);
    expect(lines).toEqual(['export shop/cart', 'import shop/web']);
  });

  it('is nobody where a slice belongs to no service', () => {
    const { lines, listener } = told();
    tellChange('EndpointSlice', { before: undefined, after: slice({}) }, listener);
    expect(lines).toEqual([]);
  });

  it('is the import that a derived Service is of, and who has a Service of that name', () => {
    const { lines, listener } = told();
    tellChange(
      'Service',
      { before: service('derived-x', { 'kubectl-mcs/import': 'cart' }), after: undefined },
      listener,
    );
    expect(lines).toEqual(['export shop/derived-x', 'import shop/cart', 'Service shop/derived-x']);
  });

  it('is all in a namespace', () => {
    const { lines, listener } = told();
    const after = parseObject('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    tellChange('Namespace', { before: undefined, after }, listener);
    expect(lines).toEqual(['all in shop']);
  });
});

describe('services that are worked on', () => {
  it('are found by namespace and by the name of their derived Service, until they are forgotten', () => {
    const known = new KnownServices();
    for (const key of ['shop/cart', 'shop/web', 'bank/cart']) known.add(key);
    const derived = `shop/${derivedName('shop', 'cart')}`;
    expect([...known.in('shop')]).toEqual(['shop/cart', 'shop/web']);
    expect(known.ofDerived(derived)).toEqual(['shop/cart']);
    known.keep(new Set(['shop/web']));
    expect([known.has('shop/cart'), known.has('shop/web'), known.has('bank/cart')]).toEqual([false, true, false]);
    expect([...known.in('shop'), ...known.in('bank')]).toEqual(['shop/web']);
    expect(known.ofDerived(derived)).toEqual([]);
  });
});

describe('a gate', () => {
  it('lets pass while it is open, and holds back who comes when it has closed again at once', async () => {
    const gate = new Gate();
    let passed = 0;
    void gate.pass().then(() => passed++);
    await flushed();
    expect(passed).toBe(0);
    gate.set(true);
    gate.set(false);
    await flushed();
    expect(passed).toBe(0);
    gate.set(true);
    await flushed();
    expect(passed).toBe(1);
    await gate.pass();
  });
});
