import { ACCESS_RULES } from './rules/access.ts';
import type { Rule } from './rule.ts';

/** All rules, by their codes. */
export const RULES: readonly Rule[] = [...ACCESS_RULES];
