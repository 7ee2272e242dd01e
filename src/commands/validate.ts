import { ClusterCommand } from '../cluster-command.ts';
import { allowNamespaceFlag } from '../flags.ts';
import type { Group } from '../groups.ts';
import { validateClusters } from '../lib/actions/validate.ts';
import { reportOf } from '../lib/actions/validation-report.ts';
import { ourCRDs } from '../lib/clusters/crd-manifests.ts';
import { EXIT } from '../lib/errors.ts';
import { RULES_KIND, ruleTable } from '../lib/output/rule-text.ts';
import { parseBaseline } from '../lib/validate/baseline.ts';
import type { RuleInfo, ValidationReport } from '../lib/validate/finding.ts';
import { RULE_INFOS } from '../lib/validate/rule-infos.ts';
import { ruleNamed } from '../lib/validate/rule-named.ts';
import { failsAt, isIncomplete } from '../lib/validate/summary.ts';
import { parseSuppress } from '../lib/validate/suppress-flag.ts';
import { readInputFile } from '../output-files.ts';
import { parseOutputs, parseSeverities, validateFlags } from '../validate-flags.ts';
import { checkOutputs, writeOutputs } from '../validate-outputs.ts';

export default class Validate extends ClusterCommand {
  static override group: Group = 'Services';
  static override aliases = ['lint', 'diagnose'];
  static override hiddenAliases = ['lint', 'diagnose'];
  static override summary = 'Check a clusterset: offline from directories, live, or what if directories were applied.';
  static override description =
    'Every finding has a code, a place, and what mends it; one that another explains is folded under it. With directories alone no network is used. A directory that has the name or the cluster id of a context is laid over it: what if this were applied. What could not be found out is UNKNOWN, which is never OK. Nothing is written to clusters.';
  static override examples = [
    {
      description: 'Folders of manifests, in CI: text in the log, and files for the platform:',
      command:
        '<%= config.bin %> <%= command.id %> --dir clusters/east --dir clusters/west -o text -o sarif=mcs.sarif -o junit=mcs.xml',
    },
    {
      description: 'Live clusters with what a pull request would apply to east:',
      command: '<%= config.bin %> <%= command.id %> --context east --context west --dir east=clusters/east',
    },
    { description: 'All rules:', command: '<%= config.bin %> <%= command.id %> --list' },
  ];
  static override flags = { ...validateFlags, ...allowNamespaceFlag };

  async run(): Promise<ValidationReport | { readonly rules: readonly RuleInfo[] }> {
    const { flags } = await this.parse(Validate);
    const outputs = parseOutputs(flags.output);
    if (flags.list) return this.#list(outputs[0]?.format);
    const { 'write-baseline': baselineFile } = flags;
    const plan = { outputs, baselineFile };
    checkOutputs(plan);
    const severities = parseSeverities(flags.severity);
    for (const code of severities.keys()) ruleNamed(RULE_INFOS, code);
    const suppress = (flags.suppress ?? []).map(parseSuppress);
    const { baseline: file } = flags;
    const baseline = file === undefined ? {} : { baseline: parseBaseline(await readInputFile(file), file) };
    const time = new Date();
    const [clusters, ours] = await Promise.all([this.overlaidClusters(flags), ourCRDs(this.config.root)]);
    const isPartial = await this.leavesOut(flags);
    const validated = await this.withProgress(flags, 'reading', clusters.length, (progress) =>
      validateClusters(clusters, {
        concurrency: flags.concurrency,
        allowedNamespaces: flags['allow-namespace'] ?? [],
        severities,
        ours: ours.map(({ crd }) => crd),
        isPartial,
        now: time.toISOString(),
        ...(flags.clusterset === undefined ? {} : { clusterset: flags.clusterset }),
        onCluster: (name, failed) => {
          progress.done(name, failed ? 'did not answer' : 'read');
        },
      }),
    );
    if (flags.verbose) for (const { file: left, why } of validated.leftOut) this.note(`left out: ${left}: ${why}`);
    for (const { cluster, message } of validated.warnings) this.warn(`${cluster}: ${message}`);
    const known = { ...baseline, ...(baselineFile === undefined ? {} : { writeBaseline: baselineFile }) };
    const { report, baseline: written } = reportOf(validated, { suppress, severities, ...known });
    const { strict, verbose } = flags;
    const failOn = flags['fail-on'];
    const { version } = this.config;
    await writeOutputs(
      { report, rules: RULE_INFOS, failOn, strict, verbose, version, time },
      { ...plan, baseline: written },
      { stdout: this.context.stdout, colour: this.textOptions().colour },
    );
    if (failsAt(report, failOn, strict)) this.endWith(EXIT.negative);
    else if (isIncomplete(report)) this.endWith(EXIT.partial);
    return report;
  }

  async #list(format: string | undefined): Promise<{ readonly rules: readonly RuleInfo[] }> {
    const result = { rules: RULE_INFOS };
    await this.print(format === 'json' || format === 'yaml' ? format : 'table', {
      kind: RULES_KIND,
      result,
      text: (options) => ruleTable(RULE_INFOS, options),
      names: () => RULE_INFOS.map(({ code }) => code),
    });
    return result;
  }
}
