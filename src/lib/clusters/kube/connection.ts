import { X509Certificate } from 'node:crypto';
import { isRecord } from '../../api/reader.ts';
import { ClusterError, type ClusterErrorReason } from '../../errors.ts';
import type { Credentials } from './credentials.ts';
import { oneLine } from './text.ts';

/** The ClusterError that a failed connection means: DNS, TCP, TLS, proxy. One line, without the cluster's name. */
export function connectionError(cluster: string, url: string, error: unknown): ClusterError {
  if (error instanceof ClusterError) return error;
  const code = codeOf(error);
  const host = URL.parse(url)?.host ?? url;
  const [reason, message, next] = CODES[code] ?? byPattern(code, error);
  return new ClusterError(cluster, reason, `${host}: ${message}`, next, { cause: error });
}

type Row = readonly [ClusterErrorReason, message: string, next?: string];

const CHECK_SERVER = 'check that the cluster runs and that "server" in the kubeconfig is right (VPN?)';
const CHECK_CA = 'check certificate-authority in the kubeconfig';
const UNKNOWN_CA: Row = ['unreachable', 'its certificate is not signed by a CA that is trusted here', CHECK_CA];

const CODES: Readonly<Record<string, Row>> = {
  ECONNREFUSED: ['unreachable', 'connection refused', CHECK_SERVER],
  ENOTFOUND: ['unreachable', 'host not found', CHECK_SERVER],
  EAI_AGAIN: ['unreachable', 'the host name could not be resolved just now', 'check the network and DNS'],
  EHOSTUNREACH: ['unreachable', 'no route to the host', CHECK_SERVER],
  ENETUNREACH: ['unreachable', 'no route to the network', CHECK_SERVER],
  ECONNRESET: ['unreachable', 'the connection was reset', CHECK_SERVER],
  EPIPE: ['unreachable', 'the connection was closed', CHECK_SERVER],
  UND_ERR_SOCKET: ['unreachable', 'the server closed the connection', CHECK_SERVER],
  ETIMEDOUT: ['timeout', 'no connection in time', CHECK_SERVER],
  UND_ERR_CONNECT_TIMEOUT: ['timeout', 'no connection in time', CHECK_SERVER],
  CERT_HAS_EXPIRED: ['unreachable', "the server's certificate has expired", 'renew it on the control plane'],
  CERT_NOT_YET_VALID: ['unreachable', "the server's certificate is not valid yet", 'check the clocks'],
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_CA,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  CERT_SIGNATURE_FAILURE: UNKNOWN_CA,
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'unreachable',
    'its certificate is for other host names',
    'set tls-server-name in the kubeconfig to a name that the certificate has',
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: ['unreachable', 'does not speak TLS', 'is "server" in the kubeconfig an http:// port?'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: [
    'unreachable',
    'does not speak TLS',
    'is "server" in the kubeconfig an http:// port?',
  ],
};

function byPattern(code: string, error: unknown): Row {
  if (code.includes('ALERT_CERTIFICATE_EXPIRED')) {
    return ['unauthorized', 'the client certificate has expired', 'renew the credentials of this context'];
  }
  if (/ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_REQUIRED|CERTIFICATE_UNKNOWN|HANDSHAKE_FAILURE)/.test(code)) {
    return [
      'unauthorized',
      'the server does not accept the client certificate',
      'check client-certificate in the kubeconfig',
    ];
  }
  const message = error instanceof Error ? oneLine(error.message) : oneLine(String(error));
  if (/proxy/i.test(message)) return ['unreachable', message, 'check proxy-url in the kubeconfig'];
  if (/socks/i.test(message)) return ['unreachable', message, 'check proxy-url in the kubeconfig'];
  return ['unreachable', message === '' ? code : message, CHECK_SERVER];
}

/** The code of an error, or of the first error with one among those it was made of (AggregateError, `cause`). */
export function codeOf(error: unknown): string {
  if (!isRecord(error)) return '';
  const own = error.code;
  if (typeof own === 'string' && own !== 'UND_ERR_SOCKET') return own;
  const inner = Array.isArray(error.errors) ? error.errors : [error.cause];
  return (
    inner.map((entry: unknown) => codeOf(entry)).find((code) => code !== '') ?? (typeof own === 'string' ? own : '')
  );
}

/** Why a client certificate cannot be what the server accepts at the time `now`; undefined when it seems right. */
export function certificateProblem(certificate: string, now: Date): string | undefined {
  try {
    const { validFromDate, validToDate } = new X509Certificate(certificate);
    if (validToDate < now) return `the client certificate expired on ${day(validToDate)}`;
    if (validFromDate > now) return `the client certificate is not valid before ${day(validFromDate)}`;
    return undefined;
  } catch {
    return 'the client certificate cannot be read';
  }
}

/** Why the server said 401, when the client certificate shows it. */
export function certificateRefusal(cluster: string, { cert }: Pick<Credentials, 'cert'>): ClusterError | undefined {
  const problem = cert === undefined ? undefined : certificateProblem(cert, new Date());
  if (problem === undefined) return undefined;
  return new ClusterError(cluster, 'unauthorized', problem, 'renew the credentials of this context');
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
