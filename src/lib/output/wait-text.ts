import type { ConditionState, WaitResult, WaitedService } from '../actions/wait-result.ts';
import type { Colour } from './colour.ts';
import { renderTable } from './table.ts';
import { visible } from './visible.ts';

interface Row {
  readonly service: WaitedService;
  readonly condition: ConditionState;
}

/** One row for each condition of each service. */
export function waitText(
  result: WaitResult,
  options: { readonly width: number | undefined; readonly colour: Colour },
): string {
  const { good, bad } = options.colour;
  return renderTable<Row>(
    rowsOf(result),
    [
      { header: 'NAMESPACE', value: ({ service }) => service.namespace, whole: true },
      { header: 'NAME', value: ({ service }) => service.name, whole: true },
      { header: 'FOR', value: ({ condition }) => condition.for, whole: true },
      {
        header: 'STATUS',
        value: ({ condition }) => wordOf(condition),
        style: (text, { condition }) => (condition.status === 'True' ? good(text) : bad(text)),
      },
      { header: 'WHY', value: ({ condition }) => condition.message },
    ],
    { width: options.width },
  );
}

/**
 * What keeps a wait from having ended well: an `error:` line for each condition, with what to do about it.
 * @param timeout milliseconds
 */
export function waitFailures(result: WaitResult, timeout: number): readonly string[] {
  if (result.outcome === 'met') return [];
  const isDefinite = result.outcome === 'failed';
  const how = isDefinite ? 'can never be met' : timeout === 0 ? 'not met' : `not met in ${spanOf(timeout)}`;
  return rowsOf(result)
    .filter(({ condition }) => (isDefinite ? condition.definite : condition.status !== 'True'))
    .flatMap(({ service, condition }) => {
      const what = `${service.namespace}/${service.name}: ${condition.for} ${how}: ${condition.message}`;
      return [`error: ${what}`, ...(condition.next === undefined ? [] : [`  next: ${condition.next}`])];
    });
}

/** What is still missing, a line each. */
export function waitingLines(result: WaitResult): readonly string[] {
  return rowsOf(result)
    .filter(({ condition }) => condition.status !== 'True')
    .map(({ service, condition }) =>
      visible(`${service.namespace}/${service.name}: waiting for ${condition.for}: ${condition.message}`),
    );
}

function rowsOf({ services }: WaitResult): readonly Row[] {
  return services.flatMap((service) => service.conditions.map((condition) => ({ service, condition })));
}

function wordOf({ status, definite }: ConditionState): string {
  if (status === 'True') return 'met';
  if (definite) return 'never';
  return status === 'Unknown' ? 'unknown' : 'not met';
}

function spanOf(milliseconds: number): string {
  if (milliseconds % 60_000 === 0) return `${milliseconds / 60_000}m`;
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
