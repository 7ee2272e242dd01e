import type { NamespaceHole, NamespaceReport, NamespaceRow } from '../actions/namespaces.ts';
import type { Colour } from './colour.ts';
import { some } from './some.ts';
import { type Column, renderTable } from './table.ts';
import { visible } from './visible.ts';

export interface NamespacesLook {
  readonly wide: boolean;
  /** The terminal's; absent when piped. */
  readonly width: number | undefined;
  readonly colour: Colour;
}

/** What a line may be long where nobody can say. */
const WIDTH = 100;

/**
 * A column a cluster while they fit the width or `wide` is asked for; else, with twenty clusters, the columns say how many
 * have a namespace and which of them lack it. Below it each hole and each difference of owners.
 * @param holes the command that lists the holes, to be typed
 */
export function namespacesText(report: NamespaceReport, look: NamespacesLook, holes: string): string {
  const { namespaces } = report;
  const below = [...holeLines(report, look.colour, holes), ...ownerLines(report, look.colour)];
  const parts = [
    ...(namespaces.length === 0 ? [] : [table(report, look)]),
    below.join('\n'),
    namespacesSummary(report),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function table(report: NamespaceReport, look: NamespacesLook): string {
  const matrix = renderTable(report.namespaces, matrixColumns(report, look.colour), { wide: look.wide }).trimEnd();
  // Widths of plain text: escapes of colours are none.
  const plain = look.colour.enabled ? renderTable(report.namespaces, matrixColumns(report)) : matrix;
  const widest = Math.max(...plain.split('\n').map((line) => line.length));
  if (look.wide || widest <= (look.width ?? WIDTH)) return matrix;
  return renderTable(report.namespaces, listColumns(report, look.colour), look).trimEnd();
}

function matrixColumns(report: NamespaceReport, colour?: Colour): readonly Column<NamespaceRow>[] {
  const shown = report.clusters.filter(({ state }) => state !== 'left-out');
  const holes = new Set(report.holes.map(({ cluster, namespace }) => `${cluster}/${namespace}`));
  return [
    { header: 'NAMESPACE', value: ({ namespace }) => namespace, whole: true },
    ...shown.map(({ cluster }): Column<NamespaceRow> => ({
      header: visible(cluster), // not in capitals: it is to be copied
      value: (row) => cell(row, cluster, holes.has(`${cluster}/${row.namespace}`)),
      style: (text) => (/^(MISSING|TERMINATING|UNKNOWN)/.test(text) ? (colour?.bad(text) ?? text) : text),
      whole: true,
    })),
    ownerColumn(colour),
  ];
}

/** `present`, `2 exported`, `MISSING` where others export from it, nothing where it just is not. */
function cell({ clusters }: NamespaceRow, name: string, isHole: boolean): string {
  const found = clusters.find(({ cluster }) => cluster === name);
  if (found === undefined || found.state === 'unknown') return 'UNKNOWN';
  if (found.state === 'missing') return isHole ? 'MISSING' : '';
  if (found.state === 'terminating') return 'TERMINATING';
  return found.exports === 0 ? 'present' : `${found.exports} exported`;
}

function listColumns({ holes }: NamespaceReport, colour: Colour): readonly Column<NamespaceRow>[] {
  const holesIn = ({ namespace }: NamespaceRow): readonly string[] =>
    holes
      .filter((hole) => hole.namespace === namespace)
      .map(({ cluster, state }) => (state === 'missing' ? cluster : `${cluster} (terminating)`));
  const inState = ({ clusters }: NamespaceRow, wanted: string): readonly string[] =>
    clusters.filter(({ state }) => state === wanted).map(({ cluster }) => cluster);
  return [
    { header: 'NAMESPACE', value: ({ namespace }) => namespace, whole: true },
    { header: 'PRESENT', value: (row) => `${inState(row, 'present').length}/${row.clusters.length}` },
    { header: 'EXPORTED', value: ({ services }) => (services.length === 0 ? '' : String(services.length)) },
    { header: 'EXPORTED BY', value: ({ exportedBy }) => namesCell(exportedBy, false) },
    { header: 'MISSING IN', value: (row) => namesCell(holesIn(row), false), style: (text) => warnOf(text, colour) },
    {
      header: 'UNKNOWN IN',
      value: (row) => namesCell(inState(row, 'unknown'), false),
      style: (text) => warnOf(text, colour),
    },
    ownerColumn(colour),
  ];
}

function warnOf(text: string, colour: Colour): string {
  return text === '-' ? text : colour.bad(text);
}

/** `team=shop`, or `DIFFERS: team`. */
function ownerColumn(colour?: Colour): Column<NamespaceRow> {
  return {
    header: 'OWNER',
    value: ({ owners }) => {
      const differing = owners.filter(({ differs }) => differs).map(({ key }) => shortKey(key));
      if (differing.length > 0) return `DIFFERS: ${differing.join(',')}`;
      return owners.map(({ key, values }) => `${shortKey(key)}=${values[0]?.value ?? ''}`).join(',');
    },
    style: (text) => (text.startsWith('DIFFERS') ? (colour?.bad(text) ?? text) : text),
  };
}

/** The part of a key that people know it by. */
function shortKey(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

function holeLines({ holes }: NamespaceReport, colour: Colour, next: string): readonly string[] {
  const found = new Map<string, { readonly hole: NamespaceHole; readonly where: string[] }>();
  for (const hole of holes) {
    const key = `${hole.state} ${hole.namespace}`;
    const entry = found.get(key) ?? { hole, where: [] };
    entry.where.push(hole.cluster);
    found.set(key, entry);
  }
  const lines = [...found.values()].map(({ hole, where }) => {
    const { namespace, services, exportedBy, state } = hole;
    const what = `${namespace}  ${some(services)} of ${some(exportedBy)} cannot be imported in ${some(where)}`;
    return `${colour.bad(state.toUpperCase())} ${visible(what)}`;
  });
  return lines.length === 0 ? [] : [...lines, `  next: ${visible(next)}`];
}

/** Who says what, those that say the same together: `team: "shop" in east, north; unset in south`. */
function ownerLines({ namespaces }: NamespaceReport, colour: Colour): readonly string[] {
  return namespaces.flatMap(({ namespace, owners }) =>
    owners
      .filter(({ differs }) => differs)
      .map(({ key, values }) => {
        const said = new Map<string | undefined, string[]>();
        for (const { cluster, value } of values) said.set(value, [...(said.get(value) ?? []), cluster]);
        const parts = [...said].map(
          ([value, where]) => `${value === undefined ? 'unset' : `"${value}"`} in ${some(where)}`,
        );
        return `${colour.warn('DIFFERS')} ${visible(`${namespace}  ${key}: ${parts.join('; ')}`)}`;
      }),
  );
}

/** `clusterset prod · 3/3 clusters read · 4 namespaces, 1 hole` */
export function namespacesSummary({ clusterset, clusters, namespaces, holes }: NamespaceReport): string {
  const read = clusters.filter(({ state }) => state === 'ok').length;
  const differing = namespaces.filter(({ owners }) => owners.some(({ differs }) => differs)).length;
  const counts = [
    `${namespaces.length} ${namespaces.length === 1 ? 'namespace' : 'namespaces'}`,
    holesWord(
      holes.length,
      clusters.some(({ state }) => state === 'unreachable'),
    ),
    ...(differing === 0 ? [] : [`${differing} with differing owners`]),
  ];
  const set = clusterset === undefined ? 'no clusterset' : `clusterset ${clusterset}`;
  return visible(`${set} · ${read}/${clusters.length} clusters read · ${counts.join(', ')}`);
}

/** No holes where nobody could look is not known: it is said. */
function holesWord(count: number, someUnknown: boolean): string {
  if (count === 0) return someUnknown ? 'no holes in those read' : 'no holes';
  return `${count} ${count === 1 ? 'hole' : 'holes'}`;
}

/** The first names, and how many more; all of them when the table may be wide. */
export function namesCell(names: readonly string[], whole: boolean): string {
  const more = names.length - 3;
  return whole || more <= 0 ? names.join(',') : `${names.slice(0, 3).join(',')} +${more}`;
}
