import { statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EXPORT_CONDITIONS } from '../../../../src/lib/api/conditions.ts';
import type { Kind, ObjectOf } from '../../../../src/lib/api/kinds.ts';
import { parseObject } from '../../../../src/lib/api/parse.ts';
import { filesIn, folder, open } from './folder.ts';

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/);
const value = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('yes', '012', '1e3', '~', 'null', '- a', 'a: b', '2026-01-01', '#', ' x\n\ny ', '<<', '*a'),
);
const map = fc.dictionary(fc.oneof(label, fc.constantFrom('a.b/c', 'on', '1', '__proto__')), value, { maxKeys: 4 });
const time = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString());
const metadata = fc.record(
  { name: label, namespace: label, labels: map, annotations: map, creationTimestamp: time },
  { requiredKeys: ['name', 'namespace'] },
);
const port = fc.record(
  { name: label, protocol: fc.constantFrom('TCP', 'UDP'), port: fc.nat(65_535), appProtocol: value },
  { requiredKeys: ['port'] },
);
const condition = fc.record({
  status: fc.constantFrom('True', 'False', 'Unknown'),
  reason: value,
  message: value,
  lastTransitionTime: time,
});
const conditions = fc
  .uniqueArray(fc.constantFrom(...EXPORT_CONDITIONS, 'Other'))
  .chain((types) => fc.tuple(...types.map((type) => condition.map((rest) => ({ type, ...rest })))));

const bodies: { readonly [K in Kind]?: fc.Arbitrary<object> } = {
  Service: fc.record({
    spec: fc.record({
      type: fc.constantFrom('ClusterIP', 'NodePort'),
      ports: fc.array(port),
      selector: map,
      sessionAffinity: fc.constantFrom('None', 'ClientIP'),
    }),
  }),
  ServiceExport: fc.record(
    {
      spec: fc.record({ exportedLabels: map, exportedAnnotations: map }, { requiredKeys: [] }),
      status: fc.record({ conditions }),
    },
    { requiredKeys: [] },
  ),
  ServiceImport: fc.record(
    {
      spec: fc.record(
        { type: fc.constantFrom('ClusterSetIP', 'Headless'), ports: fc.array(port), ips: fc.array(fc.ipV6()) },
        { requiredKeys: ['type', 'ports'] },
      ),
      status: fc.record(
        { clusters: fc.array(label.map((cluster) => ({ cluster }))), conditions },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['spec'] },
  ),
  EndpointSlice: fc.record({
    addressType: fc.constant('IPv4'),
    endpoints: fc.array(
      fc.record(
        { addresses: fc.array(fc.ipV4()), conditions: fc.record({ ready: fc.boolean() }), hostname: label },
        { requiredKeys: ['addresses'] },
      ),
    ),
    ports: fc.array(port),
  }),
};

const objects = fc.constantFrom(...(Object.keys(bodies) as Kind[])).chain((kind) =>
  // the keys of bodies are kinds
  fc
    .tuple(metadata, bodies[kind] ?? fc.constant({}))
    .map(([meta, body]) => parseObject<Kind>(kind, { apiVersion: 'v', metadata: meta, ...body })),
);

/** Without the version, which becomes the one that is written. */
function content(object: ObjectOf[Kind] | undefined): object {
  return { ...object, apiVersion: '' };
}

test('write an object and its status, read it back: it equals; write it again: nothing is touched', async () => {
  await fc.assert(
    fc.asyncProperty(objects, async (object) => {
      const root = folder();
      const cluster = await open(root);
      const hasStatus = 'status' in object;
      await cluster.apply(object.kind, object);
      if (hasStatus) await cluster.apply(object.kind, object, { subresource: 'status' });
      const again = await open(root);
      expect(content(await again.get(object.kind, object.metadata))).toEqual(content(object));
      const [file] = filesIn(root);
      const { ino } = statSync(join(root, file ?? ''));
      await again.apply(object.kind, object);
      if (hasStatus) await again.apply(object.kind, object, { subresource: 'status' });
      expect(filesIn(root)).toEqual([file]);
      expect(statSync(join(root, file ?? '')).ino).toBe(ino);
    }),
    { numRuns: 150 },
  );
});
