import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import ts from 'typescript';
import { run } from '../kube/run.ts';

const BIN = resolve(import.meta.dirname, '../../bin');

/** A Node of this machine that is older than mcs needs, if there is one. */
async function findOldNode(): Promise<string | undefined> {
  for (const candidate of ['/usr/bin/node', '/usr/local/bin/node', '/opt/node/bin/node']) {
    const { code, stdout } = await run(candidate, ['-p', 'process.versions.node']);
    const [major = 0, minor = 0] = stdout.trim().split('.').map(Number);
    if (code === 0 && (major < 22 || (major === 22 && minor < 19))) return candidate;
  }
  return undefined;
}

const oldNode = await findOldNode();

describe.skipIf(oldNode === undefined)('on a Node that is too old', () => {
  it.each(['mcs.cjs', 'kubectl-mcs.cjs'])('%s says in one line what it found, needs and how to get it', async (bin) => {
    const { code, stdout, stderr } = await run(oldNode ?? '', [join(BIN, bin), '--version']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^error: mcs needs Node.js 22\.19 or later, found \d+\.\d+\.\d+; get it from https:\S+ .*\n$/,
    );
  });
});

it.each(globSync('*.cjs', { cwd: BIN }))('%s has no syntax that a Node of 2018 cannot parse', (file) => {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(BIN, file), 'utf8'),
    ts.ScriptTarget.ES2015,
    true,
    ts.ScriptKind.JS,
  );
  const modern: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) !== 0)
      modern.push(node.getText());
    if (ts.isArrowFunction(node) || ts.isTemplateLiteral(node) || ts.isClassLike(node)) modern.push(node.getText());
    if (ts.isSpreadElement(node) || ts.isObjectBindingPattern(node) || ts.isArrayBindingPattern(node))
      modern.push(node.getText());
    if (ts.isOptionalChain(node) || ts.isShorthandPropertyAssignment(node)) modern.push(node.getText());
    if (node.kind === ts.SyntaxKind.QuestionQuestionToken || ts.isAwaitExpression(node)) modern.push(node.getText());
    ts.forEachChild(node, visit);
  };
  visit(source);
  expect(modern).toEqual([]);
});
