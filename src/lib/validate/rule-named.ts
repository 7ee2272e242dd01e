import { nearestNames } from '../api/nearest.ts';
import { UsageError } from '../errors.ts';
import type { RuleInfo } from './finding.ts';

/**
 * The rule of that code (`MCS201`, `mcs201`, `201`) or title (`port-conflict`).
 * @throws UsageError naming what is close
 */
export function ruleNamed<R extends RuleInfo>(rules: readonly R[], wanted: string): R {
  const lower = wanted.toLowerCase();
  const found = rules.find(({ code, title }) =>
    [code.toLowerCase(), code.toLowerCase().replace(/^mcs/, ''), title.toLowerCase()].includes(lower),
  );
  if (found !== undefined) return found;
  const near = nearestNames(
    rules.flatMap(({ code, title }) => [code, title]),
    wanted,
  );
  const next = near.length === 0 ? 'mcs validate --list shows all rules' : `did you mean ${near.join(', ')}?`;
  throw new UsageError(`there is no rule "${wanted}"`, next);
}
