import type { Cause, ServiceExplanation, Verdict } from '../actions/explain-service.ts';
import type { Colour } from './colour.ts';
import { type Group, groupsOf } from './explain-groups.ts';
import { type StepStyle, stepLines, verdictWord } from './explain-steps.ts';
import { some } from './some.ts';
import { visible } from './visible.ts';
import { TEXT_WIDTH, wrap } from './wrap.ts';

export interface ExplainTextOptions {
  /** Everything: what was read, which rule was applied, who decides each field, all names. */
  readonly wide: boolean;
  readonly width: number | undefined;
  readonly colour: Colour;
}

/** Most fixes of one cause that are listed; `wide` lists all. */
const MOST_FIXES = 6;

/** The chain, step by step: what is the same for all clusters once, then each group of clusters, then the causes. */
export function explainText(result: ServiceExplanation, options: ExplainTextOptions): string {
  const { wide, colour } = options;
  const style: StepStyle = { wide, colour, width: widthOf(options) };
  const common = result.steps.flatMap((step) => [
    ...stepLines([step], style, step.verdict === 'fail'),
    ...(wide && step.step === 'merged' ? fieldLines(result, style) : []),
  ]);
  const broken = result.steps.some(({ verdict }) => verdict === 'fail');
  const rest = result.clusters[0]?.steps ?? [];
  // Skipped in all clusters alike, which is no news of any of them.
  const groups =
    broken || rest.every(({ dependsOn = 9 }) => dependsOn < 4)
      ? []
      : groupsOf(result.clusters).flatMap((group) => groupLines(group, style));
  if (groups.length === 0) common.push(...rest.flatMap((step) => stepLines([step], style, false)));
  const causes = result.causes.flatMap((cause) => causeLines(cause, style));
  const parts = [common, groups, causes, [summary(result)]].filter((part) => part.length > 0);
  return `${parts.map((part) => part.join('\n')).join('\n\n')}\n`;
}

export function widthOf({ width }: { readonly width: number | undefined }): number {
  return Math.min(width ?? TEXT_WIDTH, TEXT_WIDTH);
}

function groupLines({ clusters, steps }: Group, style: StepStyle): readonly string[] {
  const names = style.wide ? clusters.join(', ') : some(clusters, 8);
  const root = steps.findIndex(([{ verdict }]) => verdict === 'fail');
  const lines = steps.flatMap((same, index) => stepLines(same, style, index === root));
  return [...wrap('in ', names, style.width), ...lines];
}

function fieldLines({ fields }: ServiceExplanation, { width }: StepStyle): readonly string[] {
  const column = Math.max(...fields.map(({ field }) => field.length));
  return fields.flatMap(({ field, used, winner, why, disagree }) => {
    const against =
      disagree.length === 0 ? '' : `; ${disagree.join(', ')} ${disagree.length === 1 ? 'disagrees' : 'disagree'}`;
    return wrap(`             ${field.padEnd(column)}  `, `${used}  (${winner}: ${why}${against})`, width);
  });
}

function causeLines(cause: Cause, style: StepStyle): readonly string[] {
  const { code, verdict, clusters, message, fixes, common } = cause;
  const { colour, wide, width } = style;
  const where = common ? '' : `in ${wide ? clusters.join(', ') : some(clusters, 8)}`;
  const word = verdict === 'fail' ? 'root cause' : 'not known';
  const shown = wide ? fixes : fixes.slice(0, MOST_FIXES);
  const head = [word, code ?? '', where].filter((part) => part !== '').join(' ');
  const [first = '', ...rest] = wrap(`${head}: `, message, width, 2);
  return [
    colour.bold((verdict === 'fail' ? colour.bad : colour.warn)(word)) + first.slice(word.length),
    ...rest,
    ...shown.flatMap(({ kind, text }) => fixLines(kind, text, width)),
    ...(shown.length < fixes.length ? [`  and ${fixes.length - shown.length} more; -o wide shows all`] : []),
  ];
}

/** A command stays whole, to be copied. */
export function fixLines(kind: string, text: string, width: number, before = '  '): readonly string[] {
  return kind === 'doc' ? wrap(`${before}fix: `, text, width) : [`${before}fix: ${visible(text)}`];
}

function summary({ namespace, name, clusterset, clusters }: ServiceExplanation): string {
  const counts = new Map<Verdict, number>();
  for (const { verdict } of clusters) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const parts = [...counts].map(([verdict, count]) => `${count} ${verdictWord(verdict)}`);
  const set = clusterset === undefined ? 'no clusterset' : `clusterset ${clusterset}`;
  const many = `${clusters.length} ${clusters.length === 1 ? 'cluster' : 'clusters'}`;
  return visible(`${namespace}/${name} · ${set} · ${many}: ${parts.join(', ')}`);
}
