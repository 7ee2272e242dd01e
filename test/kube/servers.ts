import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Assets } from './assets.ts';
import { AUDIT_POLICY } from './audit.ts';
import { createAuthority, type Authority, type Certificate } from './certificates.ts';
import { Daemon, freePort, onFreePorts, temporaryFolder } from './daemon.ts';
import { request } from './request.ts';

/** Users that every server knows by token. Only `admin` (group system:masters) may do anything; see `grant`. */
export const USERS = ['admin', 'viewer', 'limited'] as const;
export type User = (typeof USERS)[number];

/** How to reach a server: plain data, so that it can be handed from process to process. */
export interface ServerInfo {
  readonly name: string;
  readonly url: string;
  /** PEM */
  readonly certificateAuthority: string;
  readonly tokens: { readonly [user in User]: string };
  /** Of user `admin-certificate` in group system:masters. */
  readonly clientCertificate: Certificate;
  /** As given to the server: one CIDR, or two with a comma. */
  readonly serviceCIDR: string;
  /** Path of the audit log: see `auditWrites`. */
  readonly auditLog: string;
}

export interface Etcd {
  readonly url: string;
}

/** Starts an etcd on loopback; it keeps nothing when this process ends. */
export async function startEtcd(assets: Assets): Promise<Etcd & Pick<Server, 'stop' | 'kill'>> {
  const dir = temporaryFolder('etcd');
  return onFreePorts(2, async ([port, peerPort]) => {
    const [url, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
    const daemon = new Daemon(
      assets.etcd,
      [
        '--unsafe-no-fsync',
        '--name=test',
        `--data-dir=${join(dir, 'data')}`,
        `--listen-client-urls=${url}`,
        `--advertise-client-urls=${url}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=test=${peer}`,
        '--log-level=warn',
      ],
      join(dir, 'log'),
    );
    await daemon.start(() => answersOK(fetch(`${url}/health`)));
    return { url, stop: () => daemon.stop(), kill: () => daemon.kill() };
  });
}

export interface ServerOptions {
  readonly name: string;
  readonly etcd: Etcd;
  /** A /16 that no other server of the test has, e.g. `10.21.0.0/16`. */
  readonly serviceCIDR: string;
  /** Services may have IPv6 addresses too; the range is made from the second number of `serviceCIDR`. */
  readonly dualStack?: boolean;
  /** As `--runtime-config`, e.g. `api/all=true`. */
  readonly runtimeConfig?: string;
  /** More flags of kube-apiserver. */
  readonly flags?: readonly string[];
}

/** A kube-apiserver of a test. */
export interface Server {
  readonly info: ServerInfo;
  /** Ends it as an administrator would. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Leaves it there, but answering nothing (SIGSTOP), until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Starts it again after stop or kill, or ends it first: same port, same data, same certificates. */
  restart(): Promise<void>;
}

/** Starts a kube-apiserver with RBAC, an audit log, and ways in by token and by client certificate. */
export async function startServer(assets: Assets, options: ServerOptions): Promise<Server> {
  const dir = temporaryFolder(options.name);
  const authority = createAuthority();
  const tokens = { admin: token(), viewer: token(), limited: token() };
  await writeFiles(dir, authority, tokens);
  const serviceCIDR = options.dualStack === true ? withIPv6(options.serviceCIDR) : options.serviceCIDR;
  const prefix = `/${options.name}-${token()}`; // a second server of that name starts empty
  return onFreePorts(1, async ([port]) => {
    const url = `https://127.0.0.1:${port}`;
    const flags = [...standardFlags(dir), `--etcd-servers=${options.etcd.url}`, `--etcd-prefix=${prefix}`];
    flags.push(`--secure-port=${port}`, `--service-cluster-ip-range=${serviceCIDR}`, ...(options.flags ?? []));
    if (options.runtimeConfig !== undefined) flags.push(`--runtime-config=${options.runtimeConfig}`);
    const daemon = new Daemon(assets.kubeApiserver, flags, join(dir, 'log'));
    const servingCertificate = join(dir, 'certificates', 'apiserver.crt');
    const start = (): Promise<void> => daemon.start(() => isReady(url, servingCertificate, tokens));
    await start();
    const info: ServerInfo = {
      name: options.name,
      url,
      certificateAuthority: await readFile(servingCertificate, 'utf8'),
      tokens,
      clientCertificate: authority.issue({ user: 'admin-certificate', groups: ['system:masters'] }),
      serviceCIDR,
      auditLog: join(dir, 'audit.log'),
    };
    return {
      info,
      stop: () => daemon.stop(),
      kill: () => daemon.kill(),
      freeze: () => {
        daemon.freeze();
      },
      thaw: () => {
        daemon.thaw();
      },
      restart: async () => {
        await daemon.stop();
        await start();
      },
    };
  });
}

/** A URL on which nobody listens: for a server that cannot be reached. */
export async function deadURL(): Promise<string> {
  return `https://127.0.0.1:${await freePort()}`;
}

function standardFlags(dir: string): string[] {
  return [
    '--bind-address=127.0.0.1',
    `--cert-dir=${join(dir, 'certificates')}`,
    `--service-account-key-file=${join(dir, 'service-accounts.pem')}`,
    `--service-account-signing-key-file=${join(dir, 'service-accounts.pem')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--authorization-mode=RBAC',
    '--disable-admission-plugins=ServiceAccount',
    `--client-ca-file=${join(dir, 'clients.crt')}`,
    `--token-auth-file=${join(dir, 'tokens.csv')}`,
    `--audit-policy-file=${join(dir, 'audit-policy.json')}`,
    `--audit-log-path=${join(dir, 'audit.log')}`,
  ];
}

async function writeFiles(dir: string, authority: Authority, tokens: ServerInfo['tokens']): Promise<void> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rows = USERS.map((user) => `${tokens[user]},${user},${user},"${user === 'admin' ? 'system:masters' : ''}"\n`);
  await mkdir(join(dir, 'certificates'));
  await Promise.all([
    writeFile(join(dir, 'service-accounts.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' })),
    writeFile(join(dir, 'clients.crt'), authority.certificate),
    writeFile(join(dir, 'tokens.csv'), rows.join('')),
    writeFile(join(dir, 'audit-policy.json'), JSON.stringify(AUDIT_POLICY)),
  ]);
}

async function isReady(url: string, certificate: string, tokens: ServerInfo['tokens']): Promise<boolean> {
  try {
    const server = { url, tokens, certificateAuthority: await readFile(certificate, 'utf8') };
    return (await request(server, 'GET', '/readyz', { timeout: 2000 })).status === 200;
  } catch {
    return false; // no certificate or no listener yet
  }
}

function answersOK(response: Promise<Response>): Promise<boolean> {
  return response.then(
    ({ ok }) => ok,
    () => false,
  );
}

function withIPv6(cidr: string): string {
  return `${cidr},fd00:${cidr.split('.')[1] ?? '0'}::/112`;
}

function token(): string {
  return randomBytes(8).toString('hex');
}
