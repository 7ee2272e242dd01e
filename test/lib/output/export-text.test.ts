import { expect, it } from 'vitest';
import type { PlannedUnexport } from '../../../src/lib/actions/unexport.ts';
import { unexportForecast } from '../../../src/lib/output/export-text.ts';

const GOING: PlannedUnexport = {
  cluster: 'east',
  namespace: 'shop',
  name: 'cart',
  action: 'delete',
  ours: true,
  last: false,
  importedBy: ['east', 'west'],
  changes: [],
};

it.each<[string, readonly PlannedUnexport[], readonly string[]]>([
  [
    'the last exporter',
    [{ ...GOING, last: true }],
    ['east is the last exporter of shop/cart: its import disappears in east, west'],
  ],
  [
    'the last exporters, together',
    [
      { ...GOING, last: true },
      { ...GOING, cluster: 'west', last: true, importedBy: ['east', 'west'] },
    ],
    ['east, west are the last exporters of shop/cart: its import disappears in east, west'],
  ],
  [
    'the oldest',
    [{ ...GOING, successor: 'west', changes: [{ field: 'ports', from: 'http 80/TCP', to: 'http 81/TCP' }] }],
    ['east is the oldest exporter of shop/cart; west decides from now on: ports: http 80/TCP → http 81/TCP'],
  ],
  ['one of many', [GOING], []],
  ['none', [{ ...GOING, action: 'absent' }], []],
  [
    "somebody else's",
    [{ ...GOING, ours: false }],
    ['east: the export of shop/cart was not made by mcs; who made it may make it again'],
  ],
])('foretells the end of %s', (_title, unexports, lines) => {
  expect(unexportForecast(unexports)).toEqual(lines);
});
