import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { rbacManifests } from '../src/lib/actions/rbac.ts';
import { isRecord, type Json } from '../src/lib/api/reader.ts';
import { METRICS, type MetricRow } from '../src/lib/controller/metrics-table.ts';
import { renderManifests } from '../src/lib/output/document.ts';
import { at, records, texts } from './yaml-path.ts';

const ROOT = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const one = (path: string): unknown => load(read(path));
const packaged = JSON.parse(read('package.json')) as Json; // ours

describe('deploy', () => {
  it.each([
    ['home', 'deploy/base/rbac.yaml'],
    ['member', 'deploy/member/rbac.yaml'],
  ] as const)('the rights of a %s are those that mcs prints', async (role, path) => {
    const printed = await renderManifests(
      rbacManifests({ role, namespace: 'mcs-system', name: 'mcs-reconciler' }),
      'yaml',
    );
    expect(read(path)).toBe(`# Made by: mcs rbac print --for ${role}\n${printed}`);
  });

  const deployment = one('deploy/base/deployment.yaml');
  const pod = at(deployment, 'spec', 'template', 'spec');
  const container = at(pod, 'containers', 0);

  it('the image is of this version', () => {
    expect(at(container, 'image')).toBe(`kubectl-mcs:${String(packaged.version)}`);
    expect(read('deploy/Dockerfile')).toContain(`-t kubectl-mcs:${String(packaged.version)} `);
  });

  it('the Pod has no rights on its node, and ends in time', () => {
    expect(at(deployment, 'spec', 'replicas')).toBe(2);
    expect(pod).toMatchObject({
      terminationGracePeriodSeconds: 30,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      readinessProbe: { httpGet: { path: '/readyz', port: 'metrics' } },
      livenessProbe: { httpGet: { path: '/healthz', port: 'metrics' } },
      ports: [{ name: 'metrics', containerPort: 8080 }],
      volumeMounts: [{ name: 'kubeconfig', readOnly: true }],
    });
    expect(texts(at(container, 'args'))).toContain('--metrics-address=:8080');
  });

  const flags = at(JSON.parse(read('oclif.manifest.json')), 'commands', 'reconcile', 'flags');
  const known = isRecord(flags) ? flags : {};

  // Until a process can be elected, the manifest is ahead of the program.
  it.skipIf(!('leader-elect' in known))('the flags of the Deployment are flags of `mcs reconcile`', () => {
    const given = texts(at(container, 'args')).flatMap((arg) => /^--([a-z-]+)/.exec(arg)?.[1] ?? []);
    expect(given.length).toBeGreaterThan(5);
    expect(given.filter((flag) => !(flag in known))).toEqual([]);
  });

  it('the image runs what the package has, as a user without a name', () => {
    const lines = read('deploy/Dockerfile').split('\n');
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual([
      `USER ${String(at(pod, 'securityContext', 'runAsUser'))}:${String(at(pod, 'securityContext', 'runAsGroup'))}`,
    ]);
    expect(lines.at(-3)).toBe('ENTRYPOINT ["/nodejs/bin/node", "/opt/mcs/bin/mcs.cjs"]');
    expect(packaged.files).toEqual(expect.arrayContaining(['bin', 'dist']));
    expect(packaged).not.toHaveProperty('dependencies'); // the package is unpacked, not installed
  });
});

describe('the alerts', () => {
  const rows: readonly MetricRow[] = Object.values(METRICS);
  const rules = records(at(one('deploy/monitoring/prometheus-rule.yaml'), 'spec', 'groups', 0, 'rules'));

  it('are some, each with a name of its own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    expect(rules.length).toBeGreaterThan(5);
  });

  it.each(rules.map((rule) => [String(rule.alert), rule] as const))(
    '%s: asks for metrics and labels that are',
    (_, rule) => {
      const expression = String(rule.expr);
      const names = [...expression.matchAll(/\bmcs_\w+/g)].map(([name]) => name);
      const asked = names.map((name) => rows.find((row) => [row.name, ...bucketsOf(row)].includes(name)) ?? name);
      expect(asked.filter((row) => typeof row === 'string')).toEqual([]);
      expect(names).not.toEqual([]);
      const labels = new Set(
        asked.flatMap((row) => (typeof row === 'string' ? [] : [...row.labels, ...ofBuckets(row)])),
      );
      const used = [
        ...[...expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */)),
        ...[...expression.matchAll(/\{(\w+)/g)].flatMap(([, label = '']) => [label]),
      ];
      expect(used.filter((label) => !labels.has(label))).toEqual([]);
      const kept = [...(/^[^>=]*?\bby \(([^)]*)\)/.exec(expression)?.slice(1) ?? [])].flatMap((list) =>
        list.split(/, */),
      );
      const shown = [...JSON.stringify(rule.annotations).matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
      expect(shown.filter((label) => !kept.includes(String(label)))).toEqual([]);
      expect(rule).toMatchObject({
        for: expect.stringMatching(/^\d+[mh]$/),
        labels: { severity: expect.stringMatching(/^(critical|warning|info)$/) },
        annotations: { summary: expect.stringMatching(/\.$/), description: expect.stringMatching(/\.$/) },
      });
    },
  );
});

function bucketsOf({ name, buckets }: MetricRow): readonly string[] {
  return buckets === undefined ? [] : [`${name}_bucket`, `${name}_sum`, `${name}_count`];
}

function ofBuckets({ buckets }: MetricRow): readonly string[] {
  return buckets === undefined ? [] : ['le'];
}
