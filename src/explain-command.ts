import type { TextOptions } from './base-command.ts';
import { ClusterCommand, type ClusterFlags } from './cluster-command.ts';
import type { OutputFormat } from './flags.ts';
import type { ExplainOptions } from './lib/actions/explain-service.ts';
import type { Cluster } from './lib/clusters/cluster.ts';
import { EXIT } from './lib/errors.ts';

/** The parsed flags that both commands have. */
interface ExplainFlags extends ClusterFlags {
  readonly namespace?: string | undefined;
  readonly clusterset?: string | undefined;
  readonly output: OutputFormat;
}

/** What either of them finds. */
interface Explained {
  readonly verdict: string;
  readonly warnings: readonly string[];
}

interface Explaining<R extends Explained> {
  /** Of the document. */
  readonly kind: string;
  readonly explain: (clusters: readonly Cluster[], options: ExplainOptions) => Promise<R>;
  readonly text: (result: R, options: TextOptions) => string;
}

/** `explain svc` and `explain conflict`: reads all clusters, prints what was found of one service, and ends with its verdict. */
export abstract class ExplainCommand extends ClusterCommand {
  protected async explainWith<R extends Explained>(
    flags: ExplainFlags,
    service: string,
    { kind, explain, text }: Explaining<R>,
  ): Promise<R> {
    const clusters = await this.clusters(flags);
    const result = await this.withProgress(flags, 'reading', clusters.length, (progress) =>
      explain(clusters, {
        service,
        namespace: flags.namespace ?? 'default',
        concurrency: flags.concurrency,
        ...(flags.clusterset === undefined ? {} : { clusterset: flags.clusterset }),
        onCluster: (cluster, error) => {
          progress.done(cluster.name, error === undefined ? 'answered' : 'did not answer');
        },
      }),
    );
    for (const warning of result.warnings) this.warn(warning);
    if (result.verdict === 'fail') this.endWith(EXIT.negative);
    else if (result.verdict === 'unknown') this.endWith(EXIT.partial);
    await this.print(flags.output, { kind, result, text: (options) => text(result, options) });
    return result;
  }
}
