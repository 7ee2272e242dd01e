import { expect } from 'vitest';

/** What a user has to see of examples/shop once it is exported and reconciled: a row of `mcs status` per service. */
const STATES: Readonly<Record<string, string>> = {
  'billing invoice': '2/2 OK',
  'shop cart': '3/3 CONFLICT port',
  'shop db': '3/3 OK',
  'shop search': '3/3 CONFLICT type',
  'shop web': '3/3 OK',
};

/** Expects a table of `mcs status` in which every service of examples/shop is in the state it stands for. */
export function expectShop(table: string): void {
  const rows = table.split('\n').filter((line) => /^(billing|shop) /.test(line));
  const states = rows.map((row) => {
    const [namespace = '', name = '', , , , importedBy = '', ...state] = row.trim().split(/ +/);
    return [`${namespace} ${name}`, [importedBy, ...state].join(' ')];
  });
  expect(Object.fromEntries(states)).toEqual(STATES);
  expect(table).toContain('CONFLICT shop/cart  ports: using http 80/TCP, metrics 9090/TCP of east; west disagrees');
  expect(table).toContain('CONFLICT shop/search  type: using ClusterSetIP of east; west disagrees');
  expect(table).toMatch(
    /namespace billing is missing in north: .*\n {2}next: mcs namespaces billing --missing -o yaml\n/,
  );
}
