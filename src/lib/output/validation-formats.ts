import type { RuleInfo, ValidationReport } from '../validate/finding.ts';
import type { FailOn } from '../validate/summary.ts';
import type { Colour } from './colour.ts';
import { renderDocument } from './document.ts';

/** What `mcs validate -o` knows; the first is the default. */
export const VALIDATION_FORMATS = ['text', 'json', 'yaml', 'junit', 'sarif', 'github', 'markdown'] as const;
export type ValidationFormat = (typeof VALIDATION_FORMATS)[number];

/** `kind` of the document that `-o json` and `-o yaml` print. */
export const VALIDATION_KIND = 'ValidationReport';

/** A report, and what else the formats say. */
export interface ValidationView {
  readonly report: ValidationReport;
  /** The rules that were applied. */
  readonly rules: readonly RuleInfo[];
  readonly failOn: FailOn;
  readonly strict: boolean;
  readonly verbose: boolean;
  /** Of mcs. */
  readonly version: string;
  /** When the run began. */
  readonly time: Date;
}

/** A report in one format; ends with a newline. Formats are loaded when they are asked for. `colour` is for text alone. */
export async function renderValidation(
  format: ValidationFormat,
  view: ValidationView,
  colour: Colour,
): Promise<string> {
  const { report, rules, version } = view;
  switch (format) {
    case 'text': {
      const { validationText } = await import('./validation-text.ts');
      return validationText(report, { verbose: view.verbose, colour });
    }
    case 'json':
    case 'yaml':
      return renderDocument(VALIDATION_KIND, report, format);
    case 'junit': {
      const { validationJunit } = await import('./validation-junit.ts');
      return validationJunit(report, view);
    }
    case 'sarif': {
      const { validationSarif } = await import('./validation-sarif.ts');
      return validationSarif(report, rules, version);
    }
    case 'github': {
      const { validationGithub } = await import('./validation-github.ts');
      return validationGithub(report);
    }
    case 'markdown': {
      const { validationMarkdown } = await import('./validation-markdown.ts');
      return validationMarkdown(report);
    }
  }
}
