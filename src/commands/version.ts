import { ClusterCommand, type ClusterFlags } from '../cluster-command.ts';
import { outputFlag } from '../flags.ts';
import { type ClusterVersion, reportVersions } from '../lib/actions/versions.ts';
import { ConfigError } from '../lib/errors.ts';

export interface VersionReport {
  readonly client: { readonly version: string; readonly node: string; readonly platform: string };
  /** Absent in the table, which asks nobody. */
  readonly clusters?: readonly ClusterVersion[];
}

export default class Version extends ClusterCommand {
  static override summary = 'Show the version of mcs; with -o json or yaml, what the clusters run too.';
  static override examples = [
    { description: 'The version of this program:', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'And of the clusters, as a document for scripts:',
      command: '<%= config.bin %> <%= command.id %> -o json',
    },
  ];
  static override flags = { ...outputFlag(['table', 'json', 'yaml']) };

  async run(): Promise<VersionReport> {
    const { flags } = await this.parse(Version);
    const { version } = this.config;
    const client = { version, node: process.versions.node, platform: `${process.platform}-${process.arch}` };
    const clusters = flags.output === 'table' ? undefined : await this.#ask(flags);
    const result = { client, ...(clusters === undefined ? {} : { clusters }) };
    await this.print(flags.output, { kind: 'VersionReport', result, text: () => `mcs ${version}\n` });
    if (clusters !== undefined) this.endWith(this.showFailures(clusters));
    return result;
  }

  /** No kubeconfig is no error here: the client has a version without it. */
  async #ask(flags: ClusterFlags): Promise<readonly ClusterVersion[]> {
    if (!(await this.hasClusters(flags))) return [];
    try {
      return await reportVersions(await this.clusters(flags), flags.concurrency);
    } catch (error) {
      if (!(error instanceof ConfigError) || this.isNamed(flags)) throw error;
      this.warn(error);
      return [];
    }
  }
}
