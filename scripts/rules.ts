/** Renews the last column of docs/rules.md: the test files whose titles name a rule. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fillTests, testsOfRules } from './rule-tests.ts';

const root = resolve(import.meta.dirname, '..');
const file = join(root, 'docs/rules.md');
writeFileSync(file, fillTests(readFileSync(file, 'utf8'), testsOfRules(root)));
