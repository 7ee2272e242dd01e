import { EXIT_MEANINGS } from './lib/errors.ts';
import { GROUPS } from './groups.ts';

/** What help needs of oclif.manifest.json. */
export interface CommandSummary {
  /** Words joined by colons, e.g. `export:svc`. */
  readonly id: string;
  readonly summary?: string;
  readonly group?: string;
  readonly hidden?: boolean;
}

interface Page {
  readonly bin: string;
  readonly description: string;
  readonly commands: readonly CommandSummary[];
}

/** The page of `mcs --help`: commands by chapter, and the exit codes. Made without oclif, so that it is there at once. */
export function rootHelp({ bin, description, commands }: Page): string {
  const shown = commands.filter((command) => command.hidden !== true);
  const width = Math.max(...shown.map(({ id }) => id.length), 0);
  const chapters = GROUPS.map((group) => {
    const rows = shown.filter((command) => (command.group ?? 'Other') === group).map((each) => row(each, width));
    return rows.length === 0 ? '' : `${group.toUpperCase()}\n${rows.join('')}\n`;
  });
  return [
    `${description}\n\n`,
    `USAGE\n  $ ${bin} COMMAND [flags]\n\n`,
    ...chapters,
    `EXIT CODES\n${EXIT_MEANINGS.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}\n`).join('')}\n`,
    `Flags and examples of a command: ${bin} COMMAND --help\n`,
  ].join('');
}

/** The page of a topic, e.g. `mcs export --help`. */
export function topicHelp(topic: string, { bin, description, commands }: Page): string {
  const below = commands.filter(({ id, hidden }) => id.startsWith(`${topic}:`) && hidden !== true);
  const width = Math.max(...below.map(({ id }) => id.length), 0);
  return [
    `${description}\n\n`,
    `USAGE\n  $ ${bin} ${topic.replaceAll(':', ' ')} COMMAND [flags]\n\n`,
    `COMMANDS\n${below.map((each) => row(each, width)).join('')}`,
  ].join('');
}

function row({ id, summary = '' }: CommandSummary, width: number): string {
  return `  ${id.replaceAll(':', ' ').padEnd(width)}  ${summary}\n`;
}
