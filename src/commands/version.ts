import { BaseCommand } from '../base-command.ts';
import { outputFlag } from '../flags.ts';

export interface VersionReport {
  readonly client: { readonly version: string; readonly node: string; readonly platform: string };
}

export default class Version extends BaseCommand {
  static override summary = 'Show the version of mcs.';
  static override examples = [
    { description: 'The version of this program:', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'As a document for scripts:', command: '<%= config.bin %> <%= command.id %> -o json' },
  ];
  static override flags = { ...outputFlag(['table', 'json', 'yaml']) };

  async run(): Promise<VersionReport> {
    const { flags } = await this.parse(Version);
    const { version } = this.config;
    const client = { version, node: process.versions.node, platform: `${process.platform}-${process.arch}` };
    const result = { client };
    await this.print(flags.output, { kind: 'VersionReport', result, text: () => `mcs ${version}\n` });
    return result;
  }
}
