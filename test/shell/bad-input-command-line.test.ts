/** Issue 3, section 6, seen from outside: what is typed. */
import { describe, expect, it, vi } from 'vitest';
import { SERVICE, built, expectTidy, filesIn, folder } from './built.ts';

vi.setConfig({ testTimeout: 60_000 });

const DIR = ['--dir', 'good'] as const;

describe.concurrent('a mistake on the command line is two lines, exit 2, and nothing is written', () => {
  it.each<readonly [readonly string[], string, string]>([
    [['stauts'], 'unknown command stauts', 'did you mean status?'],
    [['exprt', 'svc', 'web'], 'unknown command exprt', 'did you mean export svc, unexport svc?'],
    [['export', 'sv', 'web'], 'unknown command export sv', 'did you mean export svc, unexport svc?'],
    [['x\u001b[2J'], 'unknown command x\\x1b[2J', 'see mcs --help'],
    [['-x'], 'flags follow the command, found -x first', 'see mcs --help'],
    [['status', '--dirr', 'good'], 'unknown flag --dirr', 'did you mean --dir?'],
    [['status', '-x'], 'unknown flag -x', 'see mcs status --help'],
    [['join'], 'missing argument CLUSTERSET', 'see mcs join --help'],
    [['join', 'a', 'b', ...DIR], 'Unexpected argument: b', 'see mcs join --help'],
    [
      ['status', '-o', 'xml', ...DIR],
      'Expected --output=xml to be one of: table, wide, json, yaml, name',
      'see mcs status --help',
    ],
    [['status', '-o', 'json', '-o', 'yaml'], 'Flag --output can only be specified once', 'see mcs status --help'],
    [['status', '-n', 'a', '-n', 'b'], 'Flag --namespace can only be specified once', 'see mcs status --help'],
    [['status', '-n'], 'Flag --namespace expects a value', 'see mcs status --help'],
    [
      ['status', '-n', '../x', ...DIR],
      '--namespace: "../x" cannot be the name of a namespace',
      'give one RFC 1123 label: a-z, 0-9 and "-"',
    ],
    [['status', 'Web_X', ...DIR], '"Web_X" cannot be the name of a service', 'give NAME or NAMESPACE/NAME'],
    [['status', 'a/b/c', ...DIR], '"a/b/c" cannot be the name of a service', 'give NAME or NAMESPACE/NAME'],
    [['status', ...DIR, '--', '--dir'], '"--dir" cannot be the name of a service', 'give NAME or NAMESPACE/NAME'],
    [['export', 'svc', ...DIR, '--', '-web'], '"-web" cannot be the name of a Service', 'give NAME or NAMESPACE/NAME'],
    [['export', 'svc', ...DIR], 'which Services?', 'give NAME…, -l SELECTOR or --all'],
    [['export', 'svc', 'web', '--all', ...DIR], 'names, -l and --all exclude each other', 'give one of them'],
    [
      ['reconcile', '--dry-run=foo', ...DIR],
      'Expected --dry-run=foo to be one of: none, client, server',
      'see mcs reconcile --help',
    ],
    [
      ['status', '--concurrency', '0', ...DIR],
      '--concurrency: Expected an integer greater than or equal to 1 but received: 0',
      'see mcs status --help',
    ],
    [
      ['status', '--concurrency', 'x', ...DIR],
      '--concurrency: Expected an integer but received: x',
      'see mcs status --help',
    ],
    ...['abc', '0', '-1', '1e3', ''].map(
      (time) =>
        [
          ['status', `--request-timeout=${time}`, ...DIR],
          `--request-timeout: "${time}" is not a duration`,
          'give a number of seconds or a unit: 10, 10s, 500ms, 2m',
        ] as const,
    ),
    [['status', '--request-timeout', '1000h', ...DIR], '--request-timeout: "1000h" is too long', 'give at most 24h'],
    [
      ['join', 'Prod', ...DIR],
      '"Prod" cannot be the name of a clusterset: it must be labels of lower case letters, digits and "-", joined by dots',
      'take prod',
    ],
    [['join', 'prod'], 'which cluster? A write needs it named', 'give --context NAME or --dir PATH'],
    [['leave', '--yes'], 'which cluster? A write needs it named', 'give --context NAME or --dir PATH'],
  ])('%j', async (args, message, next) => {
    const root = folder({ 'good/a.yaml': SERVICE });
    const outcome = await built(args, { cwd: root });
    expectTidy(outcome);
    expect(outcome).toEqual({ code: 2, stdout: '', stderr: `error: ${message}\nnext: ${next}\n` });
    expect(filesIn(root)).toEqual(['good/a.yaml']);
  });
});

it.concurrent.each([['reconcile'], ['join'], ['status'], ['export svc'], ['leave'], ['unexport svc']])(
  'help of %s has its flags in columns',
  async (command) => {
    const { stdout } = await built([...command.split(' '), '--help'], { cwd: folder() });
    const groups = stdout
      .split(/^[A-Z ]*FLAGS\n/m)
      .slice(1)
      .map((group) => group.split('\n\n')[0] ?? '');
    expect(groups).toHaveLength(command === 'reconcile' ? 4 : 3);
    for (const group of groups) {
      const starts = group.split('\n').flatMap((line) => /^ *(?:-\w, )?(?=--)/.exec(line)?.[0].length ?? []);
      expect(new Set(starts).size, group).toBe(1);
    }
  },
);
