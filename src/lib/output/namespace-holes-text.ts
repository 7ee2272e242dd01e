import type { NamespaceHole, NamespaceReport } from '../actions/namespaces.ts';
import { type NamespacesLook, namesCell, namespacesSummary } from './namespaces-text.ts';
import { type Column, renderTable } from './table.ts';
import { visible } from './visible.ts';

/**
 * The holes alone, a line each.
 * @param manifests the command that prints what fills the holes of a cluster, to be typed
 */
export function holesText(
  report: NamespaceReport,
  look: NamespacesLook,
  manifests: (cluster: string) => string,
): string {
  const { holes, clusters } = report;
  if (holes.length === 0) return `${namespacesSummary(report)}\n`;
  const columns: readonly Column<NamespaceHole>[] = [
    { header: 'CLUSTER', value: ({ cluster }) => cluster, whole: true },
    { header: 'NAMESPACE', value: ({ namespace }) => namespace, whole: true },
    { header: 'STATE', value: ({ state }) => state.toUpperCase(), style: (text) => look.colour.bad(text) },
    { header: 'EXPORTED BY', value: ({ exportedBy }) => namesCell(exportedBy, look.wide) },
    { header: 'SERVICES', value: ({ services }) => namesCell(services, look.wide) },
  ];
  const fillable = new Set(holes.filter(({ state }) => state === 'missing').map(({ cluster }) => cluster));
  const next = clusters
    .filter(({ cluster }) => fillable.has(cluster))
    .map(({ cluster, type, location }) =>
      type === 'directory'
        ? `  next: ${manifests(cluster)}   # put it into a file in ${location}`
        : `  next: ${manifests(cluster)} | kubectl --context ${quote(cluster)} apply -f -`,
    )
    .map(visible);
  const going = holes.filter(({ state }) => state === 'terminating');
  const wait = going.map(({ cluster, namespace }) =>
    visible(`NOTE namespace ${namespace} of ${cluster} is being deleted: create it again when it is gone`),
  );
  const parts = [renderTable(holes, columns, look).trimEnd(), [...next, ...wait].join('\n'), namespacesSummary(report)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
