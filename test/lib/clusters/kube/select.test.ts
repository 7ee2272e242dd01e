import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectNames } from '../../../../src/lib/clusters/kube/select.ts';
import { NothingUsableError, UsageError } from '../../../../src/lib/errors.ts';

const NAMES = ['prod-east', 'prod-west', 'prod-old', 'dev', 'arn:aws:eks:eu:1:cluster/shop', 'kind-a+b', '!odd'];

describe('selection of contexts', () => {
  it.each<[readonly string[], readonly string[]]>([
    [[], NAMES],
    [['dev'], ['dev']],
    [
      ['dev', 'prod-*', 'dev', 'prod-east'],
      ['prod-east', 'prod-west', 'prod-old', 'dev'],
    ],
    [
      ['prod-*', '!prod-old'],
      ['prod-east', 'prod-west'],
    ],
    [['!prod-*'], ['dev', 'arn:aws:eks:eu:1:cluster/shop', 'kind-a+b', '!odd']],
    [
      ['!prod-old', 'prod-*'],
      ['prod-east', 'prod-west'],
    ],
    [['*shop'], ['arn:aws:eks:eu:1:cluster/shop']],
    [['kind-a+b'], ['kind-a+b']],
    [['kind-?+b'], ['kind-a+b']],
    [['!odd'], ['!odd']],
    [['dev', '!nothing-*'], ['dev']],
  ])('%j', (patterns, expected) => {
    expect(selectNames(NAMES, patterns)).toEqual(expected);
  });

  it('names the nearest when there is no such context', () => {
    expect(() => selectNames(NAMES, ['prod-eest'])).toThrow(UsageError);
    try {
      selectNames(NAMES, ['prod-eest']);
    } catch (error) {
      expect(error).toMatchObject({
        message: 'there is no context "prod-eest"',
        next: 'did you mean "prod-east" or "prod-west"?',
      });
    }
    expect(() => selectNames(NAMES, ['!prod-odl'])).toThrow(UsageError);
  });

  it('finds nothing usable for a glob that matches nothing, or when all is excluded', () => {
    expect(() => selectNames(NAMES, ['stage-*'])).toThrow(NothingUsableError);
    expect(() => selectNames(NAMES, ['dev', '!dev'])).toThrow(NothingUsableError);
    expect(() => selectNames(['a.b'], ['a?c*'])).toThrow(NothingUsableError);
  });

  it('gives some of the names, in their order, each once', () => {
    const name = fc.stringMatching(/^[a-c]{1,3}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1 }), fc.array(fc.nat()), (names, picks) => {
        const patterns = picks.map((pick) => names[pick % names.length] ?? '');
        const chosen = selectNames(names, patterns);
        const wanted = new Set(patterns.length === 0 ? names : patterns);
        expect(chosen).toEqual(names.filter((candidate) => wanted.has(candidate)));
      }),
    );
  });
});
