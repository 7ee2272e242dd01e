import type { Context } from './context.ts';
import { type Colour, PLAIN } from './lib/output/colour.ts';
import { renderDocument } from './lib/output/document.ts';
import { type ValidationView, renderValidation } from './lib/output/validation-formats.ts';
import { BASELINE_KIND, type Baseline } from './lib/validate/baseline.ts';
import { checkOutputFile, writeOutputFile } from './output-files.ts';
import { type Output, filesToWrite } from './validate-flags.ts';

export interface OutputPlan {
  readonly outputs: readonly Output[];
  /** `--write-baseline` */
  readonly baselineFile: string | undefined;
}

/**
 * To be called before the work: what cannot be written is said before anybody has waited for it.
 * @throws UsageError, ConfigError
 */
export function checkOutputs({ outputs, baselineFile }: OutputPlan): void {
  for (const file of filesToWrite(outputs, baselineFile)) checkOutputFile(file);
}

/** A report in all the formats that were asked for, in their order. Files get no colours. */
export function renderOutputs(
  view: ValidationView,
  outputs: readonly Output[],
  colour: Colour,
): Promise<readonly (Output & { readonly text: string })[]> {
  return Promise.all(
    outputs.map(async (output) => ({
      ...output,
      text: await renderValidation(output.format, view, output.file === undefined ? colour : PLAIN),
    })),
  );
}

/**
 * Renders and writes all that was asked for. What goes to stdout is written first, so that a full disk does not hide it.
 * @param baseline what `--write-baseline` is to hold
 * @throws ConfigError with the file that could not be written
 */
export async function writeOutputs(
  view: ValidationView,
  plan: OutputPlan & { readonly baseline: Baseline },
  to: { readonly stdout: Context['stdout']; readonly colour: Colour },
): Promise<void> {
  const texts = await renderOutputs(view, plan.outputs, to.colour);
  for (const { file, text } of texts) if (file === undefined) to.stdout.write(text);
  for (const { file, text } of texts) if (file !== undefined) writeOutputFile(file, text);
  const { baseline, baselineFile } = plan;
  if (baselineFile !== undefined) writeOutputFile(baselineFile, await renderDocument(BASELINE_KIND, baseline, 'json'));
}
