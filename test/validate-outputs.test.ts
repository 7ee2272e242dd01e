import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../src/lib/errors.ts';
import { PLAIN, colour } from '../src/lib/output/colour.ts';
import type { ValidationView } from '../src/lib/output/validation-formats.ts';
import { VALIDATION_FORMATS } from '../src/lib/output/validation-formats.ts';
import { baselineOf, parseBaseline } from '../src/lib/validate/baseline.ts';
import { checkOutputFile, readInputFile, writeOutputFile } from '../src/output-files.ts';
import { parseOutputs } from '../src/validate-flags.ts';
import { checkOutputs, renderOutputs, writeOutputs } from '../src/validate-outputs.ts';
import { RULES, finding, report } from './lib/validate/findings.ts';

const VIEW: ValidationView = {
  report: report([finding()]),
  rules: RULES,
  failOn: 'error',
  strict: false,
  verbose: false,
  version: '0.1.0',
  time: new Date(0),
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcs-outputs-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const at = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');

describe('a file', () => {
  it('is written whole, over what was there, and leaves nothing beside it', () => {
    writeFileSync(at('a'), 'old and longer');
    checkOutputFile(at('a'));
    writeOutputFile(at('a'), 'new');
    writeOutputFile(at('b'), 'new too');
    expect([read('a'), read('b'), readdirSync(folder).sort()]).toEqual(['new', 'new too', ['a', 'b']]);
  });

  it('keeps its old text for who has it open, since it is replaced', () => {
    writeFileSync(at('a'), 'old');
    const before = readdirSync(folder, { withFileTypes: true });
    mkdirSync(at('taken'));
    expect(() => {
      writeOutputFile(at('taken'), 'new');
    }).toThrow(ConfigError);
    expect(readdirSync(folder)).toEqual([...before.map(({ name }) => name), 'taken']);
  });

  it('behind a symbolic link is written, and the link stays', () => {
    mkdirSync(at('real'));
    writeFileSync(at('real/a'), 'old');
    symlinkSync(at('real/a'), at('link'));
    writeOutputFile(at('link'), 'new');
    expect([
      read('real/a'),
      readdirSync(folder, { withFileTypes: true })
        .find(({ name }) => name === 'link')
        ?.isSymbolicLink(),
    ]).toEqual(['new', true]);
  });

  it('that is a device is written as it is', () => {
    checkOutputFile('/dev/null');
    writeOutputFile('/dev/null', 'text');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['in a folder that is not there', 'none/a', /^cannot write .*none\/a: there is no folder .*none$/],
    ['that is a folder', 'sub', /^cannot write .*sub: it is a folder$/],
    ['below a file', 'file/a', /^cannot write .*file\/a: .*\(ENOTDIR\)$/],
  ])('%s is refused before the work', (_, name, message) => {
    mkdirSync(at('sub'));
    writeFileSync(at('file'), '');
    expect(() => {
      checkOutputs({ outputs: parseOutputs([`sarif=${at(name)}`]), baselineFile: undefined });
    }).toThrow(message);
    expect(() => {
      checkOutputs({ outputs: [], baselineFile: at(name) });
    }).toThrow(ConfigError);
  });

  // To root, all folders are writable.
  it.skipIf(process.getuid?.() === 0)('in a folder that is not writable is refused before the work', () => {
    chmodSync(folder, 0o500);
    expect(() => {
      checkOutputFile(at('a'));
    }).toThrow(/permission denied/);
    chmodSync(folder, 0o700);
  });

  it('that cannot be read is said by name', async () => {
    await expect(readInputFile(at('none'))).rejects.toThrow(/^cannot read .*none: does not exist \(ENOENT\)$/);
  });
});

describe('several outputs', () => {
  const all = (): readonly string[] => ['text', ...VALIDATION_FORMATS.map((format) => `${format}=${at(format)}`)];

  it('go where they are to go, and files get no colours', async () => {
    const written: string[] = [];
    const stdout = { write: (text: string) => written.push(text) > 0 };
    const looks = { stdout, colour: colour({ env: { FORCE_COLOR: '1' }, isTTY: true }) };
    const baseline = baselineOf(VIEW.report.findings, ['east', 'west']);
    await writeOutputs(VIEW, { outputs: parseOutputs(all()), baselineFile: at('baseline'), baseline }, looks);
    expect(written).toHaveLength(1);
    expect(written[0]).toContain('\u001b[');
    expect(readdirSync(folder).sort()).toEqual([...VALIDATION_FORMATS, 'baseline'].sort());
    expect(read('text')).not.toContain('\u001b[');
    expect(JSON.parse(read('json'))).toMatchObject({
      apiVersion: 'kubectl-mcs/v1',
      kind: 'ValidationReport',
      summary: { errors: 1 },
    });
    expect(parseBaseline(await readInputFile(at('baseline')), 'baseline')).toEqual({ file: 'baseline', ...baseline });
  });

  it('all tell of the finding and end with a line end', async () => {
    const texts = await renderOutputs(VIEW, parseOutputs(all()), PLAIN);
    expect(texts.filter(({ text }) => !/MCS201[^]*\n$/.test(text))).toEqual([]);
  });

  it('show the result on stdout though a file cannot be written', async () => {
    const written: string[] = [];
    const looks = { stdout: { write: (text: string) => written.push(text) > 0 }, colour: PLAIN };
    const plan = {
      outputs: parseOutputs([`sarif=${at('none/a')}`, 'text']),
      baselineFile: undefined,
      baseline: { findings: [] },
    };
    await expect(writeOutputs(VIEW, plan, looks)).rejects.toThrow(ConfigError);
    expect(written).toHaveLength(1);
  });
});
