import type { Remark, ServiceStatus, StatusReport } from '../actions/status.ts';
import { shellWord } from '../api/shell-word.ts';
import { conflictFix } from '../explain/conflict-fix.ts';
import { age } from './age.ts';
import type { Colour } from './colour.ts';
import { short } from './short.ts';
import { type Column, renderTable } from './table.ts';
import { visible } from './visible.ts';

export interface StatusTextOptions {
  /** The time that ages are counted to, in milliseconds since 1970. */
  readonly now: number;
  readonly wide: boolean;
  readonly width: number | undefined;
  readonly colour: Colour;
}

/** The table of services, and below it what keeps them from being OK, each with what to type. */
export function statusText(report: StatusReport, options: StatusTextOptions): string {
  const { services, clusters } = report;
  const answered = clusters.filter((cluster) => cluster.state === 'ok').length;
  const set = report.clusterset === undefined ? 'no clusterset' : `clusterset ${report.clusterset}`;
  const summary = visible(`${set} · ${answered}/${clusters.length} clusters read · ${counts(services)}`);
  if (services.length === 0) return `${summary}\n`;
  const table = renderTable(services, columns(options), { wide: options.wide, width: options.width });
  const details = [...conflictLines(report, options.colour), ...remarkLines(services, options)];
  return `${table}\n${details.length === 0 ? '' : `${details.join('\n')}\n\n`}${summary}\n`;
}

function columns({ wide, colour, now }: StatusTextOptions): readonly Column<ServiceStatus>[] {
  return [
    { header: 'NAMESPACE', value: (row) => row.namespace, whole: true },
    { header: 'NAME', value: (row) => row.name, whole: true },
    { header: 'TYPE', value: (row) => row.type ?? '' },
    { header: 'PORTS', value: (row) => (wide ? portsOf(row).join(',') : listWithin(portsOf(row), 18)) },
    { header: 'EXPORTED BY', value: (row) => (wide ? row.exportedBy.join(',') : listWithin(row.exportedBy, 18)) },
    {
      header: wide ? 'IMPORTED BY' : 'IMPORTED',
      value: (row) => (wide ? row.importedBy.join(',') : importedShare(row)),
    },
    {
      header: 'ENDPOINTS',
      value: (row) => row.endpoints.map(({ cluster, ready, total }) => `${cluster}=${ready}/${total}`).join(','),
      wide: true,
    },
    { header: 'IPS', value: ipsOf, wide: true },
    { header: 'AGE', value: (row) => ageOf(row, now), wide: true },
    {
      header: 'STATE',
      value: (row) => stateText(row, wide),
      style: (text, row) => (row.state === 'OK' ? colour.good(text) : colour.bad(text)),
    },
  ];
}

/** `CONFLICT port,type`, `MISSING in west`, `PENDING …`: the worst, and all there is when it may be `whole`. */
export function stateText(row: ServiceStatus, whole = true): string {
  if (row.state === 'OK') return 'OK';
  if (row.state === 'NOT EXPORTED') {
    const why = row.invalid.map(({ cluster, reason }) => `${cluster}: ${reason}`).join(', ');
    return why === '' ? 'NOT EXPORTED' : `NOT EXPORTED (${why})`;
  }
  const parts: string[] = [];
  if (row.conflicts.length > 0) {
    parts.push(`CONFLICT ${row.conflicts.map(({ field }) => SHORT[field] ?? field).join(',')}`);
  }
  if (row.missingIn.length > 0) {
    parts.push(row.importedBy.length === 0 ? 'PENDING not reconciled' : `MISSING in ${shortList(row.missingIn)}`);
  }
  const [pending] = row.pending;
  if (pending !== undefined) parts.push(`PENDING ${pending.reason}`);
  if (row.unreachable.length > 0) parts.push(`UNKNOWN in ${shortList(row.unreachable)}`);
  return whole ? parts.join(', ') : (parts[0] ?? row.state);
}

/** Words of the fields in the STATE column. */
const SHORT: Readonly<Record<string, string>> = {
  ports: 'port',
  exportedLabels: 'labels',
  exportedAnnotations: 'annotations',
};

function conflictLines(report: StatusReport, colour: Colour): readonly string[] {
  const lines: string[] = [];
  for (const service of report.services) {
    for (const conflict of service.conflicts) {
      const { field, used, winner, disagree } = conflict;
      const head = `${service.namespace}/${service.name}  ${field}: using ${short(used)} of ${winner}; ${disagree.join(', ')} ${disagree.length === 1 ? 'disagrees' : 'disagree'}`;
      lines.push(`${colour.bad('CONFLICT')} ${visible(head)}`);
      for (const name of disagree) {
        const cluster = report.clusters.find((entry) => entry.cluster === name);
        if (cluster !== undefined)
          lines.push(
            `  next: ${visible(conflictFix({ ...conflict, wanted: short(conflict.wanted) }, service, cluster))}`,
          );
      }
    }
  }
  return lines;
}

function remarkLines(services: readonly ServiceStatus[], { colour }: StatusTextOptions): readonly string[] {
  const lines: string[] = [];
  const add = (word: string, row: ServiceStatus, text: string, next?: string): void => {
    lines.push(`${colour.warn(word)} ${visible(`${row.namespace}/${row.name}  ${text}`)}`);
    if (next !== undefined) lines.push(`  next: ${visible(next)}`);
  };
  let unreconciled = false;
  for (const row of services) {
    for (const { cluster, reason } of row.invalid) add('INVALID', row, `the export of ${cluster}: ${reason}`);
    for (const [reason, where] of byReason(row.pending)) add('PENDING', row, `in ${where.join(', ')}: ${reason}`);
    for (const { cluster, reason } of row.contradictions) add('NOTE', row, `${cluster}: ${reason}`);
    if (row.unreachable.length > 0) {
      add('UNKNOWN', row, `${row.unreachable.join(', ')} cannot be asked; what it gave last is kept`);
    }
    if (row.missingIn.length > 0 || row.pending.some(isStale)) unreconciled = true;
  }
  for (const [namespace, clusters] of holes(services)) {
    const clause = `imports appear only where the namespace exists`;
    lines.push(
      `${colour.warn('NOTE')} ${visible(`namespace ${namespace} is missing in ${clusters.join(', ')}: ${clause}`)}`,
      `  next: mcs namespaces ${visible(shellWord(namespace))} --missing -o yaml`,
    );
  }
  if (unreconciled)
    lines.push(`${colour.warn('PENDING')} some imports are not what the exports make of them\n  next: mcs reconcile`);
  return lines;
}

/** Clusters by what is remarked of them, so that one cause is one line. */
function byReason(remarks: readonly Remark[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { cluster, reason } of remarks) found.set(reason, [...(found.get(reason) ?? []), cluster]);
  return found;
}

function isStale({ reason }: Remark): boolean {
  return reason.startsWith('not reconciled');
}

/** Namespaces of exported services and the clusters that lack them. */
function holes(services: readonly ServiceStatus[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { namespace, noNamespaceIn, state } of services) {
    if (noNamespaceIn.length > 0 && state !== 'NOT EXPORTED') found.set(namespace, noNamespaceIn);
  }
  return found;
}

/** Of the oldest export. */
function ageOf({ exports }: ServiceStatus, now: number): string {
  const times = exports.flatMap(({ created }) => (created === undefined ? [] : [Date.parse(created)]));
  return times.length === 0 ? '' : age(now - Math.min(...times));
}

function ipsOf(row: ServiceStatus): string {
  return row.ips.map(({ cluster, ips }) => `${cluster}=${ips.join('/')}`).join(',');
}

/** Importing clusters of those that have the namespace: the names are many and mostly all. */
function importedShare({ importedBy, missingIn }: ServiceStatus): string {
  return `${importedBy.length}/${importedBy.length + missingIn.length}`;
}

function portsOf({ ports }: ServiceStatus): readonly string[] {
  return ports.map(({ port, protocol }) => `${port}/${protocol}`);
}

/** The first entries, as many as there is room for and at least one, and how many more. */
function listWithin(list: readonly string[], width: number): string {
  let shown = list.length;
  while (shown > 1 && shortList(list, shown).length > width) shown--;
  return shortList(list, shown);
}

/** The first names, and how many more. */
function shortList(list: readonly string[], shown = 3): string {
  return list.length <= shown ? list.join(',') : `${list.slice(0, shown).join(',')} +${list.length - shown}`;
}

function counts(services: readonly ServiceStatus[]): string {
  const bad = new Map<string, number>();
  for (const { state } of services) if (state !== 'OK') bad.set(state, (bad.get(state) ?? 0) + 1);
  const parts = [...bad].map(([state, count]) => `${count} ${state}`);
  const noun = services.length === 1 ? 'service' : 'services';
  return [`${services.length} ${noun}`, ...(parts.length === 0 && services.length > 0 ? ['all OK'] : parts)].join(', ');
}
