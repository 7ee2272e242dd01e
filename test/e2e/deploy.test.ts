import { fileURLToPath } from 'node:url';
import { loadAll } from 'js-yaml';
import { beforeAll, expect, it } from 'vitest';
import { isRecord, type Json } from '../../src/lib/api/reader.ts';
import { clusters, describeWithServers, type Handle } from '../kube/fixture.ts';
import { at, records } from '../yaml-path.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));

describeWithServers('deploy', () => {
  let east: Handle;

  beforeAll(async () => {
    ({ east } = await clusters());
  });

  async function built(folder: string): Promise<{ readonly text: string; readonly objects: readonly Json[] }> {
    const { code, stdout, stderr } = await east.kubectl(['kustomize', `${DEPLOY}${folder}`]);
    if (code !== 0) throw new Error(stderr);
    return { text: stdout, objects: loadAll(stdout).filter(isRecord) };
  }

  const find = (objects: readonly Json[], kind: string): Json | undefined =>
    objects.find((object) => object.kind === kind);

  /** Its Namespace and ServiceAccount for real: what is in them needs them also when nothing is kept. */
  async function prepare(objects: readonly Json[]): Promise<void> {
    const first = objects.filter(({ kind }) => kind === 'Namespace' || kind === 'ServiceAccount');
    expect(first).toHaveLength(2);
    await east.apply(first);
  }

  it.each(['base', 'member'])('%s is taken by an API server, without a warning', async (folder) => {
    const { text, objects } = await built(folder);
    await prepare(objects);
    const { code, stdout, stderr } = await east.kubectl(
      ['apply', '--dry-run=server', '--validate=strict', '-f', '-'],
      text,
    );
    expect(stderr.split('\n').filter((line) => !/^$|last-applied-configuration/.test(line))).toEqual([]);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(objects.length);
  });

  it('the Pods pass the Pod Security Standard "restricted"', async () => {
    const { objects } = await built('base');
    await prepare(objects);
    const spec = at(find(objects, 'Deployment'), 'spec', 'template', 'spec');
    const pod = (more: object): string =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'probe', namespace: 'mcs-system' },
        spec: { ...(isRecord(spec) ? spec : {}), ...more },
      });
    const args = ['apply', '--dry-run=server', '--validate=strict', '-f', '-'];
    expect(await east.kubectl(args, pod({}))).toMatchObject({ code: 0, stderr: '' });
    const lax = await east.kubectl(args, pod({ hostNetwork: true }));
    expect(lax.stderr).toMatch(/violates PodSecurity "restricted/);
  });

  it('everything that selects Pods selects those of the Deployment', async () => {
    const { objects } = await built('base');
    const labels = at(find(objects, 'Deployment'), 'spec', 'template', 'metadata', 'labels');
    const selectors = [
      at(find(objects, 'Deployment'), 'spec', 'selector', 'matchLabels'),
      at(find(objects, 'PodDisruptionBudget'), 'spec', 'selector', 'matchLabels'),
      at(find(objects, 'Service'), 'spec', 'selector'),
    ];
    for (const selector of selectors) {
      expect(isRecord(selector) && Object.keys(selector).length).toBeGreaterThan(0);
      expect(labels).toMatchObject(selector as object); // a record, by the line above
    }
    expect(at(find(objects, 'Deployment'), 'spec', 'template', 'spec', 'serviceAccountName')).toBe(
      at(find(objects, 'ServiceAccount'), 'metadata', 'name'),
    );
  });

  it('monitored is the base with a ServiceMonitor of its Service, and alerts', async () => {
    const [plain, { objects }] = await Promise.all([built('base'), built('monitored')]);
    const more = objects.filter((object) => !plain.objects.some((each) => each.kind === object.kind));
    expect(more.map(({ kind }) => kind).sort()).toEqual(['PrometheusRule', 'ServiceMonitor']);
    expect(objects).toHaveLength(plain.objects.length + more.length);
    const [service, monitor] = [find(objects, 'Service'), find(objects, 'ServiceMonitor')];
    expect(at(service, 'metadata', 'labels')).toMatchObject({
      ...(at(monitor, 'spec', 'selector', 'matchLabels') as object), // MatchObject says when it is none
    });
    expect(records(at(service, 'spec', 'ports')).map(({ name }) => name)).toEqual(
      records(at(monitor, 'spec', 'endpoints')).map(({ port }) => port),
    );
    expect(at(monitor, 'metadata', 'namespace')).toBe(at(service, 'metadata', 'namespace'));
  });
});
