/**
 * Keys of a JSON text, and the lines on which the entries of a top-level `items` start. `JSON.parse` tells neither:
 * a key given twice is lost without a word, and an error in the 400th item of a support snapshot needs its line.
 */
export interface JSONShape {
  readonly keys: number;
  /** Line of each `{` in a list in the document, in order. */
  readonly itemLines: readonly number[];
}

const TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]\n]/g;

export function shapeOf(text: string): JSONShape {
  let keys = 0;
  let line = 1;
  let depth = 0;
  let inList = false;
  const itemLines: number[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const token = match[0];
    if (token === '\n') line++;
    else if (token === '{' || token === '[') {
      if (depth === 1) inList = token === '[';
      else if (depth === 2 && inList && token === '{') itemLines.push(line);
      depth++;
    } else if (token === '}' || token === ']') depth--;
    else if (match[1] !== undefined) {
      keys++;
      line += newlines(match[1]);
    }
  }
  return { keys, itemLines };
}

/** Number of keys in a parsed value, in all depths. */
export function countKeys(root: unknown): number {
  let keys = 0;
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const entries: readonly unknown[] = Object.values(value);
    if (!Array.isArray(value)) keys += entries.length;
    for (const entry of entries) open.push(entry);
  }
  return keys;
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}
