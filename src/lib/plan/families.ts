/** The families that all who name any have in common, in the order of the first list; undefined when nobody names any. */
export function commonFamilies(lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const named = lists.filter((list) => list !== undefined);
  const [first, ...others] = named;
  return first?.filter((family) => others.every((list) => list.includes(family)));
}

/** The families a service has: those all have in common, else those of the first that names any (design rule 9). */
export function usedFamilies(
  claims: readonly { readonly ipFamilies: readonly string[] | undefined }[],
): readonly string[] | undefined {
  const common = commonFamilies(claims.map((claim) => claim.ipFamilies));
  return common?.length === 0 ? claims.find((claim) => claim.ipFamilies !== undefined)?.ipFamilies : common;
}

/** The family of an IP address, by its text. */
export function familyOf(ip: string): 'IPv4' | 'IPv6' {
  return ip.includes(':') ? 'IPv6' : 'IPv4';
}
