import { visible } from './visible.ts';

/**
 * Text within Markdown that shows as it is: no markup, no HTML, and on GitHub and GitLab nobody is mentioned and nothing
 * is linked (they look for `@name` and `#1` in what is rendered, but not in code).
 */
export function markdownText(text: string): string {
  return entities(visible(text)).replace(/&#(?:64|35);/g, '<code>$&</code>');
}

/** The same, as code; between backquotes a `|` would still end a table's cell. */
export function markdownCode(text: string): string {
  return text === '' ? '' : `<code>${entities(visible(text))}</code>`;
}

/** Lines as a block of code; the fence is longer than any that is within. */
export function markdownBlock(lines: readonly string[]): string {
  const shown = lines.map((line) => visible(line));
  const longest = Math.max(2, ...shown.flatMap((line) => (line.match(/`+/g) ?? []).map(({ length }) => length)));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${shown.join('\n')}\n${fence}`;
}

/** An entity is never markup (CommonMark 0.31, 2.5); what may begin a list or a block of code is one at the start alone. */
function entities(text: string): string {
  return text.replace(
    /^[-\d ]|[^\p{L}\p{N}\p{M}\p{S}\p{P} ]|[!-+;-@[-`{-~]/gu,
    (char) => `&#${char.codePointAt(0) ?? 0};`,
  );
}
