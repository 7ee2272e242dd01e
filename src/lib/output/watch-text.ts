import type { Entry } from '../controller/journal.ts';
import { age } from './age.ts';
import { changeLine } from './reconcile-text.ts';
import { cut } from './table.ts';
import { visible } from './visible.ts';

/** What the live line of a long run says. */
export interface LiveState {
  readonly synced: number;
  readonly clusters: number;
  /** Clusters that are not heard, and for how many milliseconds. */
  readonly away: readonly { readonly cluster: string; readonly milliseconds: number }[];
  readonly queued: number;
  /** The last change, as `changeLine` has it. */
  readonly last: string | undefined;
}

/**
 * One entry as lines of text, each beginning with the time; a problem's next step has a line of its own.
 * @param time RFC 3339
 */
export function entryLines(entry: Entry, time: string): readonly string[] {
  return textOf(entry).map((line) => `${time}  ${visible(line)}`);
}

/** One entry as one line of JSON. */
export function entryJSON(entry: Entry, time: string): string {
  return `${JSON.stringify({ time, ...entry })}\n`;
}

function textOf(entry: Entry): readonly string[] {
  switch (entry.type) {
    case 'change':
      return [changeLine(entry.change, 0)];
    case 'problem': {
      const { cluster, object, message, next, severity } = entry.problem;
      const head = severity === 'warning' ? 'warning: ' : 'error: ';
      const line = [cluster, object, message].filter((part) => part !== '').join(': ');
      return next === undefined ? [head + line] : [head + line, `  next: ${next}`];
    }
    case 'solved': {
      const { cluster, object, message } = entry.problem;
      return [`${cluster}: no longer: ${[object, message].filter((part) => part !== '').join(': ')}`];
    }
    case 'ready':
      return [readyLine(entry.clusterset, entry.members)];
    case 'joined':
      return [`${entry.cluster}: takes part as "${entry.id}"`];
    case 'left':
      return [`${entry.cluster}: no longer takes part ("${entry.id}")`];
    case 'read':
      return [`${entry.cluster}  ${entry.synced ? 'read' : 'lost'}  ${entry.kind}`];
    case 'warning':
      return [`warning: ${entry.message}`];
    case 'leading':
      return [leadingLine(entry.held, entry.all)];
  }
}

function readyLine(clusterset: string | undefined, members: readonly string[]): string {
  if (clusterset === undefined) {
    return 'no cluster that answered is a member of a clusterset; waiting for one: mcs join CLUSTERSET --context NAME';
  }
  const what = members.length === 0 ? 'waiting for a member that can be read' : `watching ${members.join(', ')}`;
  return `clusterset ${clusterset}: ${what}`;
}

function leadingLine(held: number, all: number): string {
  if (all > 1) return `holds ${held} of ${all} shards`;
  return held > 0 ? 'leads: this process writes' : 'does not lead: another process writes';
}

/** `west away for 5m, north for 40s, 3 more`: those that are away for longest. */
function awayText(away: LiveState['away']): string {
  const [first, ...others] = away.toSorted((a, b) => b.milliseconds - a.milliseconds);
  if (first === undefined) return '';
  const shown = others
    .slice(0, MOST_AWAY - 1)
    .map(({ cluster, milliseconds }) => `${cluster} for ${age(milliseconds)}`);
  const more = others.length - shown.length;
  const head = `${first.cluster} away for ${age(first.milliseconds)}`;
  return [head, ...shown, ...(more === 0 ? [] : [`${more} more`])].join(', ');
}

/** Named on the live line. */
const MOST_AWAY = 2;

/** The live line of a terminal, cut to its width. */
export function liveLine({ synced, clusters, away, queued, last }: LiveState, width: number): string {
  const known = `${synced}/${clusters} clusters synced${away.length === 0 ? '' : ` (${awayText(away)})`}`;
  const text = `${known}, ${queued} queued${last === undefined ? '' : `, last: ${last}`}`;
  return cut(visible(text), width - 1);
}
