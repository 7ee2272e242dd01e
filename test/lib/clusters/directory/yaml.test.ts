import fc from 'fast-check';
import { load } from 'js-yaml';
import { expect, it } from 'vitest';
import { toYAML } from '../../../../src/lib/clusters/directory/yaml.ts';

it('writes what a person would', () => {
  const value = {
    apiVersion: 'v1',
    metadata: { name: 'cart', labels: { 'app.kubernetes.io/name': 'cart', empty: '' }, none: undefined },
    ports: [{ name: 'http', port: 80, tags: ['a', ['b']] }, 'true', '8080', {}, []],
    ready: true,
    nothing: null,
    missing: {},
  };
  expect(toYAML(value)).toBe(`\
apiVersion: v1
metadata:
  name: cart
  labels:
    app.kubernetes.io/name: cart
    empty: ''
ports:
  - name: http
    port: 80
    tags:
      - a
      -
        - b
  - 'true'
  - '8080'
  - {}
  - []
ready: true
nothing: null
missing: {}
`);
});

it('is read back by js-yaml as it was, whatever the texts', () => {
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'yes',
        'No',
        'null',
        '~',
        '0x1f',
        '1e3',
        '- a',
        'a: b',
        '#',
        '2026-01-01',
        '<<',
        '=',
        '.inf',
        'é\u2028\u0085',
      ),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string({ unit: 'binary', minLength: 1 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  const document = fc.dictionary(fc.string({ unit: 'binary' }), value, { minKeys: 1, noNullPrototype: true });
  fc.assert(
    fc.property(document, (written) => {
      expect(load(toYAML(written))).toEqual(written);
    }),
    { seed: 1645, numRuns: 2000 },
  );
});
