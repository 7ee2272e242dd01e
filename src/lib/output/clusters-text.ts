import type { ClusterReport, ClustersReport } from '../actions/clusters-report.ts';
import type { Colour } from './colour.ts';
import { type Column, renderTable } from './table.ts';
import { visible } from './visible.ts';

interface Look {
  readonly wide: boolean;
  readonly width: number | undefined;
  readonly colour: Colour;
}

/** The table of `mcs clusters`, and below it what to do about each cluster that is not as it should be. */
export function renderClusters({ clusters, notes }: ClustersReport, look: Look): string {
  const lines = [...clusters.flatMap(explain), ...notes];
  const below = lines.map((line) => `${visible(line)}\n`).join('');
  return `${renderTable(clusters, columnsOf(look), look)}${below === '' ? '' : `\n${below}`}`;
}

function columnsOf({ colour, wide }: Look): readonly Column<ClusterReport>[] {
  return [
    { header: 'CLUSTER', value: ({ cluster }) => cluster, whole: true },
    { header: 'ID', value: ({ id }) => id ?? '' },
    { header: 'CLUSTERSET', value: ({ clusterset }) => clusterset ?? '' },
    { header: 'SERVER', value: (row) => (wide ? row.location : shortLocation(row)) },
    { header: 'KUBERNETES', value: ({ kubernetesVersion }) => kubernetesVersion ?? '' },
    { header: 'MCS API', value: ({ mcsVersions }) => versions(mcsVersions) },
    // The one that is used: both lists would not fit into 100 columns.
    { header: 'ABOUT API', value: ({ aboutVersions }) => versions(wide ? aboutVersions : aboutVersions?.slice(0, 1)) },
    {
      header: 'STATUS',
      value: statusOf,
      style: (text, row) =>
        row.error !== undefined ? colour.bad(text) : isFine(row) ? colour.good(text) : colour.warn(text),
    },
    { header: 'UID', value: ({ uid }) => uid ?? '', wide: true },
    { header: 'SINCE', value: ({ since }) => since ?? '', wide: true },
    {
      header: 'CONTROLLERS',
      value: ({ controllers }) => controllers.map(({ evidence }) => evidence).join(', '),
      wide: true,
    },
  ];
}

/** The host alone: scheme and path say little, and a table has 100 columns. The port, since local servers differ by it. */
function shortLocation({ type, location }: ClusterReport): string {
  if (type === 'directory' || !URL.canParse(location)) return location;
  return new URL(location).host;
}

function versions(served: readonly string[] | undefined): string {
  if (served === undefined) return '';
  return served.length === 0 ? 'none' : served.join(',');
}

function isFine({ controllers, sameAs }: ClusterReport): boolean {
  return controllers.length === 0 && sameAs === undefined;
}

function statusOf(row: ClusterReport): string {
  const { error, sameAs, controllers } = row;
  if (error !== undefined) return WORDS[error.reason];
  if (sameAs !== undefined) return `same as ${sameAs}`;
  return controllers.length === 0 ? 'ok' : controllers.map(({ name }) => name).join(', ');
}

const WORDS: Readonly<Record<NonNullable<ClusterReport['error']>['reason'], string>> = {
  unreachable: 'unreachable',
  timeout: 'no answer',
  unauthorized: 'no access',
  forbidden: 'forbidden',
  'not-served': 'not served',
  conflict: 'conflict',
  terminating: 'terminating',
  rejected: 'rejected',
  failed: 'failing',
  'user-file': 'user file',
  malformed: 'malformed',
};

function explain({ cluster, error, sameAs, controllers, warnings }: ClusterReport): readonly string[] {
  const lines = controllers.map(
    ({ name, evidence }) =>
      `${cluster}: ${name} is at work there (${evidence}): mcs reconcile leaves this cluster alone`,
  );
  if (sameAs !== undefined) lines.push(`${cluster} and ${sameAs} are the same cluster; it counts once, as ${sameAs}`);
  lines.push(...warnings.map((warning) => `${cluster}: ${warning}`));
  if (error !== undefined) lines.push(`${cluster}: ${error.message}`);
  if (error?.next !== undefined) lines.push(`  next: ${error.next}`);
  return lines;
}
