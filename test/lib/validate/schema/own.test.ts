import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { CRD_SCHEMAS, makeCRDSchemas, readCRDSchemas } from '../../../../scripts/crd-schemas.ts';
import { planAll } from '../../../../src/lib/actions/reconcile.ts';
import { apiVersionOf } from '../../../../src/lib/api/kinds.ts';
import { faultsOf } from '../../../../src/lib/validate/schema/faults.ts';
import { clustersets, wordsOf } from '../../plan/arbitraries.ts';
import { OPTIONS } from '../../plan/builders.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');

it(`${CRD_SCHEMAS} is what crds/ says; else run npm run schemas`, async () => {
  expect(await readCRDSchemas(ROOT)).toBe(await makeCRDSchemas(ROOT));
});

describe('what mcs itself writes and ships has no faults', { timeout: 120_000 }, () => {
  it('ServiceImports and ServiceExports of any plan', () => {
    let imports = 0;
    fc.assert(
      fc.property(clustersets, (drawn) => {
        const members = wordsOf(drawn).map((words) => words.member());
        for (const { changes } of planAll(members, OPTIONS)) {
          for (const { kind, verb, object } of changes) {
            // What is deleted, or got a status alone, somebody else may have written.
            if (verb === 'delete') continue;
            const faults = faultsOf(apiVersionOf(kind), kind, { ...object, apiVersion: apiVersionOf(kind) });
            if (kind === 'ServiceImport') imports++;
            if (kind === 'ServiceImport' || kind === 'ServiceExport') expect(faults).toEqual([]);
            else expect(faults).toBeUndefined();
          }
        }
      }),
      { seed: 1645, numRuns: 60, endOnFailure: false },
    );
    expect(imports).toBeGreaterThan(50);
  });

  it('the manifests in crds/', () => {
    const paths = readdirSync(join(ROOT, 'crds'));
    for (const path of paths) {
      const object = load(readFileSync(join(ROOT, 'crds', path), 'utf8'));
      expect(faultsOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition', object), path).toEqual([]);
    }
    expect(paths).toHaveLength(3);
  });
});
