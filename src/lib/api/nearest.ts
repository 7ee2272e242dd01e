/**
 * The known names closest to one that is not known, best first, at most three: few letters differ, or one holds the
 * other. Empty when nothing is close.
 */
export function nearestNames(known: Iterable<string>, wanted: string): readonly string[] {
  const lower = wanted.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  return [...new Set(known)]
    .map((name) => ({ name, distance: editDistance(name.toLowerCase(), lower) }))
    .filter(({ name, distance }) => distance <= limit || holds(name.toLowerCase(), lower))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** The nearest name that differs by a typing error: `cart-redis` is none of `cart`, but another thing beside it. */
export function nearestTypo(known: Iterable<string>, wanted: string): string | undefined {
  return nearestNames(known, wanted).find((name) => Math.abs(name.length - wanted.length) <= 2);
}

function holds(name: string, wanted: string): boolean {
  return (wanted.length >= 3 && name.includes(wanted)) || (name.length >= 3 && wanted.includes(name));
}

/** Levenshtein distance: letters to add, drop or change. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
