import { loadCommand } from './command-table.ts';
import { main as start } from './main.ts';
import type { Program } from './package-info.ts';

/** Where `bin` enters the bundle. */
export function main(argv: readonly string[], program: Program): void {
  start(argv, { ...program, loadCommand });
}
