import type { ReconcileResult } from '../actions/reconcile.ts';
import type { ReportedChange } from '../actions/report-change.ts';
import { visible } from './visible.ts';

/**
 * One change as one line: cluster, verb, kind, object, and what differs or why.
 * @param width of the longest cluster's name, in characters, so that lines stand below each other
 */
export function changeLine(change: ReportedChange, width: number): string {
  const { cluster, verb, kind, object, fields, reason } = change;
  const spec = fields.filter((field) => !field.startsWith('status.'));
  const why = verb === 'update' && spec.length > 0 ? spec.join(', ') : reason;
  return visible(`${cluster.padEnd(width)}  ${verb}  ${kind} ${object}  (${why})`);
}

/** The last lines of a pass: how much was done, where, and what was left alone. */
export function reconcileSummary(result: ReconcileResult): string {
  const { changes, dryRun, clusterset, members, services } = result;
  const where = `clusterset ${clusterset}: ${count(members.length, 'cluster')}, ${count(services, 'service')}`;
  const lines = result.absent.map(
    ({ id, services: kept }) =>
      `kept what "${id}" gave to ${count(kept, 'service')}: no such cluster could be asked; if it is gone for good: mcs reconcile --gone ${id}`,
  );
  const done = ['create', 'update', 'delete'].flatMap((verb) => {
    const number = changes.filter((change) => change.verb === verb).length;
    return number === 0 ? [] : [`${number} ${verb}d`];
  });
  const verdict = done.length === 0 ? 'nothing to change' : `${dryRun === 'none' ? '' : 'would be '}${done.join(', ')}`;
  return [...lines, `${where}: ${result.confirmed ? verdict : 'nothing written'}`]
    .map((line) => `${visible(line)}\n`)
    .join('');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
