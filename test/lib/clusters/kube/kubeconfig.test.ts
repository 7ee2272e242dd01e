import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contextClusters, listContexts } from '../../../../src/lib/clusters/kube/contexts.ts';
import { kubeconfigPaths, loadKubeconfigs, type ContextEntry } from '../../../../src/lib/clusters/kube/kubeconfig.ts';
import { inClusterContext } from '../../../../src/lib/clusters/kube/incluster.ts';
import { ConfigError } from '../../../../src/lib/errors.ts';
import { temporary } from './loopback.ts';

function file(text: string, name = 'config', dir = temporary()): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

function kubeconfig(context: string, user: object, cluster: object = { server: 'https://one.example:6443' }): string {
  return JSON.stringify({
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'admin', user }],
    contexts: [{ name: context, context: { cluster: 'c', user: 'admin' } }],
  });
}

function usable(entry: ContextEntry | undefined): Exclude<ContextEntry['access'], { problem: string }> {
  if (entry === undefined || 'problem' in entry.access) throw new Error(`not usable: ${JSON.stringify(entry)}`);
  return entry.access;
}

function problem(entry: ContextEntry | undefined): string {
  return entry !== undefined && 'problem' in entry.access ? entry.access.problem : 'none';
}

describe('which files are read', () => {
  it('takes those given, else KUBECONFIG, else the home folder', () => {
    const env = { KUBECONFIG: ['/a', '', '/b', '/a'].join(delimiter) };
    expect(kubeconfigPaths(['/x'], env, '/home/me')).toEqual({ paths: ['/x'], required: true });
    expect(kubeconfigPaths([], env, '/home/me')).toEqual({ paths: ['/a', '/b'], required: false });
    expect(kubeconfigPaths([], {}, '/home/me')).toEqual({
      paths: [join('/home/me', '.kube', 'config')],
      required: false,
    });
  });

  it('skips missing files of a list, but not one that was given', async () => {
    const there = file(kubeconfig('east', { token: 't' }));
    const missing = join(temporary(), 'nope');
    expect((await loadKubeconfigs([missing, there])).contexts.map(({ name }) => name)).toEqual(['east']);
    await expect(loadKubeconfigs([missing], { required: true })).rejects.toMatchObject({
      name: 'ConfigError',
      message: `kubeconfig ${missing}: no such file`,
    });
  });
});

describe('kubeconfig files', () => {
  it('never mixes the credentials of two files with a user of one name', async () => {
    const paths = [
      file(kubeconfig('east', { token: 'of-east' })),
      file(kubeconfig('west', { token: 'of-west' }, { server: 'https://two.example' })),
    ];
    const { contexts, warnings } = await loadKubeconfigs(paths);
    expect(contexts.map((entry) => [entry.name, usable(entry).server.url, usable(entry).user.token])).toEqual([
      ['east', 'https://one.example:6443', 'of-east'],
      ['west', 'https://two.example', 'of-west'],
    ]);
    expect(warnings).toEqual([]);
  });

  it('takes the first of two contexts with one name and names both files', async () => {
    const first = file(kubeconfig('east', { token: 'first' }));
    const second = file(kubeconfig('east', { token: 'second' }));
    const { contexts, warnings } = await loadKubeconfigs([first, second]);
    expect(contexts.map((entry) => usable(entry).user.token)).toEqual(['first']);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(first);
    expect(warnings[0]).toContain(second);
  });

  it('resolves paths against the file they are written in', async () => {
    const dir = temporary();
    const path = file(
      kubeconfig(
        'east',
        {
          'client-certificate': 'me.crt',
          'client-key': '/abs/me.key',
          tokenFile: 'sub/token',
          exec: { command: './login' },
        },
        { server: 'https://one.example/', 'certificate-authority': '../ca.crt' },
      ),
      'config',
      dir,
    );
    const { server, user } = usable((await loadKubeconfigs([path])).contexts[0]);
    expect(server).toEqual({ url: 'https://one.example', caFile: join(dir, '..', 'ca.crt') });
    expect([user.certFile, user.keyFile, user.tokenFile, user.exec?.command]).toEqual([
      join(dir, 'me.crt'),
      '/abs/me.key',
      join(dir, 'sub/token'),
      join(dir, 'login'),
    ]);
  });

  it('leaves a plugin without a slash to PATH', async () => {
    const path = file(
      kubeconfig('east', {
        exec: { command: 'aws', args: ['eks'], env: [{ name: 'A', value: 'b' }], interactiveMode: 'Never' },
      }),
    );
    expect(usable((await loadKubeconfigs([path])).contexts[0]).user.exec).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'aws',
      args: ['eks'],
      env: { A: 'b' },
      interactiveMode: 'Never',
      provideClusterInfo: false,
    });
  });

  it.each([
    [
      'YAML',
      'contexts:\n- name: east\n  context: {cluster: c, user: u}\nclusters:\n- name: c\n  cluster: {server: "https://a"}\nusers:\n- {name: u, user: {token: t}}\n',
    ],
    [
      'Windows line ends',
      'contexts:\r\n- name: east\r\n  context: {cluster: c, user: u}\r\nclusters:\r\n- name: c\r\n  cluster: {server: "https://a"}\r\nusers:\r\n- {name: u, user: {token: t}}\r\n',
    ],
    ['a byte order mark', `\uFEFF${kubeconfig('east', { token: 't' })}`],
    [
      'a YAML flow mapping',
      '{contexts: [{name: east, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: {server: "https://a"}}], users: [{name: u, user: {token: t}}]}',
    ],
  ])('reads %s', async (_what, text) => {
    const { contexts } = await loadKubeconfigs([file(text)]);
    expect(usable(contexts[0]).user.token).toBe('t');
  });

  it.each([
    ['broken YAML, with its line', 'contexts:\n- name: [\n  x: }\n', /config:\d+: not YAML/],
    ['binary junk', '\u0000\u0001\u0002\u00ff', /not YAML|expected a mapping/],
    ['a list', '[1, 2]', /the document: expected a mapping, got a list/],
    ['contexts that are no list', 'contexts: 5', /contexts: expected a list, got 5/],
    ['a context without a name', 'contexts: [{}]', /contexts\[0\]\.name: expected a name/],
  ])('refuses %s', async (_what, text, message) => {
    const loading = loadKubeconfigs([file(text)]);
    await expect(loading).rejects.toThrow(ConfigError);
    await expect(loading).rejects.toThrow(message);
  });

  it('blames what is wrong in one context on that context alone', async () => {
    const text = JSON.stringify({
      clusters: [
        { name: 'ok', cluster: { server: 'https://a' } },
        { name: 'plain', cluster: { server: 'http://a' } },
        { name: 'odd', cluster: { server: 'ftp://a' } },
        { name: 'empty' },
      ],
      users: [
        { name: 'me', user: { token: 't' } },
        { name: 'number', user: { token: 12345 } },
      ],
      contexts: [
        ['good', 'ok', 'me'],
        ['no-user', 'ok', ''],
        ['no-user-needed', 'plain', ''],
        ['no-cluster', '', 'me'],
        ['strange-cluster', 'gone', 'me'],
        ['strange-user', 'ok', 'gone'],
        ['bad-url', 'odd', 'me'],
        ['empty-cluster', 'empty', 'me'],
        ['bad-token', 'ok', 'number'],
      ].map(([name, cluster, user]) => ({ name, context: { cluster, user } })),
    });
    const { contexts } = await loadKubeconfigs([file(text)]);
    expect(contexts.map((entry) => `${entry.name}: ${problem(entry)}`)).toEqual([
      'good: none',
      'no-user: the context names no user',
      'no-user-needed: none',
      'no-cluster: the context names no cluster',
      'strange-cluster: the context names cluster "gone", which is not there',
      'strange-user: the context names user "gone", which is not there',
      'bad-url: cluster "odd": server: expected a URL with http:// or https://, got "ftp://a"',
      'empty-cluster: cluster "empty": expected a mapping, got nothing',
      'bad-token: user "number": token: expected a string in quotes, got "number"',
    ]);
  });

  it('reads impersonation', async () => {
    const user = {
      token: 't',
      as: 'jane',
      'as-uid': '7',
      'as-groups': ['devs'],
      'as-user-extra': { 'example.com/scope': ['view'] },
    };
    const read = usable((await loadKubeconfigs([file(kubeconfig('east', user))])).contexts[0]).user;
    expect(read).toEqual({
      name: 'admin',
      token: 't',
      as: 'jane',
      asUID: '7',
      asGroups: ['devs'],
      asExtra: { 'example.com/scope': ['view'] },
    });
  });
});

describe('contexts', () => {
  const call = { kubeconfigs: [], contexts: [], env: {}, home: temporary(), requestTimeout: 1, concurrency: 1 };

  it('says which files have no contexts', async () => {
    const empty = file('');
    await expect(listContexts({ ...call, kubeconfigs: [empty] })).rejects.toMatchObject({
      name: 'ConfigError',
      message: `no contexts in ${empty}`,
    });
    await expect(listContexts(call)).rejects.toThrow(ConfigError);
  });

  it('lists names, servers and problems without reading a certificate', async () => {
    const entries = Array.from({ length: 500 }, (_, index) => `context-${index}`);
    const text = JSON.stringify({
      clusters: entries.map((name) => ({
        name,
        cluster: { server: `https://${name}`, 'certificate-authority-data': '!!! not base64' },
      })),
      users: entries.map((name) => ({ name, user: { 'client-certificate': `/missing/${name}` } })),
      contexts: entries.map((name) => ({
        name,
        context: { cluster: name, user: name === 'context-7' ? 'gone' : name },
      })),
    });
    const { contexts } = await listContexts({ ...call, kubeconfigs: [file(text)] });
    expect(contexts).toHaveLength(500);
    expect(contexts[499]).toMatchObject({ name: 'context-499', url: 'https://context-499' });
    expect(contexts.filter((context) => context.problem !== undefined).map(({ name }) => name)).toEqual(['context-7']);
  });

  it('makes a Cluster of a context that cannot be used, whose calls say why', async () => {
    const path = file(JSON.stringify({ contexts: [{ name: 'lost', context: { cluster: 'c', user: 'u' } }] }));
    const { clusters } = await contextClusters({ ...call, kubeconfigs: [path] });
    expect(clusters.map(({ name }) => name)).toEqual(['lost']);
    for (const attempt of [
      () => clusters[0]?.facts(),
      () => clusters[0]?.list('Service'),
      () => clusters[0]?.crds?.list(),
    ]) {
      await expect(attempt()).rejects.toMatchObject({
        name: 'ClusterError',
        cluster: 'lost',
        message: `the context names cluster "c", which is not there (${path})`,
      });
    }
  });

  it('takes the service account of the pod when there is no kubeconfig', async () => {
    const folder = temporary();
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    expect(await inClusterContext(env, folder)).toBeUndefined();
    mkdirSync(join(folder, 'x'));
    writeFileSync(join(folder, 'token'), 'secret');
    writeFileSync(join(folder, 'ca.crt'), 'PEM');
    expect(await inClusterContext({}, folder)).toBeUndefined();
    const { contexts } = await listContexts({ ...call, env, serviceAccountFolder: folder });
    expect(contexts).toEqual([{ name: 'in-cluster', url: 'https://[fd00::1]:6443', file: folder }]);
    const given = file(kubeconfig('east', { token: 't' }));
    const { contexts: others } = await listContexts({
      ...call,
      env,
      kubeconfigs: [given],
      serviceAccountFolder: folder,
    });
    expect(others.map(({ name }) => name)).toEqual(['east']);
  });
});
