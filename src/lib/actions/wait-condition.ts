import { UsageError } from '../errors.ts';

/** What to wait for, of one service over all clusters. */
export type WaitCondition =
  | { readonly type: 'imported' }
  | { readonly type: 'no-conflict' }
  /** Ready endpoints, in all clusters that export it together. */
  | { readonly type: 'endpoints'; readonly least: number };

/** @throws UsageError */
export function parseCondition(text: string): WaitCondition {
  if (text === 'imported' || text === 'no-conflict') return { type: text };
  const least = Number(/^endpoints=([1-9]\d{0,5})$/.exec(text)?.[1]);
  if (least > 0) return { type: 'endpoints', least };
  throw new UsageError(`"${text}" is nothing to wait for`, 'give imported, no-conflict or endpoints=N, N from 1');
}

/** As it is typed. */
export function showCondition(condition: WaitCondition): string {
  return condition.type === 'endpoints' ? `endpoints=${condition.least}` : condition.type;
}
