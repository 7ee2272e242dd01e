import { expect, it } from 'vitest';
import { reportChanges } from '../../../src/lib/actions/report-change.ts';
import { pass, cluster } from '../plan/builders.ts';

const KEY = 'shop/cart';

it('an import that is created and filled in later is one creation, for the reason it was created', async () => {
  const { done } = await pass([cluster('east').exports(KEY)]);
  expect(done.filter(({ kind }) => kind === 'ServiceImport').length).toBeGreaterThan(1);
  const reported = reportChanges(done).filter(({ kind }) => kind === 'ServiceImport');
  expect(reported).toEqual([
    { cluster: 'east', verb: 'create', kind: 'ServiceImport', object: KEY, fields: [], reason: 'exported' },
  ]);
});

it('several updates of an object are one, with all fields sorted', async () => {
  const first = await pass([cluster('east').exports(KEY)]);
  const next = cluster('east').service(KEY, { headless: true }).member().observed.view('shop', 'cart').service;
  if (next === undefined) throw new Error('no Service');
  first.members[0]?.observed.put('Service', next);
  const reported = reportChanges((await first.again()).done);
  const [update, ...others] = reported.filter(({ kind }) => kind === 'ServiceImport');
  expect(others).toEqual([]);
  expect(update).toMatchObject({ verb: 'update', reason: 'differs' });
  expect(update?.fields).toEqual([...(update?.fields ?? [])].sort());
  expect(update?.fields).toEqual(expect.arrayContaining(['spec.ips', 'spec.type']));
  expect(reported.filter(({ kind }) => kind === 'Service').map(({ verb }) => verb)).toEqual(['delete']);
});
