import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ClusterCommand } from '../../cluster-command.ts';
import { allowNamespaceFlag, dryRunFlag, namespaceFlags, outputFlag, parsePairs, yesFlag } from '../../flags.ts';
import type { Group } from '../../groups.ts';
import { type ExportOptions, type ExportPlan, applyExport, planExport } from '../../lib/actions/export.ts';
import { rfc3339 } from '../../lib/api/rfc3339.ts';
import { InterruptedError, UsageError } from '../../lib/errors.ts';
import { renderManifests } from '../../lib/output/document.ts';
import { exportForecast, exportText } from '../../lib/output/export-text.ts';

const pairs = { multiple: true, multipleNonGreedy: true, helpValue: 'KEY=VALUE' } as const;

export default class ExportService extends ClusterCommand {
  static override group: Group = 'Services';
  static override aliases = ['export:service', 'export:services'];
  static override hiddenAliases = ['export:service', 'export:services'];
  static override summary = 'Export Services: write a ServiceExport for each.';
  static override description =
    'Says before writing when a new export will conflict, on which field, and who wins. A selector is matched once; Services that come later are not exported by it. With -o yaml or json the manifests are printed and nothing is written.';
  static override examples = [
    {
      description: 'Export one Service from two clusters:',
      command: '<%= config.bin %> <%= command.id %> cart -n shop --context east --context west',
    },
    {
      description: 'See what a selector matches, as manifests to commit:',
      command: '<%= config.bin %> <%= command.id %> -l tier=public -n shop --context east -o yaml',
    },
  ];
  static override strict = false;
  static override args = {
    name: Args.string({ ignoreStdin: true, description: 'Services to export: NAME or NAMESPACE/NAME.' }),
  };
  static override flags = {
    ...namespaceFlags,
    selector: Flags.string({ char: 'l', summary: 'Export the Services that this label selector matches.' }),
    all: Flags.boolean({ default: false, summary: 'Export all Services of the namespace.' }),
    'exported-label': Flags.string({ ...pairs, summary: 'Label for the imports of the Service. Repeatable.' }),
    'exported-annotation': Flags.string({
      ...pairs,
      summary: 'Annotation for the imports of the Service. Repeatable.',
    }),
    'allow-missing': Flags.boolean({ default: false, summary: 'Export a Service before it exists.' }),
    ...allowNamespaceFlag,
    ...dryRunFlag,
    ...yesFlag,
    ...outputFlag(['table', 'json', 'yaml', 'name']),
  };

  async run(): Promise<object> {
    const { flags, argv } = await this.parse(ExportService);
    const names = argv.map(String);
    requireOneWay(names, flags);
    const { chosen, others } = await this.clustersToWriteAround(flags);
    const options: ExportOptions = {
      names,
      namespace: flags.namespace ?? 'default',
      allNamespaces: flags['all-namespaces'],
      ...(flags.selector === undefined ? {} : { selector: flags.selector }),
      all: flags.all,
      allowMissing: flags['allow-missing'],
      allowedNamespaces: flags['allow-namespace'] ?? [],
      exportedLabels: parsePairs('--exported-label', flags['exported-label']),
      exportedAnnotations: parsePairs('--exported-annotation', flags['exported-annotation']),
      now: rfc3339(Date.now()),
      concurrency: flags.concurrency,
      ...(flags.clusterset === undefined ? {} : { clusterset: flags.clusterset }),
    };
    const plan = await planExport(chosen, others, options);
    for (const warning of [...plan.warnings, ...exportForecast(plan)]) this.warn(warning);
    if (plan.exports.length === 0 && plan.problems.length === 0) this.note('no Service matches');
    if (flags.output === 'json' || flags.output === 'yaml') {
      this.endWith(this.showProblems(plan.problems));
      this.context.stdout.write(await renderManifests(manifestsOf(plan), flags.output));
      return { exports: manifestsOf(plan) };
    }
    if (names.length === 0 && flags['dry-run'] === 'none') await this.#approve(plan, flags.yes);
    const result = await applyExport(plan, flags['dry-run']);
    this.endWith(this.showProblems(result.problems));
    await this.print(flags.output, {
      kind: 'ExportReport',
      result,
      text: () => exportText(result),
      names: () =>
        result.exports.map(({ namespace, name }) => `serviceexport.multicluster.x-k8s.io/${namespace}/${name}`),
    });
    return result;
  }

  /** Shows what a selector matched, and asks. */
  async #approve({ exports }: ExportPlan, yes: boolean): Promise<void> {
    const open = exports.filter(({ action }) => action !== 'unchanged');
    if (open.length === 0 || yes) return;
    this.note(`matched ${open.length}:`);
    for (const { cluster, namespace, name } of open) this.note(`  ${cluster}  ${namespace}/${name}`);
    if (await this.confirm(`Export ${open.length} ${open.length === 1 ? 'Service' : 'Services'}?`)) return;
    throw new InterruptedError('nothing was exported');
  }
}

/** Each manifest once, however many clusters it is for. */
function manifestsOf({ exports }: ExportPlan): readonly object[] {
  const byKey = new Map(exports.map(({ namespace, name, object }) => [`${namespace}/${name}`, object]));
  return [...byKey.values()].map((object) => {
    const { creationTimestamp: _, ...metadata } = object.metadata;
    return { ...object, metadata };
  });
}

function requireOneWay(
  names: readonly string[],
  flags: { readonly selector?: string | undefined; readonly all: boolean; readonly 'all-namespaces': boolean },
): void {
  const ways = [names.length > 0, flags.selector !== undefined, flags.all].filter(Boolean).length;
  if (ways === 0) throw new UsageError('which Services?', 'give NAME…, -l SELECTOR or --all');
  if (ways > 1) throw new UsageError('names, -l and --all exclude each other', 'give one of them');
  if (names.length > 0 && flags['all-namespaces']) {
    throw new UsageError('names and -A exclude each other', 'give NAMESPACE/NAME');
  }
}
