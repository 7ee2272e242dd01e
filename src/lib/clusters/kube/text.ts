/** Longest text of a server, plugin or file that goes into a message, in characters. */
const MAX_TEXT = 300;

/** Text from outside as one harmless line: no line ends, no control characters or escape sequences, bounded in length. */
export function oneLine(text: string, max: number = MAX_TEXT): string {
  const line = text
    .slice(0, max * 4)
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}
