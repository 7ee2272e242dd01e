import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ClusterCommand, type ClusterFlags } from '../cluster-command.ts';
import { namespaceFlags, outputFlag } from '../flags.ts';
import type { Group } from '../groups.ts';
import { SORT_KEYS, type SelectionOptions } from '../lib/actions/selection.ts';
import { type ServiceState, type StatusReport, status } from '../lib/actions/status.ts';
import { EXIT, UsageError } from '../lib/errors.ts';
import { statusText } from '../lib/output/status-text.ts';
import { parseStates } from '../state-flag.ts';

export default class Status extends ClusterCommand {
  static override group: Group = 'Services';
  static override summary = 'Show exported and imported Services over all clusters, with their conflicts.';
  static override description =
    "Computed from the clusters' own objects, so that it is right before anybody has reconciled, and beside any implementation. Nothing is written. All namespaces are shown unless one is named. With --watch it goes on: a terminal is drawn anew when something changes; else each change is a line, with -o json a document (kind StatusEvent).";
  static override examples = [
    { description: 'Every service of the clusterset:', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'One service, from folders of manifests, as a document:',
      command: '<%= config.bin %> <%= command.id %> shop/cart --dir clusters/east --dir clusters/west -o json',
    },
    {
      description: 'What does not work, followed while it is mended:',
      command: '<%= config.bin %> <%= command.id %> --state CONFLICT,MISSING,PENDING --watch',
    },
  ];
  static override strict = false;
  static override args = {
    name: Args.string({
      ignoreStdin: true,
      description: 'Services to show: NAME or NAMESPACE/NAME; all when none is given.',
    }),
  };
  static override flags = {
    ...namespaceFlags,
    ...outputFlag(['table', 'wide', 'json', 'yaml', 'name']),
    selector: Flags.string({
      char: 'l',
      summary:
        'A label selector. It sees the labels of the Service and of its ServiceExport, in any exporting cluster.',
    }),
    state: Flags.custom<readonly ServiceState[]>({
      helpValue: 'STATE,…',
      summary: 'Only services whose state is one of these; the state is the worst thing that holds.',
      parse: (input) => Promise.resolve(parseStates(input)),
    })(),
    'sort-by': Flags.option({
      options: SORT_KEYS,
      default: 'namespace',
      helpValue: SORT_KEYS.join('|'),
      summary: 'Order. What is worst, oldest, or has fewest ready endpoints comes first.',
    })(),
    watch: Flags.boolean({ char: 'w', default: false, summary: 'Go on, and show what changes, until interrupted.' }),
  };

  async run(): Promise<object> {
    const { flags, argv } = await this.parse(Status);
    const selection: SelectionOptions = {
      names: argv.map(String),
      sortBy: flags['sort-by'],
      ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
      ...(flags.selector === undefined ? {} : { selector: flags.selector }),
      ...(flags.state === undefined ? {} : { states: flags.state }),
    };
    const { output } = flags;
    if (!flags.watch) return this.#once(selection, flags);
    if (output === 'yaml' || output === 'name') {
      throw new UsageError(`-o ${output} cannot be followed line by line`, 'give -o json, table or wide');
    }
    const { watchStatus } = await import('../watch-status.ts');
    const clusters = await this.clusters(flags);
    const set = flags.clusterset === undefined ? {} : { clusterset: flags.clusterset };
    const look = () => this.textOptions(output === 'wide');
    await watchStatus(clusters, { ...selection, ...set, output, quiet: flags.quiet, look }, this.context);
    this.endWith(EXIT.interrupted);
    return {};
  }

  async #once(
    selection: SelectionOptions,
    flags: ClusterFlags & {
      readonly clusterset?: string | undefined;
      readonly output: 'table' | 'wide' | 'json' | 'yaml' | 'name';
    },
  ): Promise<StatusReport> {
    const clusters = await this.clusters(flags);
    const result = await this.withProgress(flags, 'reading', clusters.length, (progress) =>
      status(clusters, {
        ...selection,
        concurrency: flags.concurrency,
        ...(flags.clusterset === undefined ? {} : { clusterset: flags.clusterset }),
        onCluster: (cluster, error) => {
          progress.done(cluster.name, error === undefined ? 'answered' : 'did not answer');
        },
      }),
    );
    for (const warning of result.warnings) this.warn(warning);
    this.endWith(this.showProblems(result.problems));
    await this.print(flags.output, {
      kind: 'StatusReport',
      result,
      text: (options) => statusText(result, { ...options, now: Date.now() }),
      names: () => result.services.map(({ namespace, name }) => `${namespace}/${name}`),
    });
    return result;
  }
}
