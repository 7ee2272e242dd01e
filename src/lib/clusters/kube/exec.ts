import { spawn, type ChildProcess } from 'node:child_process';
import { isRecord, record, required, text } from '../../api/reader.ts';
import { ClusterError } from '../../errors.ts';
import type { ExecPlugin, Server } from './entries.ts';
import { readMaterial } from './material.ts';
import { oneLine } from './text.ts';

/** What a credential plugin gave: a token, a client certificate, or both. */
export interface ExecCredential {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Milliseconds since 1970; absent when it does not expire. */
  readonly expires?: number;
}

export interface ExecOptions {
  readonly cluster: string;
  readonly server: Server;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether somebody sits at a terminal whom a plugin may ask. */
  readonly interactive: boolean;
  readonly signal?: AbortSignal;
}

/** What to do when the kubeconfig gives no installHint. */
const INSTALL = 'install it, or give its whole path in the kubeconfig';

/** A plugin that talks to nobody and gives nothing within this time hangs, in milliseconds. */
const PLUGIN_TIMEOUT = 60_000;

/** Longest output read of a plugin, in characters. */
const MAX_OUTPUT = 1024 * 1024;

/**
 * Runs a credential plugin once (KEP-541, `client.authentication.k8s.io`).
 * @throws ClusterError `unauthorized`, one line with the plugin's own last words or its installHint
 */
export async function runPlugin(plugin: ExecPlugin, options: ExecOptions): Promise<ExecCredential> {
  const fail = (why: string, next?: string): ClusterError =>
    new ClusterError(
      options.cluster,
      'unauthorized',
      `credential plugin ${oneLine(plugin.command, 120)}: ${why}`,
      next ?? `run ${plugin.command} by itself to see what it needs; it is set in the kubeconfig`,
    );
  const interactive = options.interactive && plugin.interactiveMode !== 'Never';
  if (plugin.interactiveMode === 'Always' && !interactive) throw fail('needs a terminal to ask on');

  const execInfo = await execInfoOf(plugin, options, interactive);
  const output = await run(
    plugin,
    { ...options.env, ...plugin.env, KUBERNETES_EXEC_INFO: execInfo },
    interactive,
    options,
    fail,
  );
  try {
    return parseCredential(output, plugin.apiVersion);
  } catch (error) {
    throw fail(`did not print an ExecCredential: ${oneLine(error instanceof Error ? error.message : '')}`);
  }
}

/** The value of KUBERNETES_EXEC_INFO: an ExecCredential with `spec` only. */
async function execInfoOf(plugin: ExecPlugin, options: ExecOptions, interactive: boolean): Promise<string> {
  const { server } = options;
  const ca = plugin.provideClusterInfo ? await readMaterial(options.cluster, server.caData, server.caFile) : undefined;
  const cluster = {
    server: server.url,
    'tls-server-name': server.tlsServerName,
    'insecure-skip-tls-verify': server.insecure,
    'certificate-authority-data': ca?.toString('base64'),
    'proxy-url': server.proxyURL,
    config: server.execConfig,
  };
  const spec = plugin.provideClusterInfo ? { cluster, interactive } : { interactive };
  return JSON.stringify({ apiVersion: plugin.apiVersion, kind: 'ExecCredential', spec });
}

function run(
  plugin: ExecPlugin,
  env: Readonly<Record<string, string | undefined>>,
  interactive: boolean,
  { signal }: ExecOptions,
  fail: (why: string, next?: string) => ClusterError,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let child: ChildProcess;
    try {
      child = spawn(plugin.command, [...plugin.args], {
        env: { ...env },
        stdio: [interactive ? 'inherit' : 'ignore', 'pipe', interactive ? 'inherit' : 'pipe'],
        windowsHide: true,
        ...(signal === undefined ? {} : { signal }),
        ...(interactive ? {} : { timeout: PLUGIN_TIMEOUT }),
      });
    } catch (error) {
      reject(fail(oneLine(error instanceof Error ? error.message : String(error)))); // e.g. a null byte in an argument
      return;
    }
    let output = '';
    let complaint = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.length > MAX_OUTPUT) child.kill();
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (complaint = (complaint + chunk).slice(-4096)));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') reject(fail('not found', oneLine(plugin.installHint ?? '') || INSTALL));
      else if (error.code === 'EACCES') reject(fail('not executable'));
      else reject(fail(error.name === 'AbortError' ? 'was ended' : oneLine(error.message)));
    });
    child.on('close', (code, killed) => {
      const said = oneLine(complaint.trim().split('\n').at(-1) ?? '');
      if (code === 0) resolve(output);
      else if (output.length > MAX_OUTPUT) reject(fail('printed over 1 MB'));
      else if (killed === 'SIGTERM') reject(fail(`gave no answer within ${PLUGIN_TIMEOUT / 1000} s, or was ended`));
      else
        reject(
          fail(`failed${said === '' ? '' : `: ${said}`} (${code === null ? `signal ${killed}` : `exit ${code}`})`),
        );
    });
  });
}

function parseCredential(output: string, apiVersion: string): ExecCredential {
  const root = required(record(JSON.parse(output), ''), '', 'a mapping');
  if (root.kind !== 'ExecCredential') throw new Error('kind is not ExecCredential');
  if (root.apiVersion !== apiVersion) throw new Error(`apiVersion is not ${apiVersion}, as the kubeconfig says`);
  const status = isRecord(root.status) ? root.status : {};
  const token = text(status.token, 'status.token');
  const cert = text(status.clientCertificateData, 'status.clientCertificateData');
  const key = text(status.clientKeyData, 'status.clientKeyData');
  const expiration = text(status.expirationTimestamp, 'status.expirationTimestamp');
  if (!token && !cert) throw new Error('status has neither token nor clientCertificateData');
  if (Boolean(cert) !== Boolean(key)) throw new Error('status has only one of clientCertificateData and clientKeyData');
  const expires = expiration === undefined ? Number.NaN : Date.parse(expiration);
  return {
    ...(token ? { token } : {}),
    ...(cert && key ? { cert, key } : {}),
    ...(Number.isNaN(expires) ? {} : { expires }),
  };
}
