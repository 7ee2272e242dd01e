/**
 * Characters that a terminal obeys or that hide or reorder text: C0 and C1 controls, zero-width characters and bidi
 * controls (Unicode TR 36), line and paragraph separators, tag characters, lone surrogates.
 */
const HOSTILE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\p{Cs}\u{e0000}-\u{e007f}]/gu;

/**
 * Text from a cluster or file in a form that is safe to print: what a terminal would obey is shown as `\x1b` or
 * `\u{202e}`. All else stays as it is.
 */
export function visible(text: string): string {
  return text.replace(HOSTILE, (char) => {
    const code = char.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    return code <= 0xff ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
  });
}
