import { describe, expect, it } from 'vitest';
import type { ServiceStatus, StatusReport } from '../../../src/lib/actions/status.ts';
import { PLAIN } from '../../../src/lib/output/colour.ts';
import { conflictFix } from '../../../src/lib/explain/conflict-fix.ts';
import { stateText, statusText } from '../../../src/lib/output/status-text.ts';

const OK: ServiceStatus = {
  namespace: 'shop',
  name: 'cart',
  type: 'ClusterSetIP',
  ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
  state: 'OK',
  exportedBy: ['east', 'west'],
  exports: [
    { cluster: 'east', created: '2026-01-01T00:00:00Z' },
    { cluster: 'west', created: '2026-01-03T00:00:00Z' },
  ],
  importedBy: ['east', 'north', 'west'],
  missingIn: [],
  noNamespaceIn: [],
  ips: [{ cluster: 'east', ips: ['10.0.0.1'] }],
  endpoints: [{ cluster: 'east', ready: 1, total: 2 }],
  conflicts: [],
  invalid: [],
  pending: [],
  unreachable: [],
  contradictions: [],
};
const CONFLICT = {
  field: 'ports',
  reason: 'PortConflict',
  used: 'http 80/TCP',
  wanted: 'http 80/TCP',
  winner: 'east',
  disagree: ['west'],
};

function report(...services: readonly ServiceStatus[]): StatusReport {
  const clusters = ['east', 'west', 'north'].map((cluster) => ({
    cluster,
    id: cluster,
    clusterset: 'prod',
    type: 'context' as const,
    location: `https://${cluster}`,
    state: 'ok' as const,
  }));
  return { clusterset: 'prod', clusters, services, problems: [], warnings: [] };
}

const text = (shown: StatusReport, wide = false): string =>
  statusText(shown, { wide, width: undefined, colour: PLAIN, now: Date.parse('2026-01-02T06:00:00Z') });

describe('the STATE column', () => {
  it.each<[string, Partial<ServiceStatus>]>([
    ['OK', {}],
    ['CONFLICT port,type', { state: 'CONFLICT', conflicts: [CONFLICT, { ...CONFLICT, field: 'type' }] }],
    ['MISSING in west', { state: 'MISSING', missingIn: ['west'] }],
    ['PENDING not reconciled', { state: 'PENDING', importedBy: [], missingIn: ['east', 'west'] }],
    ['PENDING no IP', { state: 'PENDING', pending: [{ cluster: 'east', reason: 'no IP' }] }],
    ['UNKNOWN in west', { state: 'UNKNOWN', unreachable: ['west'] }],
    ['NOT EXPORTED', { state: 'NOT EXPORTED' }],
    ['NOT EXPORTED (east: NoService)', { state: 'NOT EXPORTED', invalid: [{ cluster: 'east', reason: 'NoService' }] }],
  ])('says %s', (expected, status) => {
    expect(stateText({ ...OK, ...status })).toBe(expected);
  });
});

describe('the table', () => {
  it('is one row a service, then what is wrong with what to type, then a summary', () => {
    const services = [OK, { ...OK, name: 'web', state: 'CONFLICT' as const, conflicts: [CONFLICT] }];
    expect(text(report(...services))).toBe(`\
NAMESPACE   NAME   TYPE           PORTS    EXPORTED BY   IMPORTED   STATE
shop        cart   ClusterSetIP   80/TCP   east,west     3/3        OK
shop        web    ClusterSetIP   80/TCP   east,west     3/3        CONFLICT port

CONFLICT shop/web  ports: using http 80/TCP of east; west disagrees
  next: kubectl --context west -n shop edit service web   # spec.ports: http 80/TCP

clusterset prod · 3/3 clusters read · 2 services, 1 CONFLICT
`);
  });

  it('shows endpoints and IPs in wide', () => {
    expect(text(report(OK), true)).toMatch(/east=1\/2 +east=10\.0\.0\.1 +30h +OK/);
  });

  it('fits 100 columns with three clusters and long names', () => {
    const row = {
      ...OK,
      namespace: 'payments',
      name: 'settlements',
      ports: [80, 9090].map((port) => ({ protocol: 'TCP', port })),
    };
    for (const line of text(report({ ...row, state: 'MISSING', missingIn: ['west'] })).split('\n')) {
      expect(line.length).toBeLessThanOrEqual(100);
    }
  });

  it('makes escape sequences of hostile names visible', () => {
    const shown = text(report({ ...OK, name: 'a\u001b[2Jb', exportedBy: ['x\u202ey'] }));
    expect(shown).not.toMatch(/[\u001b\u202e]/);
    expect(shown).toContain('\\x1b[2J');
  });

  it('says so when there is nothing', () => {
    expect(text(report())).toBe('clusterset prod · 3/3 clusters read · 0 services\n');
  });
});

describe('what resolves a conflict', () => {
  const context = { cluster: 'west', type: 'context' as const, location: 'https://west' };
  it.each<[string, string, string]>([
    [
      'sessionAffinity',
      'None',
      `kubectl --context west -n shop patch service cart --type=merge -p '{"spec":{"sessionAffinity":"None"}}'`,
    ],
    [
      'trafficDistribution',
      'unset',
      `kubectl --context west -n shop patch service cart --type=merge -p '{"spec":{"trafficDistribution":null}}'`,
    ],
    [
      'sessionAffinityConfig',
      'clientIP.timeoutSeconds 300',
      `kubectl --context west -n shop patch service cart --type=merge -p '{"spec":{"sessionAffinityConfig":{"clientIP":{"timeoutSeconds":300}}}}'`,
    ],
    ['ports', 'http 80/TCP', 'kubectl --context west -n shop edit service cart   # spec.ports: http 80/TCP'],
    [
      'exportedLabels',
      'a=b',
      'kubectl --context west -n shop edit serviceexports.multicluster.x-k8s.io cart   # spec.exportedLabels: a=b',
    ],
  ])('of %s', (field, used, expected) => {
    expect(conflictFix({ ...CONFLICT, field, wanted: used }, OK, context)).toBe(expected);
  });

  it('names the folder of a directory', () => {
    const dir = { cluster: 'west', type: 'directory' as const, location: 'clusters/west' };
    expect(conflictFix({ ...CONFLICT, field: 'type', wanted: 'Headless' }, OK, dir)).toBe(
      'edit spec.clusterIP of Service shop/cart in clusters/west: clusterIP: None',
    );
  });

  it('quotes a context that a shell would take apart', () => {
    expect(conflictFix(CONFLICT, OK, { ...context, cluster: "a b'c" })).toContain(`--context 'a b'\\''c'`);
  });
});
