import { describe, expect, it } from 'vitest';
import { type JudgeContext, type Verdict, judge } from '../../../src/lib/actions/judge.ts';
import { parseCondition } from '../../../src/lib/actions/wait-condition.ts';
import { UsageError } from '../../../src/lib/errors.ts';
import type { ServiceStatus } from '../../../src/lib/actions/status.ts';

const OK: ServiceStatus = {
  namespace: 'shop',
  name: 'cart',
  type: 'ClusterSetIP',
  ports: [],
  state: 'OK',
  exportedBy: ['east'],
  exports: [{ cluster: 'east' }],
  importedBy: ['east', 'west'],
  missingIn: [],
  noNamespaceIn: [],
  ips: [],
  endpoints: [{ cluster: 'east', ready: 2, total: 3 }],
  conflicts: [],
  invalid: [],
  pending: [],
  unreachable: [],
  contradictions: [],
};

const cluster = (name: string) => ({
  cluster: name,
  type: 'context' as const,
  location: `https://${name}`,
  state: 'ok' as const,
});

function verdict(
  wanted: string,
  service: Partial<ServiceStatus> | undefined,
  context: Partial<JudgeContext> = {},
): Verdict {
  return judge(parseCondition(wanted), service === undefined ? undefined : { ...OK, ...service }, {
    namespace: 'shop',
    name: 'cart',
    clusters: ['east', 'west', 'north'].map(cluster),
    unread: [],
    importers: [],
    allowedNamespaces: [],
    ...context,
  });
}

const DOWN = [{ ...cluster('north'), state: 'unreachable' as const, message: 'no answer' }];
const REFUSED = { exportedBy: [], importedBy: [], invalid: [{ cluster: 'east', reason: 'InvalidServiceType' }] };
const CONFLICT = {
  field: 'ports',
  reason: 'PortConflict',
  used: '80',
  wanted: '80',
  winner: 'east',
  disagree: ['west'],
};

describe('a condition', () => {
  it.each<[string, Partial<ServiceStatus>]>([
    ['imported', {}],
    ['imported', { noNamespaceIn: ['north'] }], // by design of the KEP
    ['no-conflict', {}],
    ['endpoints=2', {}],
    ['endpoints=2', { unreachable: ['north'] }], // more would do no harm
  ])('%s holds where %j', (wanted, service) => {
    expect(verdict(wanted, service)).toMatchObject({ status: 'True', definite: false });
  });

  it.each<[string, string, Partial<ServiceStatus> | undefined, Partial<JudgeContext>]>([
    ['imported', 'no cluster exports it', undefined, {}],
    ['imported', 'imports are left in west', { exportedBy: [], importedBy: ['west'] }, {}],
    [
      'imported',
      'no export is valid (east: NoService)',
      { exportedBy: [], invalid: [{ cluster: 'east', reason: 'NoService' }] },
      {},
    ],
    ['imported', 'missing in north', { missingIn: ['north'] }, {}],
    ['imported', 'west: no IP', { pending: [{ cluster: 'west', reason: 'no IP' }] }, {}],
    [
      'imported',
      'nobody else has namespace shop: missing in west',
      { importedBy: ['east'], noNamespaceIn: ['west'] },
      {},
    ],
    ['imported', 'namespace shop is missing in north', { noNamespaceIn: ['north'] }, { importers: ['north'] }],
    ['no-conflict', 'ports: west disagrees with east', { conflicts: [CONFLICT] }, {}],
    ['endpoints=3', '2 ready: east=2/3', {}, {}],
    ['imported', 'no export is valid', REFUSED, { unread: DOWN }], // who does not answer may export one that will do
  ])('%s waits for what may still come: %s', (wanted, message, service, context) => {
    const found = verdict(wanted, service, context);
    expect(found).toMatchObject({ status: 'False', definite: false });
    expect(found.message).toContain(message);
  });

  it.each<[string, string, Partial<ServiceStatus> | undefined, Partial<JudgeContext>]>([
    ['imported', 'system namespace', undefined, { namespace: 'kube-system' }],
    ['endpoints=1', 'ExternalName in east', REFUSED, {}],
    [
      'imported',
      'west cannot serve its IP families',
      { pending: [{ cluster: 'west', reason: 'IPFamilyNotSupported' }] },
      {},
    ],
  ])('%s is given up at once: %s', (wanted, message, service, context) => {
    const found = verdict(wanted, service, context);
    expect(found).toMatchObject({ status: 'False', definite: true });
    expect(found.message).toContain(message);
    expect(found.next).toBeDefined();
  });

  it.each<[string, Partial<ServiceStatus>, Partial<JudgeContext>]>([
    ['imported', {}, { unread: DOWN }],
    ['no-conflict', {}, { unread: DOWN }],
    ['imported', { unreachable: ['south'] }, {}],
    ['endpoints=2', { endpoints: [{ cluster: 'south', ready: 2, total: 2 }], unreachable: ['south'] }, {}],
  ])('%s is unknown, not met, while a cluster cannot be asked', (wanted, service, context) => {
    expect(verdict(wanted, service, context).status).toBe('Unknown');
  });

  it.each(['ready', 'endpoints', 'endpoints=0', 'endpoints=x', 'endpoints=-1', ''])('cannot be %j', (text) => {
    expect(() => parseCondition(text)).toThrow(UsageError);
  });

  it('may be of a system namespace that is allowed by name', () => {
    const context = { namespace: 'kube-system', allowedNamespaces: ['kube-system'] };
    expect(verdict('imported', {}, context).status).toBe('True');
  });
});
