import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.ts';
import { outputFlag } from '../../flags.ts';
import { rbacManifests } from '../../lib/actions/rbac.ts';
import { isDNSLabel } from '../../lib/api/names.ts';
import { UsageError } from '../../lib/errors.ts';
import { renderManifests } from '../../lib/output/document.ts';

const label = Flags.custom({
  parse: (input, _, { name }) => {
    if (isDNSLabel(input)) return Promise.resolve(input);
    throw new UsageError(`--${name} "${input}" cannot be a name`, 'give one RFC 1123 label: a-z, 0-9 and "-"');
  },
});

export default class RBACPrint extends BaseCommand {
  static override summary = 'Print the rights that the reconciler needs in a cluster, as manifests.';
  static override description =
    'A ServiceAccount and what lets it reconcile: nothing but what `mcs reconcile` asks an API server for. For the home cluster there are the Leases besides, in the namespace of the ServiceAccount. The namespace must be there. `mcs join`, `mcs leave` and `mcs crds install` write ClusterProperties and CRDs and need more: run them as an administrator. No cluster is asked.';
  static override examples = [
    {
      description: 'Let it reconcile a member:',
      command: '<%= config.bin %> <%= command.id %> --for member | kubectl --context east apply -f -',
    },
    {
      description: 'The cluster that it runs in, in a namespace and under a name of your own:',
      command: '<%= config.bin %> <%= command.id %> --for home -n fleet --name mcs -o json',
    },
  ];
  static override flags = {
    for: Flags.option({
      options: ['home', 'member'] as const,
      required: true,
      helpValue: 'home|member',
      summary: 'What the cluster is: the home of the Leases and a member, or a member alone.',
    })(),
    namespace: label({
      char: 'n',
      default: 'mcs-system',
      helpValue: 'NAMESPACE',
      summary: 'Namespace of the ServiceAccount, and of the Leases.',
    }),
    name: label({
      default: 'mcs-reconciler',
      helpValue: 'NAME',
      summary: 'Name of the ServiceAccount, its roles and their bindings.',
    }),
    ...outputFlag(['yaml', 'json']),
  };

  async run(): Promise<object> {
    const { flags } = await this.parse(RBACPrint);
    const { namespace, name } = flags;
    const items = rbacManifests({ role: flags.for, namespace, name });
    this.context.stdout.write(await renderManifests(items, flags.output));
    return { items };
  }
}
