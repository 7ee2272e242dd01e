import * as Args from '@oclif/core/args';
import { ClusterCommand } from '../../cluster-command.ts';
import { dryRunFlag, namespaceFlags, outputFlag } from '../../flags.ts';
import type { Group } from '../../groups.ts';
import { type UnexportReport, applyUnexport, planUnexport } from '../../lib/actions/unexport.ts';
import { UsageError } from '../../lib/errors.ts';
import { unexportForecast, unexportText } from '../../lib/output/export-text.ts';

export default class UnexportService extends ClusterCommand {
  static override group: Group = 'Services';
  static override aliases = ['unexport:service', 'unexport:services'];
  static override hiddenAliases = ['unexport:service', 'unexport:services'];
  static override summary = 'Stop exporting Services: delete their ServiceExports.';
  static override description =
    'Says first whether the cluster is the last exporter (the import disappears everywhere) or the oldest (and which values change to whose).';
  static override examples = [
    {
      description: 'Stop exporting one Service from one cluster:',
      command: '<%= config.bin %> <%= command.id %> cart -n shop --context west',
    },
    {
      description: 'See what that would mean:',
      command: '<%= config.bin %> <%= command.id %> shop/cart --context east --dry-run',
    },
  ];
  static override strict = false;
  static override args = {
    name: Args.string({ ignoreStdin: true, description: 'Services to unexport: NAME or NAMESPACE/NAME.' }),
  };
  static override flags = {
    namespace: namespaceFlags.namespace,
    ...dryRunFlag,
    ...outputFlag(['table', 'json', 'yaml', 'name']),
  };

  async run(): Promise<UnexportReport> {
    const { flags, argv } = await this.parse(UnexportService);
    if (argv.length === 0) throw new UsageError('which Services?', 'give NAME…');
    const { chosen, others } = await this.clustersToWriteAround(flags);
    const plan = await planUnexport(chosen, others, {
      names: argv.map(String),
      namespace: flags.namespace ?? 'default',
      concurrency: flags.concurrency,
      now: new Date().toISOString(),
      ...(flags.clusterset === undefined ? {} : { clusterset: flags.clusterset }),
    });
    for (const warning of plan.warnings) this.warn(warning);
    for (const line of unexportForecast(plan.unexports)) this.note(line);
    const result = await applyUnexport(plan, flags['dry-run']);
    this.endWith(this.showProblems(result.problems));
    await this.print(flags.output, {
      kind: 'UnexportReport',
      result,
      text: () => unexportText(result),
      names: () =>
        result.unexports.map(({ namespace, name }) => `serviceexport.multicluster.x-k8s.io/${namespace}/${name}`),
    });
    return result;
  }
}
