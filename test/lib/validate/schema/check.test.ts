import { describe, expect, it } from 'vitest';
import { faultsIn } from '../../../../src/lib/validate/schema/check.ts';
import type { Schema } from '../../../../src/lib/validate/schema/schema.ts';

const of = (field: Schema, value: unknown): readonly string[] =>
  faultsIn({ type: 'object', properties: { field } }, { field: value }, 'Probe').map(({ message }) => message);

const STRING: Schema = { type: 'string' };
const NAMED: Schema = { type: 'object', properties: { name: STRING, value: STRING } };

/** keyword, schema, values that are right, and a wrong one with what is said of it. */
const KEYWORDS: readonly (readonly [string, Schema, readonly unknown[], unknown, string])[] = [
  ['type: object', { type: 'object' }, [{}, null], 'a', 'field: expected a mapping, got "a"'],
  ['type: object', { type: 'object' }, [{}], [], 'field: expected a mapping, got a list'],
  ['type: array', { type: 'array' }, [[], null], {}, 'field: expected a list, got a mapping'],
  ['type: string', STRING, ['', '1', null], 1, 'field: expected a string, so in quotes, got 1'],
  ['type: string', STRING, ['true'], true, 'field: expected a string, so in quotes, got true'],
  ['type: string', STRING, ['a'], {}, 'field: expected a string, got a mapping'],
  [
    'type: integer',
    { type: 'integer' },
    [0, -1, 80.0],
    '80',
    'field: expected an integer, so without quotes, got "80"',
  ],
  ['type: integer', { type: 'integer' }, [1], 1.5, 'field: expected an integer, got 1.5'],
  ['type: number', { type: 'number' }, [1, 1.5], 'one', 'field: expected a number, got "one"'],
  ['type: boolean', { type: 'boolean' }, [true, false], 'true', 'field: expected true or false, got "true"'],
  ['no type', {}, [1, 'a', {}, [], true, null], undefined, ''],
  ['enum', { type: 'string', enum: ['A', 'B'] }, ['A', 'B'], 'a', 'field: expected one of A, B, got "a"'],
  ['minLength', { type: 'string', minLength: 1 }, ['a'], '', 'field is empty'],
  ['minLength', { type: 'string', minLength: 3 }, ['abc'], 'ab', 'field has 2 characters: at least 3 expected'],
  [
    'minLength, in characters',
    { type: 'string', minLength: 2 },
    ['ab'],
    '😀',
    'field has 1 characters: at least 2 expected',
  ],
  ['maxLength', { type: 'string', maxLength: 2 }, ['ab', '😀😀'], 'abc', 'field has 3 characters: at most 2 expected'],
  ['pattern', { type: 'string', pattern: '^a' }, ['ab'], 'ba', 'field: expected a text that matches ^a, got "ba"'],
  ['minimum', { type: 'integer', minimum: 1 }, [1, 2], 0, 'field is 0: at least 1 expected'],
  ['maximum', { type: 'integer', maximum: 2 }, [1, 2], 3, 'field is 3: at most 2 expected'],
  [
    'format: int32',
    { type: 'integer', format: 'int32' },
    [2147483647],
    2147483648,
    'field is 2147483648: at most 2147483647 expected',
  ],
  ['minItems', { type: 'array', minItems: 1 }, [[1]], [], 'field has 0 entries: at least 1 expected'],
  ['maxItems', { type: 'array', maxItems: 1 }, [[], [1]], [1, 2], 'field has 2 entries: at most 1 expected'],
  ['items', { type: 'array', items: STRING }, [['a']], ['a', 1], 'field[1]: expected a string, so in quotes, got 1'],
  ['items of null', { type: 'array', items: STRING }, [[]], [null], 'field[0]: expected a string, got null'],
  [
    'nullable',
    { type: 'array', items: { type: 'string', nullable: true } },
    [[null]],
    [1],
    'field[0]: expected a string, so in quotes, got 1',
  ],
  [
    'additionalProperties',
    { type: 'object', additionalProperties: STRING },
    [{ 'a.b/c': 'd', e: null }],
    { 'a.b/c': 1 },
    'field["a.b/c"]: expected a string, so in quotes, got 1',
  ],
  [
    'required',
    { type: 'object', required: ['name'], properties: { name: STRING } },
    [{ name: '' }],
    {},
    'field.name is missing: Probe needs it',
  ],
  [
    'required, of null',
    { type: 'object', required: ['name'], properties: { name: STRING } },
    [],
    { name: null },
    'field.name is missing: Probe needs it',
  ],
  [
    'int-or-string',
    { 'x-kubernetes-int-or-string': true },
    [1, '1', 'http', null],
    true,
    'field: expected an integer or a string, got true',
  ],
  [
    'int-or-string',
    { 'x-kubernetes-int-or-string': true },
    [1],
    1.5,
    'field: expected an integer or a string, got 1.5',
  ],
  [
    'list of a set',
    { type: 'array', 'x-kubernetes-list-type': 'set', items: STRING },
    [['a', 'b']],
    ['a', 'b', 'a'],
    'field[2] has the same value as field[0]: "a"',
  ],
  [
    'atomic list',
    { type: 'array', 'x-kubernetes-list-type': 'atomic', items: STRING },
    [['a', 'a']],
    [1],
    'field[0]: expected a string, so in quotes, got 1',
  ],
  [
    'list of a map',
    { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: NAMED },
    [
      [
        { name: 'a', value: 'c' },
        { name: 'b', value: 'c' },
      ],
    ],
    [{ name: 'a' }, { name: 'b' }, { name: 'b', value: 'c' }],
    'field[2] has the same name as field[1]: "b"',
  ],
  [
    'list of a map with two keys',
    { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name', 'value'], items: NAMED },
    [
      [
        { name: 'a', value: 'b' },
        { name: 'a', value: 'c' },
      ],
    ],
    [
      { name: 'a', value: 'b' },
      { name: 'a', value: 'b' },
    ],
    'field[1] has the same name and value as field[0]: "a","b"',
  ],
  ['unknown field', NAMED, [{ name: 'a' }], { nam: 'a' }, 'field.nam is no field of Probe: did you mean name?'],
  ['unknown field near nothing', NAMED, [{}], { x: 'a' }, 'field.x is no field of Probe'],
  ['unknown field of odd characters', NAMED, [{}], { 'a.b/c': 1 }, 'field["a.b/c"] is no field of Probe'],
  [
    'a field called like one of every object',
    NAMED,
    [{}],
    { constructor: 1 },
    'field.constructor is no field of Probe',
  ],
  [
    'preserve-unknown-fields',
    { ...NAMED, 'x-kubernetes-preserve-unknown-fields': true },
    [{ x: 1, name: 'a' }],
    { x: 1, name: 2 },
    'field.name: expected a string, so in quotes, got 2',
  ],
];

describe('each keyword of a schema', () => {
  it.each(KEYWORDS)('%s (%j)', (_, schema, right, wrong, message) => {
    for (const value of right) expect(of(schema, value)).toEqual([]);
    if (message !== '') expect(of(schema, wrong)).toEqual([message]);
  });
});

it('names the place of every fault, in the order of the fields, with what is missing last', () => {
  const schema: Schema = {
    type: 'object',
    required: ['spec', 'other'],
    properties: { spec: { type: 'object', properties: { ports: { type: 'array', items: NAMED } } }, other: STRING },
  };
  const faults = faultsIn(schema, { spec: { ports: [{}, { name: 1, x: 2 }] }, 'a b': 1 }, 'Probe');
  expect(faults.map(({ field }) => field)).toEqual(['spec.ports[1].name', 'spec.ports[1].x', '["a b"]', 'other']);
});

it('says where a field belongs that was written at another level', () => {
  const schema: Schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { ports: { type: 'array', items: NAMED } } } },
  };
  const [fault] = faultsIn(schema, { value: 'a' }, 'Probe');
  expect(fault).toEqual({ field: 'value', message: 'value is no field of Probe: did you mean spec.ports[].value?' });
});

it('says what a whole document should have been', () => {
  expect(faultsIn({ type: 'object' }, 'a', 'Probe')).toEqual([
    { field: '', message: 'the document: expected a mapping, got "a"' },
  ]);
});
