import type { CRDRelease, CRDState } from '../actions/crd-states.ts';
import type { CRDsReport } from '../actions/crds-report.ts';
import type { Colour } from './colour.ts';
import { showCRD } from './joined.ts';
import { type Column, renderTable } from './table.ts';
import { visible } from './visible.ts';

interface Look {
  readonly wide: boolean;
  readonly width: number | undefined;
  readonly colour: Colour;
}

type Row = CRDState & { readonly cluster: string };

/** The table of `mcs crds status`. */
export function renderCRDs({ clusters }: CRDsReport, look: Look): string {
  const rows = clusters.flatMap(({ cluster, crds }) => crds.map((crd): Row => ({ ...crd, cluster })));
  const none = clusters.filter(({ needs }) => needs === 'none').map(({ cluster }) => needsNone(cluster));
  return `${rows.length === 0 ? '' : renderTable(rows, columnsOf(look), look)}${none.join('')}`;
}

/** What `mcs crds install` did: a line for each change, and one for each cluster where there was none. */
export function renderInstalled({ clusters, dryRun }: CRDsReport): string {
  const width = Math.max(...clusters.map(({ cluster }) => visible(cluster).length));
  const start = (cluster: string): string => visible(cluster).padEnd(width);
  return clusters
    .flatMap(({ cluster, needs, changes, crds, error }) => {
      if (needs === 'none') return [needsNone(cluster)];
      const lines = changes.map((crd) => `${start(cluster)}  ${showCRD(crd, dryRun !== 'none')}\n`);
      const kept = crds.flatMap(({ name, note }) =>
        note === undefined ? [] : [`${start(cluster)}  CRD ${name}: ${visible(note)}\n`],
      );
      const idle = changes.length === 0 && error === undefined ? [`${start(cluster)}  nothing to install\n`] : [];
      return [...lines, ...kept, ...idle];
    })
    .join('');
}

function needsNone(cluster: string): string {
  return `${visible(cluster)}: a directory needs no CRDs\n`;
}

function columnsOf({ colour }: Look): readonly Column<Row>[] {
  return [
    { header: 'CLUSTER', value: ({ cluster }) => cluster, whole: true },
    { header: 'CRD', value: ({ name }) => name },
    { header: 'RELEASE', value: ({ installed }) => releaseOf(installed) },
    { header: 'SERVED', value: ({ installed }) => (installed?.served ?? []).join(',') },
    { header: 'STORED', value: ({ installed }) => (installed?.stored ?? []).join(',') },
    { header: 'OURS', value: ({ ours }) => releaseOf(ours), wide: true },
    { header: 'NEW OBJECTS', value: ({ installed }) => installed?.storage ?? '', wide: true },
    {
      header: 'STATUS',
      value: statusOf,
      style: (text, { action, note }) =>
        note !== undefined || action !== 'none' ? colour.warn(text) : colour.good(text),
    },
  ];
}

/** `v0.5.2`, or `v0.5.2 rev 1` when the schema was revised within a release. */
function releaseOf(crd: CRDRelease | undefined): string {
  const { release, revision } = crd ?? {};
  return release === undefined || revision === undefined || revision === '0'
    ? (release ?? '')
    : `${release} rev ${revision}`;
}

function statusOf({ age, action, note }: Row): string {
  if (note !== undefined) return note;
  if (action === 'none') return 'ok';
  return age === 'missing' ? 'missing' : 'older, would be upgraded';
}
