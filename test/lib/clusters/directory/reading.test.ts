import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXPORT, SERVICE, folder, open } from './folder.ts';

async function services(root: string): Promise<readonly string[]> {
  const list = await (await open(root)).list('Service');
  return list.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`);
}

function service(name: string, namespace?: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ports: [{ port: 80 }] },
  });
}

const other = (kind: string, namespace: string): string =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: x, namespace: ${namespace}}\n`;

test.each<readonly [string, Readonly<Record<string, string | Buffer>>, readonly string[]]>([
  ['an empty folder', {}, []],
  ['empty files and documents', { 'a.yaml': '', 'b.yml': '---\n---\n# nothing\n---\n', 'c.json': '  \n' }, []],
  [
    'YAML, yml and JSON, subfolders included',
    { 'a.yaml': SERVICE, 'x/y/b.yml': service('b', 'n'), 'c.json': service('c', 'n') },
    ['n/b', 'n/c', 'shop/web'],
  ],
  ['several documents a file', { 'a.yaml': `---\n${SERVICE}---\n${service('b', 'n')}\n` }, ['n/b', 'shop/web']],
  [
    'documents behind comments and an end mark',
    { 'a.yaml': `# top\n---\n${SERVICE}...\n---\n${service('b', 'n')}\n` },
    ['n/b', 'shop/web'],
  ],
  [
    'Windows line ends',
    { 'a.yaml': `${SERVICE}---\n${service('b', 'n')}\n`.replaceAll('\n', '\r\n') },
    ['n/b', 'shop/web'],
  ],
  ['a byte order mark', { 'a.yaml': `\uFEFF${SERVICE}`, 'b.json': `\uFEFF${service('b', 'n')}` }, ['n/b', 'shop/web']],
  [
    'a List in JSON',
    { 'a.json': `{"apiVersion":"v1","kind":"List","items":[${service('a', 'n')},${service('b', 'n')}]}` },
    ['n/a', 'n/b'],
  ],
  [
    'a List in YAML',
    { 'a.yaml': `apiVersion: v1\nkind: List\nitems:\n- ${service('a', 'n')}\n- ${service('b', 'n')}\n` },
    ['n/a', 'n/b'],
  ],
  [
    'a ServiceList whose items have no kind',
    { 'a.yaml': 'apiVersion: v1\nkind: ServiceList\nitems: [{metadata: {name: a, namespace: n}}]\n' },
    ['n/a'],
  ],
  ['no namespace: default', { 'a.yaml': service('a') }, ['default/a']],
  [
    'hidden folders and node_modules left out',
    { '.git/a.yaml': SERVICE, 'node_modules/x/a.yaml': SERVICE, '.hidden/b.yaml': ':::' },
    [],
  ],
  ['other files left out', { 'README.md': '{{', 'a.yaml.bak': SERVICE, 'values.txt': 'x' }, []],
  [
    'YAML that is no Kubernetes object',
    { 'values.yaml': 'a: 1\n---\n- 1\n---\ntext\n', 'Chart.yaml': 'apiVersion: v2\nname: x\n', 'b.json': '[1]' },
    [],
  ],
  ['tags of other tools', { 'a.yaml': 'a: !Ref x\nb: !Sub [x, y]\nc: !vault {x: y}\n' }, []],
  ['unknown kinds', { 'a.yaml': `${other('Deployment', 'n')}---\n${SERVICE}` }, ['shop/web']],
  [
    'a Service of another group',
    { 'a.yaml': 'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: x}\n' },
    [],
  ],
  [
    'aliases and merge keys, within reason',
    { 'a.yaml': `${SERVICE}  selector: &s {app: web}\n  x: {<<: *s}\n  y: [*s, *s]\n` },
    ['shop/web'],
  ],
])('reads %s', async (_what, files, expected) => {
  expect(await services(folder(files))).toEqual(expected);
});

test('manifests are read as an API server would default them', async () => {
  const [found] = await (await open(folder({ 'a.yaml': SERVICE }))).list('Service');
  expect(found?.spec).toEqual({
    type: 'ClusterIP',
    ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
    sessionAffinity: 'None',
    internalTrafficPolicy: 'Cluster',
  });
  expect(Object.isFrozen(found?.spec.ports)).toBe(true);
});

test('MCS and About objects are read in any served version', async () => {
  const property =
    'apiVersion: about.k8s.io/v1alpha1\nkind: ClusterProperty\nmetadata: {name: clusterset.k8s.io}\nspec: {value: prod}\n';
  const cluster = await open(folder({ 'a.yaml': EXPORT, 'b.yaml': property }));
  expect(await cluster.list('ServiceExport')).toHaveLength(1);
  expect((await cluster.get('ClusterProperty', { name: 'clusterset.k8s.io' }))?.spec.value).toBe('prod');
});

test('a namespace exists by its manifest or by any namespaced object of the user, of whatever kind', async () => {
  const cluster = await open(
    folder({
      'a.yaml': `apiVersion: v1\nkind: Namespace\nmetadata: {name: empty, labels: {a: b}}\n---\n${SERVICE}---\n${other('Deployment', 'apps')}`,
      'b.yaml': `${other('Weird', '../etc')}---\n${service('c')}`,
      'mcs/ghost/serviceexport-web.yaml': EXPORT.replace('shop', 'ghost'),
    }),
  );
  const names = (await cluster.list('Namespace')).map(({ metadata }) => metadata.name);
  expect(names).toEqual(['apps', 'default', 'empty', 'shop']);
  expect(await cluster.get('Namespace', { name: 'apps' })).toEqual({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'apps' },
  });
  expect((await cluster.get('Namespace', { name: 'empty' }))?.metadata.labels).toEqual({ a: 'b' });
  expect(await cluster.get('Namespace', { name: 'ghost' })).toBeUndefined();
});

test('facts: the uid of kube-system when there is one, nothing made up otherwise', async () => {
  const system = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: kube-system, uid: 1-2-3}\n';
  expect((await (await open(folder({ 'a.yaml': system }))).facts()).uid).toBe('1-2-3');
  const facts = await (await open(folder())).facts();
  expect('uid' in facts).toBe(false);
  expect(facts).toMatchObject({
    mcsVersions: ['v1beta1'],
    aboutVersions: ['v1beta1'],
    ipFamilies: [],
    controllers: [],
    warnings: [],
  });
});

test('lists by namespace and label selector', async () => {
  const labelled = SERVICE.replace('  namespace: shop', '  namespace: shop\n  labels: {tier: front}');
  const cluster = await open(folder({ 'a.yaml': `${labelled}---\n${service('b', 'n')}` }));
  expect(await cluster.list('Service', { namespace: 'n' })).toHaveLength(1);
  expect(
    (await cluster.list('Service', { labelSelector: 'tier in (front,back)' })).map((s) => s.metadata.name),
  ).toEqual(['web']);
  expect((await cluster.list('Service', { labelSelector: '!tier' })).map((s) => s.metadata.name)).toEqual(['b']);
});

test('a namespace means nothing to cluster-scoped kinds, and default when left out of others', async () => {
  const cluster = await open(folder({ 'a.yaml': service('a') }));
  expect(await cluster.list('Namespace', { namespace: 'x' })).toHaveLength(1);
  expect((await cluster.get('Namespace', { name: 'default', namespace: 'x' }))?.metadata.name).toBe('default');
  expect((await cluster.get('Service', { name: 'a' }))?.metadata.namespace).toBe('default');
});

test('it is read once, when it is first asked for something', async () => {
  const root = folder({ 'a.yaml': SERVICE });
  const cluster = await open(root);
  writeFileSync(join(root, 'b.yaml'), service('late', 'n'));
  expect(await cluster.list('Service')).toHaveLength(2);
  writeFileSync(join(root, 'c.yaml'), service('later', 'n'));
  expect(await cluster.list('Service')).toHaveLength(2);
});

test('links that form a loop end, and each file counts once', async () => {
  const root = folder({ 'a/web.yaml': SERVICE });
  symlinkSync('..', join(root, 'a', 'up'));
  symlinkSync('a', join(root, 'aa'));
  symlinkSync('a/web.yaml', join(root, 'again.yaml'));
  symlinkSync('self', join(root, 'self'));
  const cluster = await open(root);
  expect(await cluster.list('Service')).toHaveLength(1);
  expect((await cluster.facts()).warnings).toEqual([]);
});

test('links to files and folders outside, and to hidden ones, are read', async () => {
  const outside = folder({ 'x/web.yaml': SERVICE, 'b.yaml': service('b', 'n') });
  const root = folder({ '..data/c.yaml': service('c', 'n') });
  symlinkSync(join(outside, 'x'), join(root, 'x'));
  symlinkSync(join(outside, 'b.yaml'), join(root, 'b.yaml'));
  symlinkSync('..data/c.yaml', join(root, 'c.yaml'));
  expect(await services(root)).toEqual(['n/b', 'n/c', 'shop/web']);
});

test('two objects of one identity: the later wins, both places are named', async () => {
  const root = folder({ 'a.yaml': SERVICE, 'b.yaml': `# two\n${SERVICE.replace('80', '81')}` });
  const cluster = await open(root);
  expect((await cluster.list('Service'))[0]?.spec.ports[0]?.port).toBe(81);
  expect((await cluster.facts()).warnings).toEqual([
    'Service shop/web is in a.yaml:1 and again in b.yaml:2: the one in b.yaml:2 is used',
  ]);
});

test.each([
  ['multicluster.k8s.io/v1alpha1', 'ServiceExport', 'multicluster.x-k8s.io/v1beta1 or multicluster.x-k8s.io/v1alpha1'],
  ['multicluster.x-k8s.io/v1', 'ServiceImport', 'multicluster.x-k8s.io/v1beta1 or multicluster.x-k8s.io/v1alpha1'],
  ['about.k8s.io/v1', 'ClusterProperty', 'about.k8s.io/v1beta1 or about.k8s.io/v1alpha1'],
  ['v1', 'ServiceExport', 'multicluster.x-k8s.io/v1beta1 or multicluster.x-k8s.io/v1alpha1'],
  ['discovery.k8s.io/v1beta1', 'EndpointSlice', 'discovery.k8s.io/v1'],
] as const)('%s %s is ignored with a warning that says the right one', async (apiVersion, kind, right) => {
  const cluster = await open(
    folder({ 'a.yaml': `# top\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x, namespace: n}\n` }),
  );
  expect(await cluster.list(kind)).toEqual([]);
  expect((await cluster.facts()).warnings).toEqual([
    `a.yaml:2: ${kind} of "${apiVersion}" is ignored: write apiVersion: ${right}`,
  ]);
});

test('kinds of the same name that belong to others are ignored without a word', async () => {
  const gke = 'apiVersion: net.gke.io/v1\nkind: ServiceExport\nmetadata: {name: x, namespace: n}\n';
  expect((await (await open(folder({ 'a.yaml': gke }))).facts()).warnings).toEqual([]);
});

test('a folder may be called like a file', async () => {
  const root = folder();
  mkdirSync(join(root, 'x.yaml'));
  writeFileSync(join(root, 'x.yaml', 'a.yaml'), SERVICE);
  expect(await services(root)).toEqual(['shop/web']);
});
