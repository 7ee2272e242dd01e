import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';

const START = join(import.meta.dirname, 'program/start.ts');

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], env: Record<string, string> = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', START, ...args], {
    env: { ...process.env, DEBUG: '', ...env },
  });
}

async function outcome(child: ChildProcessWithoutNullStreams): Promise<Outcome> {
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  return { code: child.exitCode, stdout, stderr };
}

function mcs(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const child = start(args, env);
  child.stdin.end();
  return outcome(child);
}

async function seen(child: ChildProcessWithoutNullStreams, word: string): Promise<string> {
  let heard = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    heard += String(chunk);
    if (heard.includes(word)) break;
  }
  return heard;
}

describe('signals', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s lets the command say what it has done, then ends with 130',
    async (signal) => {
      const child = start(['wait']);
      await seen(child, 'ready');
      child.kill(signal);
      expect(await outcome(child)).toEqual({
        code: 130,
        stdout: 'two of three done\n',
        stderr: 'error: interrupted after two of three\nnext: run it again\n',
      });
    },
  );

  it('the second one ends at once, with 130 too', async () => {
    const child = start(['stubborn']);
    await seen(child, 'ready');
    child.kill('SIGINT');
    await seen(child, 'still here');
    child.kill('SIGINT');
    expect(await outcome(child)).toMatchObject({ code: 130, stderr: '' });
  });
});

it('a reader that goes away early is no failure', async () => {
  const child = start(['flood']);
  child.stdout.once('data', () => child.stdout.destroy());
  const closed = once(child, 'close');
  expect(await text(child.stderr)).toBe('');
  await closed;
  expect(child.exitCode).toBe(0);
});

describe('a defect', () => {
  const lines =
    'error: this is not a function\n' +
    'this is a defect of mcs, please report it at https://example.com/issues; --debug shows the stack\n';

  it('is one line and a request to report it, exit 3', async () => {
    expect(await mcs(['broken'])).toEqual({ code: 3, stdout: '', stderr: lines });
  });

  it.each([
    ['--debug', ['broken', '--debug'], {}],
    ['DEBUG', ['broken'], { DEBUG: 'mcs' }],
  ])('shows its stack with %s', async (_, args, env: Record<string, string>) => {
    const { stderr } = await mcs(args, env);
    expect(stderr.startsWith(lines) || env.DEBUG !== undefined).toBe(true);
    expect(stderr).toMatch(/TypeError: this is not a function\n\s+at Broken.run/);
  });
});

it('a question that nobody can answer is a usage error that names the flag', async () => {
  expect(await mcs(['ask'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error: Remove all of it? Nobody can be asked: this is not a terminal\nnext: give --yes\n',
  });
});

describe('the command line', () => {
  const parsed = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse((await mcs(['set', 'flags', ...args])).stdout) as unknown;

  it('--context does not swallow the argument after its value', async () => {
    expect(await parsed('--context', 'east', 'cart', '--context', 'west')).toMatchObject({
      names: ['cart'],
      flags: { context: ['east', 'west'] },
    });
  });

  it('--dry-run alone means client, and does not swallow either', async () => {
    expect(await parsed('--dry-run', 'cart')).toMatchObject({ names: ['cart'], flags: { 'dry-run': 'client' } });
  });

  it('has the defaults of the design', async () => {
    expect(await parsed()).toMatchObject({
      kind: 'Parsed',
      flags: { 'request-timeout': 10_000, concurrency: 16, 'dry-run': 'none', yes: false, output: 'json' },
    });
  });

  it('knows aliases', async () => {
    expect((await mcs(['set', 'flag', 'a', '-o', 'name'])).stdout).toBe('a\n');
  });

  it('makes names visible', async () => {
    expect((await mcs(['set', 'flags', 'a\u001b[2J', '-o', 'name'])).stdout).toBe('a\\x1b[2J\n');
  });

  it.each([
    [['wat'], 'unknown command wat', 'did you mean wait?'],
    [['set', 'flasg'], 'unknown command set flasg', 'did you mean set flags?'],
    [['zzzzzz'], 'unknown command zzzzzz', 'see mcs --help'],
    [['--context', 'a', 'wait'], 'flags follow the command, found --context first', 'see mcs --help'],
    [['wait', 'x'], 'Unexpected argument: x', 'see mcs wait --help'],
    [['set', 'flags', '--contxt', 'a'], 'unknown flag --contxt', 'did you mean --context?'],
    [['set', 'flags', '-o', 'xml'], 'Expected --output=xml to be one of: json, name', 'see mcs set flags --help'],
    [['wait', '--request-timeout', '5x'], '--request-timeout: "5x" is not a duration', undefined],
    [
      ['wait', '--concurrency', '0'],
      '--concurrency: Expected an integer greater than or equal to 1 but received: 0',
      undefined,
    ],
    [['wait', '-q', '-v'], '--verbose=true cannot also be provided when using --quiet', 'see mcs wait --help'],
  ])('%j is a usage error: two lines, exit 2', async (args, message, next) => {
    const { code, stdout, stderr } = await mcs(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const [error, advice, ...rest] = stderr.split('\n');
    expect(error).toBe(`error: ${message}`);
    expect(advice).toBe(next === undefined ? advice : `next: ${next}`);
    expect(rest).toEqual(['']);
  });
});

describe('help', () => {
  it.each([[[]], [['--help']], [['-h']], [['help']]])(
    '%j lists commands by chapter and the exit codes',
    async (args) => {
      const { code, stdout, stderr } = await mcs(args, { BIN: 'kubectl mcs' });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('$ kubectl mcs COMMAND');
      expect(stdout).toMatch(
        /CLUSTERSET\n {2}wait {7}Wait for a signal\.\n\nSERVICES\n {2}set flags {2}Print flags\.\n\nOTHER/,
      );
      expect(stdout).toMatch(/^ {2}130 {2}interrupted$/m);
      expect(stdout).not.toContain('stubborn');
    },
  );

  it.each([[['set']], [['set', '--help']], [['help', 'set']]])('%j lists the commands of a topic', async (args) => {
    expect((await mcs(args)).stdout).toMatch(/^Commands below a topic\.[^]*set flags {2}Print flags\.$/m);
  });

  it.each([[['wait', '--help']], [['help', 'wait']], [['wait', '-h']]])('%j explains one command', async (args) => {
    const { code, stdout } = await mcs(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Wait for a signal\.\n\nUSAGE\n {2}\$ mcs wait/);
  });
});
