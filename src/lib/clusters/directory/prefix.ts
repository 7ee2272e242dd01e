import { join } from 'node:path';

/** What `join` puts before the paths below a folder. There are tens of thousands of them, and it looks into each. */
export function prefixOf(folder: string): string {
  return join(folder, '_').slice(0, -1);
}
