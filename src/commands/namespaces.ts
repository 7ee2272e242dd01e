import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ClusterCommand, type ClusterFlags } from '../cluster-command.ts';
import { outputFlag } from '../flags.ts';
import type { Group } from '../groups.ts';
import { shellWord } from '../lib/api/shell-word.ts';
import { type NamespaceReport, namespaces } from '../lib/actions/namespaces.ts';
import { EXIT, UsageError } from '../lib/errors.ts';
import { holesText } from '../lib/output/namespace-holes-text.ts';
import { namespaceManifests } from '../lib/output/namespace-manifests.ts';
import { namespacesText } from '../lib/output/namespaces-text.ts';

/** The parsed flags of this command. */
interface NamespacesFlags extends ClusterFlags {
  readonly clusterset?: string | undefined;
  readonly 'all-namespaces': boolean;
  readonly missing: boolean;
  readonly in?: string | undefined;
  readonly 'owner-label'?: readonly string[] | undefined;
  readonly output: 'table' | 'wide' | 'json' | 'yaml' | 'name';
}

export default class Namespaces extends ClusterCommand {
  static override group: Group = 'ClusterSet';
  static override hiddenAliases = ['ns', 'namespace'];
  static override summary =
    'Compare namespaces over all clusters: where one is missing, and whether its owner is the same.';
  static override description =
    'A service is imported only where its namespace exists, and a namespace means the same everywhere in a clusterset. Shown are the namespaces that services are exported from or imported into, and those in more than one cluster; of the platform (kube-*, openshift-*, default and the like) only those with exports. Owners are told apart by app.kubernetes.io/part-of, owner and team, as labels or annotations.\n\n--missing shows the holes alone: clusters that lack a namespace, or are deleting it, while others export services from it. It ends with 1 when there are any, as a diff does. With -o yaml it prints the manifests that fill them, with the labels of owner on which the exporters agree, and ends with 0. Nothing is written.';
  static override examples = [
    { description: 'All that matter, in all contexts:', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'A gate for CI: 1 when a cluster lacks a namespace that others export from:',
      command: '<%= config.bin %> <%= command.id %> --missing --dir clusters/east --dir clusters/west',
    },
    {
      description: 'Fill the holes of one cluster:',
      command: '<%= config.bin %> <%= command.id %> --missing --in west -o yaml | kubectl --context west apply -f -',
    },
  ];
  static override strict = false;
  static override args = {
    name: Args.string({ ignoreStdin: true, description: 'Namespaces to show; those that matter when none is given.' }),
  };
  static override flags = {
    'all-namespaces': Flags.boolean({
      default: false,
      char: 'A',
      summary: 'All namespaces, those of the platform too.',
    }),
    missing: Flags.boolean({ default: false, summary: 'Only the holes.' }),
    in: Flags.string({
      helpValue: 'CLUSTER',
      summary: 'Only the holes of this cluster, by the name shown.',
    }),
    'owner-label': Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'KEY',
      summary: 'A label or annotation that says whose a namespace is, besides the usual ones. Repeatable.',
    }),
    ...outputFlag(['table', 'wide', 'json', 'yaml', 'name']),
  };

  async run(): Promise<NamespaceReport> {
    const { flags, argv } = await this.parse(Namespaces);
    const names = argv.map(String);
    if (names.length > 0 && flags['all-namespaces'])
      throw new UsageError('names and -A exclude each other', 'give one');
    if (flags.in !== undefined && !flags.missing) throw new UsageError('--in needs --missing', 'give both');
    const report = await this.#report(flags, names);
    for (const warning of report.warnings) this.warn(warning);
    this.endWith(this.showProblems(report.problems));
    if (flags.missing && flags.output === 'yaml') {
      await this.#manifests(report);
      return report;
    }
    const again = (more: string): string =>
      ['mcs namespaces', ...names, '--missing', ...sameClusters(flags), more].join(' ').trimEnd();
    await this.print(flags.output, {
      kind: 'NamespaceReport',
      result: report,
      text: (look) =>
        flags.missing
          ? holesText(report, look, (cluster) => again(`--in ${shellWord(cluster)} -o yaml`))
          : namespacesText(report, look, again('')),
      names: () => report.namespaces.map(({ namespace }) => `namespace/${namespace}`),
    });
    // It was asked what is missing; that some cluster did not answer is said on stderr and in the document.
    if (flags.missing && report.holes.length > 0) this.endWith(EXIT.negative);
    return report;
  }

  async #report(flags: NamespacesFlags, names: readonly string[]): Promise<NamespaceReport> {
    const clusters = await this.clusters(flags);
    return this.withProgress(flags, 'reading', clusters.length, (progress) =>
      namespaces(clusters, {
        names,
        all: flags['all-namespaces'],
        missing: flags.missing,
        ownerKeys: flags['owner-label'] ?? [],
        concurrency: flags.concurrency,
        ...(flags.in === undefined ? {} : { cluster: flags.in }),
        ...(flags.clusterset === undefined ? {} : { clusterset: flags.clusterset }),
        onCluster: (cluster, error) => {
          progress.done(cluster.name, error === undefined ? 'answered' : 'did not answer');
        },
      }),
    );
  }

  async #manifests({ holes }: NamespaceReport): Promise<void> {
    this.context.stdout.write(await namespaceManifests(holes));
    const filled = new Set<string>();
    for (const { cluster, namespace, state } of holes) {
      if (state === 'missing') filled.add(cluster);
      else this.warn(`${cluster}: namespace ${namespace} is being deleted: create it again when it is gone`);
    }
    if (filled.size > 1) this.warn(`these are for ${filled.size} clusters; --in CLUSTER prints those of one`);
    if (holes.length === 0) this.note('no cluster lacks a namespace that others export from');
  }
}

/** The flags that choose the same clusters again, for a command to type. */
function sameClusters({ kubeconfig, context, dir, clusterset }: NamespacesFlags): readonly string[] {
  const flags = { kubeconfig, context, dir, clusterset: clusterset === undefined ? [] : [clusterset] };
  return Object.entries(flags).flatMap(([name, values]) =>
    (values ?? []).map((value) => `--${name} ${shellWord(value)}`),
  );
}
