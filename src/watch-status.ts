import type { TextOptions } from './base-command.ts';
import type { Context } from './context.ts';
import { selectionOf, type SelectionOptions } from './lib/actions/selection.ts';
import { type StatusEvent, statusEvents } from './lib/actions/status-events.ts';
import type { ServiceState, StatusReport } from './lib/actions/status.ts';
import { rfc3339 } from './lib/api/rfc3339.ts';
import type { Cluster } from './lib/clusters/cluster.ts';
import { LiveStatus } from './lib/controller/live-status.ts';
import { systemClock } from './lib/controller/system-clock.ts';
import { statusText } from './lib/output/status-text.ts';
import { statusEventJSON, statusEventLine } from './lib/output/status-watch-text.ts';
import { visible } from './lib/output/visible.ts';
import { Redraw } from './redraw.ts';

export interface StatusWatchOptions extends SelectionOptions {
  readonly clusterset?: string;
  readonly output: 'table' | 'wide' | 'json';
  readonly quiet: boolean;
  /** How text looks now: a terminal may be made wider. */
  readonly look: () => TextOptions;
}

/**
 * `mcs status --watch`: on a terminal the report, drawn anew when it changes; else a line for each change. Returns when the
 * signal says so. @throws UsageError
 */
export async function watchStatus(
  clusters: readonly Cluster[],
  { output, quiet, look, ...options }: StatusWatchOptions,
  context: Context,
): Promise<void> {
  const { stdout, stderr, signal } = context;
  const selection = selectionOf(options);
  const hasState = (state: ServiceState): boolean => selection.hasState(state);
  const asBlock = stdout.isTTY === true && output !== 'json';
  const block = new Redraw(stdout);
  let before: StatusReport | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();

  const draw = (report: StatusReport, time: string): void => {
    const services = report.services.filter(({ state }) => hasState(state));
    const remarks = [
      ...report.warnings.map((warning) => `warning: ${warning}`),
      ...report.problems.map(({ cluster, message }) => `error: ${cluster}: ${message}${sinceIn(report, cluster)}`),
    ].map((line) => `${visible(line)}\n`);
    const text = statusText({ ...report, services }, { ...look(), now: Date.parse(time) });
    block.draw(`${text}${remarks.join('')}`, `as of ${time}; Ctrl-C ends`);
  };
  const print = (event: StatusEvent, time: string): void => {
    if (output === 'json') stdout.write(statusEventJSON(event, time));
    else if (event.type !== 'CLUSTER') stdout.write(`${statusEventLine(event, time)}\n`);
    else if (!quiet) stderr.write(`${statusEventLine(event, time)}\n`);
  };
  const told = new Set<string>();
  const tell = (warning: string): void => {
    if (!told.has(warning)) stderr.write(`warning: ${visible(warning)}\n`);
    told.add(warning);
  };
  const changed = (report: StatusReport): void => {
    const events = statusEvents(before, report, hasState);
    const time = rfc3339(Date.now());
    if (!asBlock) {
      for (const warning of report.warnings) tell(warning);
      for (const event of events) print(event, time);
    } else if (events.length > 0 || before === undefined) draw(report, time);
    before = report;
  };

  const live = new LiveStatus(clusters, { ...options, clock: systemClock }, { changed, failed: reject });
  const stop = (): void => {
    resolve(undefined);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  if (asBlock) block.draw('', `reading ${clusters.length} clusters; Ctrl-C ends`);
  live.start();
  try {
    await promise;
  } finally {
    live.stop();
    block.end();
    signal.removeEventListener('abort', stop);
  }
}

/** Since when a cluster has not been heard, to follow a problem of it. */
function sinceIn({ clusters }: StatusReport, name: string): string {
  const since = clusters.find(({ cluster }) => cluster === name)?.unreachableSince;
  return since === undefined ? '' : ` (since ${since})`;
}
