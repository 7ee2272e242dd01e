import { visible } from './visible.ts';

/** What XML 1.0 has no way to write, besides what `visible` shows already. */
const NO_CHARACTER = /[\ufffe\uffff]/g;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;', // so that no text ends a CDATA section
  '"': '&quot;',
  "'": '&apos;',
};

/** Text as content or as the value of an attribute; line ends and other control characters are shown as `\x0a`. */
export function xmlText(text: string): string {
  const shown = visible(text).replace(NO_CHARACTER, (char) => `\\u{${char.charCodeAt(0).toString(16)}}`);
  return shown.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char);
}

/** Lines as content. */
export function xmlLines(lines: readonly string[]): string {
  return lines.map(xmlText).join('\n');
}

/** `name="value"` of each, each behind a space. */
export function xmlAttributes(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${xmlText(String(value))}"`)
    .join('');
}
