import { isIPv6 } from 'node:net';
import { UsageError } from '../errors.ts';

/** Where to listen. Without host: on all addresses of the machine. */
export interface ListenAddress {
  readonly host?: string;
  readonly port: number;
}

/**
 * `:8080`, `127.0.0.1:9000`, `[::1]:8080`, `localhost:8080`; port 0 takes a free one.
 * @throws UsageError naming `--metrics-address`
 */
export function parseListenAddress(text: string): ListenAddress {
  const [, bracketed, plain = '', digits = ''] = /^(?:\[([^\]]*)\]|([^:[\]/\s]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const badHost = bracketed !== undefined && !isIPv6(bracketed);
  if (digits === '' || port > 65_535 || badHost) {
    throw new UsageError(
      `--metrics-address "${text}" is no address to listen on`,
      'give [HOST]:PORT: :8080, 127.0.0.1:8080, [::1]:8080',
    );
  }
  const host = bracketed ?? plain;
  return host === '' ? { port } : { host, port };
}
