import type { ExportPlan, ExportReport, PlannedExport } from '../actions/export.ts';
import type { PlannedUnexport, UnexportReport } from '../actions/unexport.ts';
import { visible } from './visible.ts';

/** What an export will bring about that its maker may not want: one line a conflict. */
export function exportForecast(plan: ExportPlan): readonly string[] {
  return plan.exports.flatMap(({ cluster, namespace, name, action, conflicts }) =>
    action === 'unchanged'
      ? []
      : conflicts.map(
          ({ field, used, winner, disagree }) =>
            `${cluster}: the export of ${namespace}/${name} conflicts on ${field}: ${winner} wins, using ${used}; ${disagree.join(', ')} ${disagree.length === 1 ? 'disagrees' : 'disagree'}`,
        ),
  );
}

/** One line per export. */
export function exportText({ exports, dryRun }: ExportReport): string {
  const would = dryRun === 'none' ? '' : 'would be ';
  const words: Readonly<Record<PlannedExport['action'], string>> = {
    create: `${would}exported`,
    update: `${would}updated`,
    unchanged: 'is exported already',
  };
  return lines(
    exports.map(({ cluster, namespace, name, action }) => `${cluster}  ${namespace}/${name}  ${words[action]}`),
  );
}

/** What the end of exports means for the others. */
export function unexportForecast(unexports: readonly PlannedUnexport[]): readonly string[] {
  const going = unexports.filter(({ action }) => action === 'delete');
  const services = [...new Set(going.map(({ namespace, name }) => `${namespace}/${name}`))];
  return services.flatMap((service) => {
    const exports = going.filter(({ namespace, name }) => `${namespace}/${name}` === service);
    const foreign = exports
      .filter(({ ours }) => !ours)
      .map(({ cluster }) => `${cluster}: the export of ${service} was not made by mcs; who made it may make it again`);
    return [...foreign, ...endOf(service, exports)];
  });
}

function endOf(service: string, exports: readonly PlannedUnexport[]): readonly string[] {
  const last = exports.filter((one) => one.last);
  const [first] = last;
  if (first !== undefined) {
    const { importedBy } = first;
    const who = last.map(({ cluster }) => cluster).join(', ');
    const what = last.length === 1 ? 'is the last exporter' : 'are the last exporters';
    const where =
      importedBy.length === 0 ? 'nobody has imported it yet' : `its import disappears in ${importedBy.join(', ')}`;
    return [`${who} ${what} of ${service}: ${where}`];
  }
  return exports.flatMap(({ cluster, successor, changes }) => {
    if (successor === undefined) return [];
    const values = changes.map(({ field, from, to }) => `${field}: ${from} → ${to}`).join('; ');
    const effect = values === '' ? 'no value changes' : values;
    return [`${cluster} is the oldest exporter of ${service}; ${successor} decides from now on: ${effect}`];
  });
}

/** One line per export that is gone. */
export function unexportText({ unexports, dryRun }: UnexportReport): string {
  const would = dryRun === 'none' ? '' : 'would be ';
  return lines(
    unexports.map(({ cluster, namespace, name, action }) => {
      return `${cluster}  ${namespace}/${name}  ${action === 'delete' ? `${would}unexported` : 'was not exported'}`;
    }),
  );
}

function lines(list: readonly string[]): string {
  return list.map((line) => `${visible(line)}\n`).join('');
}
