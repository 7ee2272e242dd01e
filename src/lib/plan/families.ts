/** The families that all who name any have in common, in the order of the first list; undefined when nobody names any. */
export function commonFamilies(lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const named = lists.filter((list) => list !== undefined);
  const [first, ...others] = named;
  return first?.filter((family) => others.every((list) => list.includes(family)));
}

/** The family of an IP address, by its text. */
export function familyOf(ip: string): 'IPv4' | 'IPv6' {
  return ip.includes(':') ? 'IPv6' : 'IPv4';
}
