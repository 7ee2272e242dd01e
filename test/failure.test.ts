import { expect, it } from 'vitest';
import { explain } from '../src/failure.ts';
import { ConfigError, NothingUsableError, PartialError, UsageError } from '../src/lib/errors.ts';

const at = { bin: 'kubectl mcs', command: 'status', flags: ['context'], interrupted: false };

it.each([
  [new ConfigError('a.yaml:3: not YAML', 'mend it'), { message: 'a.yaml:3: not YAML', next: 'mend it', exitCode: 2 }],
  [new UsageError('no'), { message: 'no', next: 'see kubectl mcs status --help', exitCode: 2 }],
  [new PartialError('some'), { message: 'some', next: undefined, exitCode: 3 }],
  [new NothingUsableError('none'), { message: 'none', next: undefined, exitCode: 4 }],
])('says what %s says', (error, expected) => {
  expect(explain(error, at)).toEqual(expected);
});

it('is an interruption whatever was thrown after the signal', () => {
  expect(explain(new Error('aborted'), { ...at, interrupted: true })).toEqual({
    message: 'interrupted',
    exitCode: 130,
  });
});

it('calls all else a defect, with the exit code of unfinished work', () => {
  expect(explain(new TypeError('x is not a function\nat y'), at)).toEqual({
    message: 'x is not a function; at y',
    exitCode: 3,
    defect: true,
  });
});

it('calls a missing part of mcs a defect, though oclif throws it like a usage error', () => {
  const error = Object.assign(new Error('import() failed to load x.js'), { oclif: {}, code: 'MODULE_NOT_FOUND' });
  expect(explain(error, at)).toMatchObject({ exitCode: 3, defect: true });
});
