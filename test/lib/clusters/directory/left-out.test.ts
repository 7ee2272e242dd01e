import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SERVICE, failure, folder, open } from './folder.ts';

/** No YAML until Helm has filled it in. */
const TEMPLATE = `apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n{{- if .Values.on }}\nspec: {}\n{{- end }}\n`;
const CHART = 'apiVersion: v2\nname: cart\nversion: 1.0.0\n';

const named = (name: string, namespace = 'shop'): string =>
  SERVICE.replace('name: web', `name: ${name}`).replace('namespace: shop', `namespace: ${namespace}`);
/** A piece of a Service, which as an object would take the place of the whole one. */
const patch = (name: string): string => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: shop}\n`;

/** What a directory holds to who lists it, and what `mcs validate` is told of it. */
async function load(files: Readonly<Record<string, string>>, prepare?: (root: string) => void) {
  const root = folder(files);
  prepare?.(root);
  const cluster = await open(root);
  const manifests = (await cluster.manifests?.read())?.manifests;
  if (manifests === undefined) throw new Error('no manifests');
  const { leftOut, unreadable, malformed } = manifests;
  const problems = [...unreadable, ...malformed.map(({ manifest, message }) => ({ place: manifest.place, message }))];
  const seen = {
    leftOut: leftOut.map(({ file, why }) => `${file}: ${why}`),
    problems: problems.map(({ place, message }) => `${place.file}: ${message}`),
  };
  if (problems.length > 0) {
    const { message } = await failure(cluster.list('Service'));
    return { ...seen, services: [], ports: [], namespaces: [], failure: message };
  }
  const [services, namespaces] = [await cluster.list('Service'), await cluster.list('Namespace')];
  expect(manifests.objects.Service).toEqual(services);
  expect(manifests.objects.Namespace).toEqual(namespaces);
  return {
    ...seen,
    failure: '',
    services: services.map(({ metadata }) => metadata.name),
    ports: services.map(({ spec }) => spec.ports.length),
    namespaces: namespaces.map(({ metadata }) => metadata.name),
  };
}

describe('Helm charts', () => {
  it('have their templates left out, and all below those, but nothing beside them', async () => {
    expect(
      await load({
        'cart/Chart.yaml': CHART,
        'cart/values.yaml': 'kind: fast\nports: [80]\n',
        'cart/templates/service.yaml': TEMPLATE,
        'cart/templates/deep/down/service.yaml': TEMPLATE,
        'cart/crds/web.yaml': SERVICE,
        'cart/charts/db/Chart.yaml': CHART,
        'cart/charts/db/templates/service.yaml': TEMPLATE,
      }),
    ).toMatchObject({
      services: ['web'],
      problems: [],
      leftOut: [
        'cart/charts/db/templates: Helm templates, of cart/charts/db/Chart.yaml',
        'cart/templates: Helm templates, of cart/Chart.yaml',
      ],
    });
  });

  it('are told by Chart.yaml: other folders called templates are read', async () => {
    const found = await load({
      'templates/a.yaml': SERVICE,
      'x/Chart.yaml': CHART,
      'x/y/templates/b.yaml': named('b'),
    });
    expect(found).toMatchObject({ services: ['b', 'web'], leftOut: [] });
  });

  it('may have a link for their templates', async () => {
    const found = await load({ 'x/Chart.yaml': CHART, '.shared/a.yaml': TEMPLATE }, (root) => {
      symlinkSync(join(root, '.shared'), join(root, 'x/templates'));
    });
    expect(found).toMatchObject({ problems: [], leftOut: ['x/templates: Helm templates, of x/Chart.yaml'] });
  });
});

describe('kustomize', () => {
  it.each(['kustomization.yaml', 'kustomization.yml', 'Kustomization'])(
    '%s names patches, which are left out',
    async (name) => {
      expect(
        await load({
          'base/kustomization.yaml': 'resources: [web.yaml]\n',
          'base/web.yaml': SERVICE,
          [`east/${name}`]: `kind: Kustomization
resources: [../base, own.yaml]
components: [../extra]
patches:
  - path: ports.yaml
  - target: {kind: Service}
    patch: |-
      - {op: remove, path: /spec}
patchesStrategicMerge:
  - ../shared/web.yaml
  - |-
    kind: Service
patchesJson6902:
  - {path: ./json.yaml, target: {version: v1, kind: Service, name: web}}
`,
          'east/own.yaml': named('own'),
          'east/ports.yaml': patch('web'),
          'east/json.yaml': '- {op: remove, path: /spec/ports}\n',
          'shared/web.yaml': patch('web'),
          'extra/extra.yaml': named('extra'),
        }),
      ).toMatchObject({
        services: ['extra', 'own', 'web'],
        ports: [1, 1, 1],
        problems: [],
        leftOut: [
          `east/json.yaml: a kustomize patch, of east/${name}`,
          `east/ports.yaml: a kustomize patch, of east/${name}`,
          `shared/web.yaml: a kustomize patch, of east/${name}`,
        ],
      });
    },
  );

  it('keeps what is a resource too, and what a file that is no kustomization names', async () => {
    const found = await load({
      'kustomization.yaml': 'resources: [web.yaml]\npatches: [{path: web.yaml}, {path: /etc/passwd}, 7, null]\n',
      'web.yaml': SERVICE,
      'b.yaml': named('b'),
      'kustomize.yaml': 'patches: [{path: b.yaml}]\n',
    });
    expect(found).toMatchObject({ services: ['b', 'web'], leftOut: [], problems: [] });
  });

  it('with a file that cannot be parsed hides nothing, and is told once', async () => {
    const found = await load({ 'kustomization.yaml': 'patches: [\n', 'web.yaml': SERVICE });
    expect(found.leftOut).toEqual([]);
    expect(found.problems).toEqual([expect.stringMatching(/^kustomization.yaml: cannot be parsed: /)]);
    expect(found.failure).toMatch(/^kustomization.yaml:2: cannot be parsed: /);
  });
});

describe('what SOPS has encrypted', () => {
  const sops = 'sops: {mac: "ENC[AES256_GCM,data:x]", version: 3.9.0}\n';

  it('is left out, also a kind of ours; its namespace exists', async () => {
    const found = await load({
      'secret.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: vault}\ndata: {a: "ENC[x]"}\n${sops}`,
      'service.yaml': `${named('b')}${sops}---\n${named('c')}`,
      'broken.yaml': `apiVersion: v1\nkind: Service\nmetadata: {name: "ENC[x]", namespace: "ENC[y]"}\nspec: "ENC[z]"\n${sops}`,
      'values.yaml': `password: "ENC[x]"\n${sops}`,
    });
    expect(found).toMatchObject({
      services: ['c'],
      problems: [],
      namespaces: ['shop', 'vault'],
      leftOut: ['broken', 'secret', 'service'].map((name) => `${name}.yaml: encrypted by SOPS`),
    });
  });

  it('is told by a mapping: a field of that name alone says nothing', async () => {
    expect(await load({ 'a.yaml': `${SERVICE}sops: yes\n` })).toMatchObject({ services: ['web'], leftOut: [] });
  });
});

it('what mcs wrote is read, whatever it is called like and whoever names it', async () => {
  const root = folder({
    'kustomization.yaml': 'patches: [{path: mcs/templates/serviceexport-web.yaml}]\n',
    'mcs/Chart.yaml': CHART,
  });
  const metadata = { name: 'web', namespace: 'templates' };
  await (await open(root)).apply('ServiceExport', { apiVersion: '', kind: 'ServiceExport', metadata });
  expect(await (await open(root)).list('ServiceExport')).toMatchObject([{ metadata }]);
});

it('values files, patch lists and the like are no manifests', async () => {
  const found = await load({
    'values.yaml': 'image: {tag: !!str 1}\nkind: fast\napiVersion: 2\n',
    'patch.yaml': '- op: add\n  path: /spec/x\n  value: 1\n',
    'text.yaml': 'just a text\n',
    'list.json': '[1, {"kind": "Service"}]',
  });
  expect(found).toMatchObject({ services: [], problems: [], leftOut: [] });
});
