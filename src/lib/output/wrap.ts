import stringWidth from 'string-width';
import { visible } from './visible.ts';

/** Lines of explanations are no longer than this, whatever the terminal. */
export const TEXT_WIDTH = 100;

/**
 * Text broken between words, with what stands before its first line; the others are indented by as much. A word that is
 * wider than the line stays whole.
 */
export function wrap(
  before: string,
  text: string,
  width = TEXT_WIDTH,
  indent = stringWidth(before),
): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of visible(text).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    const offset = lines.length === 0 ? stringWidth(before) : indent;
    if (line !== '' && offset + stringWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  return lines.map((each, index) => `${index === 0 ? before : ' '.repeat(indent)}${each}`.trimEnd());
}
