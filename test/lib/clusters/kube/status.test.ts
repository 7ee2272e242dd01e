import { describe, expect, it } from 'vitest';
import { connectionError } from '../../../../src/lib/clusters/kube/connection.ts';
import { refusalError, type Intent } from '../../../../src/lib/clusters/kube/status.ts';
import { oneLine } from '../../../../src/lib/clusters/kube/text.ts';

const APPLY: Intent = {
  verb: 'apply',
  resource: 'serviceimports.multicluster.x-k8s.io',
  namespace: 'shop',
  name: 'web',
};
const LIST: Intent = { verb: 'list', resource: 'serviceimports.multicluster.x-k8s.io', namespace: 'shop' };

function status(message: string, reason = '', details: object = {}): string {
  return JSON.stringify({ kind: 'Status', status: 'Failure', message, reason, details });
}

/** Bodies as kube-apiserver 1.36 sends them. */
const ROWS: readonly (readonly [number, string, Intent, string, RegExp])[] = [
  [401, status('Unauthorized', 'Unauthorized'), LIST, 'unauthorized', /does not accept the credentials/],
  [
    403,
    status(
      'serviceimports.multicluster.x-k8s.io is forbidden: User "x" cannot list resource "serviceimports"',
      'Forbidden',
    ),
    LIST,
    'forbidden',
    /^not allowed to list serviceimports\.multicluster\.x-k8s\.io in namespace shop$/,
  ],
  [
    403,
    status('services is forbidden: User "system:anonymous" cannot list resource', 'Forbidden'),
    LIST,
    'unauthorized',
    /for nobody/,
  ],
  [
    403,
    status('"web" is forbidden: User "x" cannot patch resource "serviceimports"', 'Forbidden'),
    APPLY,
    'forbidden',
    /^not allowed to apply/,
  ],
  [403, status('exceeded quota: count', 'Forbidden'), APPLY, 'rejected', /exceeded quota/],
  [
    403,
    status(
      '"web" is forbidden: unable to create new content in namespace shop because it is being terminated',
      'Forbidden',
      {
        causes: [{ reason: 'NamespaceTerminating', message: 'namespace shop is being terminated' }],
      },
    ),
    APPLY,
    'terminating',
    /the namespace is being deleted/,
  ],
  [404, '404 page not found\n', LIST, 'not-served', /is not served there/],
  [
    404,
    status('the server could not find the requested resource', 'NotFound'),
    LIST,
    'not-served',
    /is not served there/,
  ],
  [
    404,
    status('namespaces "shop" not found', 'NotFound', { name: 'shop' }),
    APPLY,
    'rejected',
    /namespace shop does not exist/,
  ],
  [404, status('serviceimports "web" not found', 'NotFound', { name: 'web' }), APPLY, 'rejected', /it does not exist/],
  [
    409,
    status('Apply failed with 2 conflicts', 'Conflict', {
      causes: [
        { reason: 'FieldManagerConflict', message: 'conflict with "kubectl" using v1', field: '.spec.a' },
        { reason: 'FieldManagerConflict', message: 'conflict with "kubectl" using v1', field: '.spec.b' },
        { reason: 'FieldManagerConflict', message: 'conflict with "helm"', field: '.spec.c' },
      ],
    }),
    APPLY,
    'conflict',
    /fields belong to "kubectl", "helm"$/,
  ],
  [409, status('object was changed', 'Conflict'), APPLY, 'conflict', /object was changed/],
  [422, status('spec.ips: Invalid value', 'Invalid'), APPLY, 'rejected', /spec\.ips: Invalid value$/],
  [
    400,
    status('admission webhook "x" denied the request: no', 'BadRequest'),
    APPLY,
    'rejected',
    /denied the request: no$/,
  ],
  [
    500,
    status('failed to create typed patch object: .spec.x: field not declared in schema'),
    APPLY,
    'rejected',
    /not declared/,
  ],
  [
    429,
    status('too many requests', 'TooManyRequests'),
    LIST,
    'failed',
    /too busy to list .*: too many requests \(HTTP 429\)$/,
  ],
  [503, '<html><body>bad gateway</body></html>', LIST, 'failed', /no explanation \(HTTP 503\)$/],
];

describe('answers of the API server', () => {
  it.each(ROWS)('%i %s', (code, text, intent, reason, message) => {
    const error = refusalError('east', { status: code, text }, intent);
    expect(error).toMatchObject({ cluster: 'east', reason, exitCode: 3 });
    expect(error.message).toMatch(message);
  });

  it('shows text of the server as one bounded line without escape sequences', () => {
    const text = status(`line\r\none\u001b[31m red\u2028 ${'x'.repeat(5000)}`, 'Invalid');
    const { message } = refusalError('east', { status: 422, text }, APPLY);
    expect(message).toContain('line one [31m red x');
    expect(message).not.toMatch(/[\p{Cc}\u2028]/u);
    expect(message.length).toBeLessThan(400);
  });

  it('leaves harmless text as it is', () => {
    expect(oneLine('Größe: 5 µs')).toBe('Größe: 5 µs');
  });
});

describe('connections that fail', () => {
  it.each<[string, string, RegExp]>([
    ['ECONNREFUSED', 'unreachable', /^api\.example:6443: connection refused$/],
    ['ENOTFOUND', 'unreachable', /host not found/],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout', /no connection in time/],
    ['CERT_HAS_EXPIRED', 'unreachable', /the server's certificate has expired/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'unreachable', /not signed by a CA that is trusted/],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'unauthorized', /the client certificate has expired/],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'unauthorized', /does not accept the client certificate/],
    ['ESOMETHING', 'unreachable', /odd/],
  ])('%s', (code, reason, message) => {
    const error = connectionError(
      'east',
      'https://api.example:6443/path',
      Object.assign(new Error('odd\nthing'), { code }),
    );
    expect(error.reason).toBe(reason);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });

  it('looks into what an error was made of', () => {
    const inner = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    expect(connectionError('east', 'https://a', new AggregateError([new Error('y'), inner])).message).toBe(
      'a: connection refused',
    );
    expect(connectionError('east', 'https://a', new Error('x', { cause: inner })).message).toBe(
      'a: connection refused',
    );
  });
});

it.each([
  ['cannot create resource "services" in API group ""', APPLY, '"create" on serviceimports.multicluster.x-k8s.io'],
  ['cannot patch resource "serviceimports/status"', APPLY, '"patch" on serviceimports.multicluster.x-k8s.io/status'],
  ['no explanation', LIST, '"list" on serviceimports.multicluster.x-k8s.io'],
])('the right that is missing is the one that the server names: %s', (said, intent, right) => {
  const text = status(`"web" is forbidden: User "x" ${said}`, 'Forbidden');
  const { next } = refusalError('east', { status: 403, text }, intent);
  expect(next).toBe(`ask for the RBAC verb ${right}`);
});
