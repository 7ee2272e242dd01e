import { BlockList, isIP } from 'node:net';

/**
 * Addresses that mean something else in every cluster, so that a source could point another cluster's clients at
 * themselves or at their node: unspecified, loopback, link-local, multicast, broadcast (design rule 15; CWE-441).
 */
const UNUSABLE_V6 = new BlockList();
UNUSABLE_V6.addAddress('::', 'ipv6');
UNUSABLE_V6.addAddress('::1', 'ipv6');
UNUSABLE_V6.addSubnet('fe80::', 10, 'ipv6');
UNUSABLE_V6.addSubnet('ff00::', 8, 'ipv6');
for (const [net, bits] of [
  ['::ffff:0:0', 104], // 0.0.0.0/8 mapped
  ['::ffff:127.0.0.0', 104],
  ['::ffff:169.254.0.0', 112],
  ['::ffff:224.0.0.0', 100],
] as const) {
  UNUSABLE_V6.addSubnet(net, bits, 'ipv6');
}

/** True for an address that endpoints of another cluster can have; false for text that is no IP address at all. */
export function isUsableAddress(address: string, addressType: string): boolean {
  const version = isIP(address);
  if (addressType === 'IPv4') return version === 4 && !isUnusableV4(address);
  return addressType === 'IPv6' && version === 6 && !UNUSABLE_V6.check(address, 'ipv6');
}

function isUnusableV4(address: string): boolean {
  const first = Number(address.slice(0, address.indexOf('.')));
  if (first === 0 || first === 127 || (first >= 224 && first <= 239)) return true;
  return address.startsWith('169.254.') || address === '255.255.255.255';
}
