/** Manifests laid over a cluster. A directory stands in for the live one: both are read the same way up to here. */
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type Validated, validateClusters } from '../../../src/lib/actions/validate.ts';
import { directoryClusters } from '../../../src/lib/clusters/directory/directories.ts';
import type { Finding } from '../../../src/lib/validate/finding.ts';
import { ignoresIn } from '../../../src/lib/validate/ignores-in.ts';
import { fingerprintOf } from '../../../src/lib/validate/fingerprint.ts';
import { short } from '../validate/validated.ts';

const AGED = 'creationTimestamp: "2024-01-01T00:00:00Z", uid: u';

function property(name: string, value: string): string {
  return `apiVersion: about.k8s.io/v1beta1\nkind: ClusterProperty\nmetadata: {name: ${name}, ${AGED}}\nspec: {value: ${value}}\n---\n`;
}

function live(id: string, spec: string, since = AGED): string {
  return `${property('cluster.clusterset.k8s.io', id)}${property('clusterset.k8s.io', 'prod')}apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop, ${AGED}}
spec: {${spec}}
---
apiVersion: multicluster.x-k8s.io/v1beta1
kind: ServiceExport
metadata: {name: cart, namespace: shop, ${since}}
`;
}

const service = (spec: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: cart, namespace: shop}\nspec:\n  ${spec}\n`;
const EXPORT = 'apiVersion: multicluster.x-k8s.io/v1beta1\nkind: ServiceExport\n';
const YOUNGER = 'creationTimestamp: "2024-02-01T00:00:00Z", uid: u';
const PORTS = 'ports: [{port: 80}]';

/** Validates east with `files` laid over it, beside west. */
async function laid(east: string, west: string, files: string, now: string): Promise<Validated> {
  const root = mkdtempSync(join(tmpdir(), 'mcs-overlay-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  for (const [path, text] of Object.entries({ 'live/a.yaml': east, 'west/a.yaml': west, 'files/a.yaml': files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { clusters } = await directoryClusters(['live', 'files', 'west'].map((name) => join(root, name)), {}); // prettier-ignore
  const [over, cluster, other] = clusters;
  if (over === undefined || cluster === undefined || other === undefined) throw new Error('three directories');
  const validated = await validateClusters([{ cluster, over }, { cluster: other }], {
    ...{ concurrency: 2, allowedNamespaces: [], severities: new Map(), isPartial: false, ours: [], now },
  });
  const findings = validated.findings.map(({ file, ...rest }) =>
    file === undefined ? rest : { ...rest, file: file.slice(root.length + 1) },
  );
  return { ...validated, findings };
}

async function whatIf(...given: Parameters<typeof laid>): Promise<readonly Finding[]> {
  return (await laid(...given)).findings;
}

const NOW = '2026-01-01T00:00:00Z';
const conflicts = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ code }) => /^MCS2[01]\d$/.test(code)).map(short);

it('keeps the age of a live export, whatever the file says of it', async () => {
  const files = `${service('ports: [{port: 81}]')}---\n${EXPORT}metadata: {name: cart, namespace: shop, creationTimestamp: "2025-01-01T00:00:00Z"}\n`;
  const found = await whatIf(live('east', PORTS), live('west', PORTS, YOUNGER), files, NOW);
  expect(conflicts(found)).toEqual(['MCS201 error files Service shop/cart files/a.yaml:5']);
  expect(found.find(({ code }) => code === 'MCS201')?.message).toMatch(/^ports: .* of files is used \(oldest by 31d\)/);
});

it('keeps families and addresses that the file does not name', async () => {
  const east = live('east', `${PORTS}, clusterIP: None, ipFamilies: [IPv6]`);
  const west = live('west', `${PORTS}, clusterIP: None, ipFamilies: [IPv4]`, YOUNGER);
  expect(conflicts(await whatIf(east, west, service(PORTS), NOW))).toEqual([
    'MCS209 error west Service shop/cart west/a.yaml:14',
  ]);
  expect(conflicts(await whatIf(live('east', PORTS), live('west', PORTS, YOUNGER), service(PORTS), NOW))).toEqual([]);
});

it('makes what only the file has the youngest, and its conflicts stay known from run to run', async () => {
  const none = property('cluster.clusterset.k8s.io', 'east') + property('clusterset.k8s.io', 'prod');
  const east = `${none}apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n`;
  const files = `${service('ports: [{port: 81}]')}---\n${EXPORT}metadata: {name: cart, namespace: shop, creationTimestamp: "2020-01-01T00:00:00Z"}\n`;
  const prints = [];
  for (const now of [NOW, '2026-03-01T00:00:00Z']) {
    const found = await whatIf(east, live('west', PORTS), files, now);
    expect(conflicts(found)).toEqual(['MCS201 error files Service shop/cart files/a.yaml:5']);
    expect(found.find(({ code }) => code === 'MCS201')?.message).toMatch(/ of west is used \(oldest by /);
    expect(found.filter(({ code }) => code === 'MCS101')).toEqual([]);
    prints.push(...found.map(fingerprintOf));
  }
  expect(new Set(prints).size).toBe(prints.length / 2);
});

it('needs the namespace to be there, or in the files', async () => {
  const none = property('cluster.clusterset.k8s.io', 'east') + property('clusterset.k8s.io', 'prod');
  const files = `${service(PORTS)}---\n${EXPORT}metadata: {name: cart, namespace: shop}\n`;
  const holes = async (text: string): Promise<readonly string[]> =>
    (await whatIf(none, live('west', PORTS), text, NOW)).filter(({ code }) => code === 'MCS101').map(short);
  expect(await holes(files)).toEqual(['MCS101 warning files Namespace shop']);
  expect(await holes(`${files}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n`)).toEqual([]);
});

it('takes from the file alone what is not to be reported', async () => {
  const ignored = `${AGED}, annotations: {kubectl-mcs/ignore: "MCS201 until the move"}`;
  const east = live('east', PORTS, ignored);
  const ignores = async (annotations: string): Promise<readonly string[]> => {
    const files = `${service('ports: [{port: 81}]')}---\n${EXPORT}metadata: {name: cart, namespace: shop${annotations}}\n`;
    const { scene } = await laid(east, live('west', PORTS, YOUNGER), files, NOW);
    return ignoresIn(scene).map(({ text }) => text);
  };
  expect(await ignores('')).toEqual([]);
  expect(await ignores(', annotations: {kubectl-mcs/ignore: "MCS201 for good"}')).toEqual(['MCS201 for good']);
  const { scene } = await laid(east, live('west', PORTS, YOUNGER), service('ports: [{port: 81}]'), NOW);
  expect(ignoresIn(scene).map(({ text }) => text)).toEqual(['MCS201 until the move']); // of what no file speaks of
});
