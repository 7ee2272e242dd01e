import { describe, expect, it } from 'vitest';
import { UsageError } from '../src/lib/errors.ts';
import { filesToWrite, parseOutputs, parseSeverities } from '../src/validate-flags.ts';

describe('-o', () => {
  it.each([
    [[], [{ format: 'text' }]],
    [['json'], [{ format: 'json' }]],
    [['github=-'], [{ format: 'github' }]],
    [['sarif=a.sarif'], [{ format: 'sarif', file: 'a.sarif' }]],
    [
      ['text', 'sarif=mcs.sarif', 'junit=a=b.xml'],
      [{ format: 'text' }, { format: 'sarif', file: 'mcs.sarif' }, { format: 'junit', file: 'a=b.xml' }],
    ],
    [
      ['json=a', 'json'],
      [{ format: 'json', file: 'a' }, { format: 'json' }],
    ],
  ])('%j', (values, expected) => {
    expect(parseOutputs(values)).toEqual(expected);
  });

  it.each([
    [['table'], '-o table: "table" is no format'],
    [['xml=a'], '-o xml=a: "xml" is no format'],
    [['JSON'], '-o JSON: "JSON" is no format'],
    [[''], '-o : "" is no format'],
    [['sarif='], '-o sarif= names no file'],
    [['text', 'json'], '-o text and -o json both go to stdout'],
    [['text', 'json=-'], '-o text and -o json both go to stdout'],
  ])('%j is refused', (values, message) => {
    expect(() => parseOutputs(values)).toThrow(UsageError);
    expect(() => parseOutputs(values)).toThrow(message);
  });

  it('names the formats when it is refused', () => {
    const next = 'give one of text, json, yaml, junit, sarif, github, markdown, or FORMAT=FILE';
    expect(() => parseOutputs(['table'])).toThrow(expect.objectContaining({ next }));
  });

  it('does not write two results into one file', () => {
    const outputs = parseOutputs(['sarif=a', 'text', 'json=b']);
    expect(filesToWrite(outputs, 'c')).toEqual(['a', 'b', 'c']);
    expect(() => filesToWrite(outputs, './a')).toThrow('two results go to ./a');
    expect(() => filesToWrite(parseOutputs(['sarif=x/../a', 'json=a']))).toThrow(UsageError);
  });
});

describe('--severity', () => {
  it('is a map by code', () => {
    expect(parseSeverities(['mcs203=error', 'MCS103=info'])).toEqual(
      new Map([
        ['MCS203', 'error'],
        ['MCS103', 'info'],
      ]),
    );
    expect(parseSeverities().size).toBe(0);
  });

  it.each(['MCS203', 'MCS203=', 'MCS203=bad', 'MCS203=unknown', '203=error', 'MCS203=errors'])(
    '%s is refused',
    (value) => {
      expect(() => parseSeverities([value])).toThrow(UsageError);
    },
  );
});
