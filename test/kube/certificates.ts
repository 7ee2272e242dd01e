import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/**
 * Just enough X.509 to make a certificate authority and client certificates: Node can read certificates but not make
 * them, and an `openssl` program is not on every machine. ECDSA P-256; RFC 5280 for the layout.
 */

export interface Certificate {
  /** PEM */
  readonly certificate: string;
  /** PEM, PKCS #8 */
  readonly key: string;
}

export interface Authority extends Certificate {
  /** Signs a client certificate: user and groups as Kubernetes reads them (CN and O). */
  issue(subject: Subject, validity?: Validity): Certificate;
}

export interface Subject {
  readonly user: string;
  readonly groups?: readonly string[];
}

export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

const DAY = 24 * 60 * 60 * 1000;

export function createAuthority(name = 'mcs-test-ca'): Authority {
  const own = keyPair();
  const subject = distinguishedName({ user: name });
  const certificate = assemble({ subject, issuer: subject, key: own.publicKey, signer: own.privateKey, ca: true });
  return {
    certificate,
    key: pem(own.privateKey),
    issue: (who, validity) => {
      const { publicKey, privateKey } = keyPair();
      const parts = { subject: distinguishedName(who), issuer: subject, key: publicKey, signer: own.privateKey };
      return { certificate: assemble({ ...parts, ca: false }, validity), key: pem(privateKey) };
    },
  };
}

interface Parts {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly key: KeyObject;
  readonly signer: KeyObject;
  readonly ca: boolean;
}

function assemble(parts: Parts, validity?: Validity): string {
  const { from, until } = validity ?? { from: new Date(Date.now() - DAY), until: new Date(Date.now() + 30 * DAY) };
  const signature = sequence(oid('1.2.840.10045.4.3.2')); // ecdsa-with-SHA256
  const serial = randomBytes(16);
  serial[0] = 0x01; // positive, and no leading zero
  const body = sequence(
    node(0xa0, node(0x02, Buffer.of(2))), // version 3
    node(0x02, serial),
    signature,
    parts.issuer,
    sequence(time(from), time(until)),
    parts.subject,
    parts.key.export({ type: 'spki', format: 'der' }),
    node(0xa3, sequence(...extensions(parts.ca))),
  );
  const whole = sequence(body, signature, bits(sign('sha256', body, parts.signer)));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function extensions(ca: boolean): readonly Buffer[] {
  const yes = node(0x01, Buffer.of(0xff));
  const basic = sequence(oid('2.5.29.19'), yes, octets(ca ? sequence(yes) : sequence()));
  const usage = Buffer.of(ca ? 0x06 : 0x80); // certificate and CRL signing, or digital signatures
  const key = sequence(oid('2.5.29.15'), yes, octets(bits(usage)));
  const client = sequence(oid('2.5.29.37'), octets(sequence(oid('1.3.6.1.5.5.7.3.2'))));
  return ca ? [basic, key] : [basic, key, client];
}

function distinguishedName({ user, groups = [] }: Subject): Buffer {
  const part = (type: string, value: string): Buffer =>
    node(0x31, sequence(oid(type), node(0x0c, Buffer.from(value, 'utf8'))));
  return sequence(...groups.map((group) => part('2.5.4.10', group)), part('2.5.4.3', user));
}

function keyPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** One DER value: tag, length, content. */
function node(tag: number, content: Buffer): Buffer {
  const length =
    content.length < 128
      ? Buffer.of(content.length)
      : content.length < 256
        ? Buffer.of(0x81, content.length)
        : Buffer.of(0x82, content.length >> 8, content.length & 0xff);
  return Buffer.concat([Buffer.of(tag), length, content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return node(0x30, Buffer.concat(parts));
}

function octets(content: Buffer): Buffer {
  return node(0x04, content);
}

function bits(content: Buffer): Buffer {
  // The first byte counts unused bits at the end; DER wants them counted where bits are named, as in a key usage.
  const named = content.length === 1 ? Math.clz32((content[0] ?? 0) & -(content[0] ?? 0)) ^ 31 : 0;
  return node(0x03, Buffer.concat([Buffer.of(named), content]));
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return node(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

/** UTCTime: enough for certificates that end before 2050. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return node(0x17, Buffer.from(`${digits}Z`, 'ascii'));
}
