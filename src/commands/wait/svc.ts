import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ClusterCommand } from '../../cluster-command.ts';
import { allowNamespaceFlag, outputFlag, timeoutFlag } from '../../flags.ts';
import type { Group } from '../../groups.ts';
import { serviceNames } from '../../lib/actions/service-names.ts';
import { type WaitCondition, parseCondition } from '../../lib/actions/wait-condition.ts';
import type { WaitResult, WaitTarget } from '../../lib/actions/wait-result.ts';
import { systemClock } from '../../lib/controller/system-clock.ts';
import { waitFor } from '../../lib/controller/wait-for.ts';
import { EXIT, type ExitCode, UsageError } from '../../lib/errors.ts';
import { waitFailures, waitText } from '../../lib/output/wait-text.ts';
import { WaitDisplay } from '../../wait-display.ts';

export default class WaitService extends ClusterCommand {
  static override group: Group = 'Services';
  static override aliases = ['wait:service', 'wait:services'];
  static override hiddenAliases = ['wait:service', 'wait:services'];
  static override summary = 'Wait until Services are imported, agree, or have endpoints; or never will.';
  static override description = `\
Looks at all clusters of the clusterset, by their own objects, and ends as soon as everything waited for holds (0), as soon as something of it definitely never will (1), or when the time is up (5, with what is still missing where).

imported: every cluster that has the namespace has the import, as the exports call for it, with an IP where it needs one; and some cluster other than the only exporter has the namespace. no-conflict: there is a valid export, and all agree. endpoints=N: the exporters have N ready endpoints together; whether they have arrived elsewhere is what imported says.

Definite is what the rules refuse, whatever else arrives: a system namespace that is not allowed, a Service of type ExternalName where no other cluster exports one that will do, an import in a cluster without the IP families of the Service. What may still come is waited for: exports, Services, namespaces, CRDs, the end of a conflict, a cluster that does not answer. If such a cluster is all that is in doubt when the time is up, the exit code is 3; if none answered, 4.`;
  static override examples = [
    {
      description: 'After an export, until clients everywhere can use it:',
      command: '<%= config.bin %> <%= command.id %> shop/cart --for=imported --for=endpoints=2 --timeout 5m',
    },
    {
      description: 'In CI, on folders of manifests, look once:',
      command:
        '<%= config.bin %> <%= command.id %> cart web -n shop --for=no-conflict --timeout 0 --dir east --dir west',
    },
  ];
  static override strict = false;
  static override args = {
    name: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'Services to wait for: NAME or NAMESPACE/NAME.',
    }),
  };
  static override flags = {
    namespace: Flags.string({ char: 'n', default: 'default', helpValue: 'NAMESPACE', summary: 'Namespace of a NAME.' }),
    for: Flags.custom<WaitCondition>({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'imported|no-conflict|endpoints=N',
      summary: 'What must hold; default imported. Repeatable: all of them.',
      parse: (input) => Promise.resolve(parseCondition(input)),
    })(),
    in: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'CLUSTER',
      summary: 'A cluster that must import it, even if its namespace has yet to come. Repeatable.',
    }),
    ...timeoutFlag(120_000, '2m'),
    ...allowNamespaceFlag,
    ...outputFlag(['table', 'json', 'yaml']),
  };

  async run(): Promise<WaitResult> {
    const { flags, argv } = await this.parse(WaitService);
    const target: WaitTarget = {
      services: serviceNames(argv.map(String), flags.namespace),
      conditions: flags.for ?? [{ type: 'imported' }],
      importers: flags.in ?? [],
      allowedNamespaces: flags['allow-namespace'] ?? [],
    };
    const clusters = await this.clusters(flags);
    const stranger = target.importers.find((name) => clusters.every((cluster) => cluster.name !== name));
    if (stranger !== undefined) {
      throw new UsageError(
        `--in ${stranger}: no such cluster`,
        `give one of ${clusters.map(({ name }) => name).join(', ')}`,
      );
    }
    const display = new WaitDisplay(this.context.stderr, { quiet: flags.quiet });
    const result = await waitFor(clusters, {
      ...target,
      ...(flags.clusterset === undefined ? {} : { clusterset: flags.clusterset }),
      timeout: flags.timeout,
      clock: systemClock,
      signal: this.signal,
      onProgress: (progress) => {
        display.show(progress);
      },
    }).finally(() => {
      display.end();
    });
    for (const line of waitFailures(result, flags.timeout)) this.note(line);
    this.endWith(exitCodeOf(result));
    await this.print(flags.output, { kind: 'WaitResult', result, text: (options) => waitText(result, options) });
    return result;
  }
}

function exitCodeOf({ outcome, clusters }: WaitResult): ExitCode {
  if (outcome === 'met') return EXIT.done;
  if (outcome === 'failed') return EXIT.negative;
  if (outcome !== 'unknown') return EXIT.timeout;
  return clusters.some(({ state }) => state === 'ok') ? EXIT.partial : EXIT.nothing;
}
