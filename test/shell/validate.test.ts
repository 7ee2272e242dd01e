/** `mcs validate` as a job of CI meets it: on folders, by its exit codes, its streams and its files. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type Outcome, built, expectTidy, filesIn, folder, member, write } from './built.ts';

vi.setConfig({ testTimeout: 60_000 });

const TWO = ['--dir', 'east', '--dir', 'west'] as const;
const OTHER = { since: '2024-02-01T00:00:00Z' };
/** A kubeconfig that must not be read. */
const BROKEN = { KUBECONFIG: 'broken' };

/** Two members that agree. */
function agreeing(): string {
  return folder({ broken: 'a: [', 'east/all.yaml': member('east'), 'west/all.yaml': member('west', OTHER) });
}

/** Two members that do not, since west has another port; and a warning of each side. */
function fighting(): string {
  const cwd = agreeing();
  write(join(cwd, 'west/all.yaml'), member('west', OTHER).replace('port: 80', 'port: 81'));
  return cwd;
}

function validate(args: readonly string[], cwd: string, stdin?: string): Promise<Outcome> {
  return built(['validate', ...args], { cwd, env: BROKEN, ...(stdin === undefined ? {} : { stdin }) });
}

interface Read {
  readonly findings: readonly Readonly<Record<string, unknown>>[];
  readonly summary: Readonly<Record<string, number>>;
  readonly clusters: readonly Readonly<Record<string, unknown>>[];
}
function read({ stdout }: Outcome): Read {
  return JSON.parse(stdout) as Read; // its form is a stable interface, tested elsewhere
}

describe.concurrent('the exit code', () => {
  it('is 0 without findings, and no kubeconfig is touched', async () => {
    const outcome = await validate(TWO, agreeing());
    expect(outcome).toEqual({ code: 0, stdout: 'no findings · 2/2 clusters read · 1 service\n', stderr: '' });
  });

  it.each([
    ['1 with an error', [], 1],
    ['0 with the same, when it never fails', ['--fail-on', 'never'], 0],
    ['0 when its rule is made a warning', ['--severity', 'mcs201=warning'], 0],
    ['1 when warnings fail too', ['--severity', 'MCS201=warning', '--fail-on', 'warning'], 1],
    ['0 when it is suppressed', ['--suppress', 'MCS201=shop/web'], 0],
    ['1 when another is', ['--suppress', 'MCS201=shop/cart'], 1],
  ])('is %s', async (_, args, code) => {
    expect((await validate([...TWO, ...args], fighting())).code).toBe(code);
  });

  it('is 1 for a note too, with --fail-on info', async () => {
    const cwd = agreeing();
    const args = [...TWO, '--suppress', 'MCS404'];
    expect((await validate(args, cwd)).code).toBe(0);
    expect((await validate([...args, '--fail-on', 'info'], cwd)).code).toBe(1);
  });

  it('is 1 with --strict, and 0 without, when something could not be found out', async () => {
    const cwd = agreeing();
    write(
      join(cwd, 'west/more.yaml'),
      'apiVersion: multicluster.x-k8s.io/v1beta1\nkind: ServiceExport\nmetadata: {name: db, namespace: shop}\n---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: db, namespace: shop}\nspec: {}\n',
    );
    const lax = await validate([...TWO, '-o', 'json'], cwd);
    expect(read(lax).findings).toMatchObject([{ code: 'MCS301', severity: 'unknown', cluster: 'west' }]);
    expect(lax.code).toBe(0);
    expect((await validate([...TWO, '--strict'], cwd)).code).toBe(1);
    expect((await validate([...TWO, '--strict', '--fail-on', 'never'], cwd)).code).toBe(0);
  });

  it.each([
    [['--dir', 'nope'], /^error: --dir nope: does not exist .*\nnext: there is /],
    [['--dir', 'east/all.yaml'], /^error: --dir east\/all\.yaml: a file, not a directory\nnext: /],
    [[...TWO, '-o', 'xml'], /^error: -o xml: "xml" is no format\nnext: give one of text, /],
    [[...TWO, '-o', 'json', '-o', 'text'], /^error: -o json and -o text both go to stdout\nnext: /],
    [[...TWO, '-o', 'sarif=none/a'], /^error: cannot write none\/a: there is no folder none\nnext: /],
    [[...TWO, '--severity', 'MCS203'], /^error: --severity MCS203 is no code and severity\nnext: /],
    [[...TWO, '--severity', 'MCS999=info'], /^error: there is no rule "MCS999"\nnext: /],
    [[...TWO, '--suppress', 'port'], /^error: --suppress port: "port" is no code such as MCS203\nnext: /],
    [[...TWO, '--fail-on', 'errors'], /^error: .*--fail-on.*\nnext: /],
    [[...TWO, '--baseline', 'none.json'], /^error: cannot read none\.json: does not exist \(ENOENT\)\nnext: /],
    [[...TWO, '--baseline', 'east/all.yaml'], /^error: east\/all\.yaml is no baseline: not JSON: .*\nnext: /],
    [[...TWO, '--write-baseline', 'east'], /^error: cannot write east: it is a folder\nnext: /],
  ])('is 2 for %j, which it names', async (args, message) => {
    const outcome = await validate(args, fighting());
    expectTidy(outcome);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toMatch(message);
  });

  it('is 3 when a context does not answer, and 1 when there is an error beside it', async () => {
    const cwd = fighting();
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'far', cluster: { server: 'https://127.0.0.1:1' } }],
      contexts: [{ name: 'far', context: { cluster: 'far', user: 'far' } }],
      users: [{ name: 'far', user: { token: 'x' } }],
    };
    write(join(cwd, 'config'), JSON.stringify(config));
    const run = (...dirs: readonly string[]): Promise<Outcome> =>
      built(['validate', '-q', '--context', 'far', ...dirs], { cwd, env: { KUBECONFIG: 'config' } });
    const partial = await run('--dir', 'east');
    expect(partial).toMatchObject({ code: 3, stderr: '' });
    expect(partial.stdout).toMatch(/^unknown MCS001 cluster-unreachable {2}far\n {2}cannot be read: .*refused/);
    expect((await run(...TWO)).code).toBe(1);
    const nothing = await run();
    expect(nothing).toMatchObject({ code: 4, stdout: '' });
    expect(nothing.stderr).toMatch(/^error: no cluster answered; far: .*refused/);
  });
});

describe.concurrent('the output', () => {
  it('is text without colours in a pipe, and nothing else on stdout; -q says the same', async () => {
    const cwd = fighting();
    const outcome = await validate(TWO, cwd);
    expectTidy(outcome);
    expect(outcome.stderr).toBe('');
    expect(outcome.stdout).toMatch(
      /^error MCS201 port-conflict {2}west {2}Service shop\/web\n {2}west\/all\.yaml:\d+: /,
    );
    expect(await validate([...TWO, '-q'], cwd)).toEqual(outcome);
    const coloured = await built(['validate', ...TWO], { cwd, env: { ...BROKEN, FORCE_COLOR: '1' } });
    expect(coloured.stdout).toContain('\u001b[');
  });

  it('goes into several files at once; SARIF names files that open from the working directory', async () => {
    const cwd = fighting();
    const files = ['sarif=out.sarif', 'junit=out.xml', 'markdown=out.md', 'json=out.json'];
    const outcome = await validate([...TWO, '-o', 'github', ...files.flatMap((file) => ['-o', file])], cwd);
    expect(outcome).toMatchObject({ code: 1, stderr: '' });
    const [, file = '', line = ''] = /^::error file=([^,]+),line=(\d+),/.exec(outcome.stdout) ?? [];
    expect(readFileSync(join(cwd, file), 'utf8').split('\n')[Number(line) - 1]).toContain('port: 81');
    const sarif = readFileSync(join(cwd, 'out.sarif'), 'utf8');
    expect(sarif).toMatch(
      new RegExp(`"uri": "${file}",\\s+"uriBaseId": "%SRCROOT%"\\s+},\\s+"region": {\\s+"startLine": ${line}\\b`),
    );
    expect(readFileSync(join(cwd, 'out.xml'), 'utf8')).toContain('type="MCS201"');
    expect(readFileSync(join(cwd, 'out.md'), 'utf8')).toContain('MCS201');
    const silent = await validate([...TWO, '-o', 'json=out.json'], cwd);
    expect(silent).toEqual({ code: 1, stdout: '', stderr: '' });
    expect(filesIn(cwd).filter((name) => name.startsWith('out'))).toHaveLength(4);
  });

  it('lists the rules without validating anything', async () => {
    const outcome = await validate(['--list', '--dir', 'nope'], agreeing());
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(/^MCS201 +error +port-conflict/m);
  });
});

describe.concurrent('a directory', () => {
  it('may be standard input, which is called so', async () => {
    const cwd = agreeing();
    const text = member('west', OTHER).replace('port: 80', 'port: 81');
    const outcome = await validate(['--dir', 'east', '--dir', 'west=-', '-o', 'json'], cwd, text);
    const line = text.split('\n').findIndex((each) => each.includes('port: 81')) + 1;
    expect(read(outcome).findings).toContainEqual(
      expect.objectContaining({ code: 'MCS201', cluster: 'west', file: '<stdin>', line }),
    );
    expect(read(outcome).clusters[1]).toMatchObject({ cluster: 'west', location: '<stdin>' });
  });

  it('given again under its ID is a layer: the later wins, and that is no duplicate', async () => {
    const cwd = fighting();
    write(join(cwd, 'patch/web.yaml'), member('west', OTHER).split('---\n')[2] ?? '');
    const outcome = await validate(['--dir', 'east', '--dir', 'west=west', '--dir', 'west=patch', '-o', 'json'], cwd);
    expect(read(outcome)).toMatchObject({ findings: [], clusters: [{ cluster: 'east' }, { cluster: 'west' }] });
    expect(outcome.code).toBe(0);
  });

  it('without any object is a warning: the path is likely to be wrong', async () => {
    const cwd = folder();
    mkdirSync(join(cwd, 'empty'));
    const outcome = await validate(['--dir', 'empty', '-o', 'json'], cwd);
    expect(read(outcome).findings).toMatchObject([{ code: 'MCS008', severity: 'warning', cluster: 'empty' }]);
    expect(outcome.code).toBe(0);
    expect((await validate(['--dir', 'empty', '--fail-on', 'warning'], cwd)).code).toBe(1);
  });

  it('with files that cannot be read says so of each, and checks the rest', async () => {
    const cwd = fighting();
    const at = (name: string): string => join(cwd, 'west', name);
    mkdirSync(at('folder.yaml'));
    write(at('binary.yaml'), Buffer.from([0x89, 0x0a, 0x00]));
    write(at('broken.json'), '{"kind": ');
    write(at('big.yaml'), '');
    truncateSync(at('big.yaml'), 100_000_001);
    symlinkSync('gone.yaml', at('link.yaml'));
    // Root may read every file; the memory of a process at address 0 is what even root cannot read.
    const memory = existsSync('/proc/self/mem') ? ['west/mem.yaml:1'] : [];
    if (memory.length > 0) symlinkSync('/proc/self/mem', at('mem.yaml'));
    const outcome = await validate([...TWO, '-o', 'json'], cwd);
    expect(outcome.code).toBe(1);
    const places = (wanted: string): readonly string[] =>
      read(outcome).findings.flatMap(({ code, file, line }) =>
        code === wanted ? [`${String(file)}:${String(line)}`] : [],
      );
    expect(places('MCS004')).toEqual([
      'west/big.yaml:1',
      'west/binary.yaml:2',
      'west/broken.json:1',
      'west/link.yaml:1',
      ...memory,
    ]);
    expect(places('MCS201')).toHaveLength(1);
  });

  it('with hostile names shows them, and nothing obeys them', async () => {
    const cwd = folder();
    const hidden = '\\u202e\\e[2J';
    const exported = 'apiVersion: multicluster.x-k8s.io/v1beta1\nkind: ServiceExport\n';
    write(
      join(cwd, 'east', 'a\n\u202e\u001b[31m::error::b.yaml'),
      [
        `${exported}metadata: {name: "a${hidden}", namespace: shop}\n`,
        `${exported}metadata:\n  name: web\n  namespace: shop\n  annotations: {kubectl-mcs/ignore: "MCS301 since ${hidden}<script>]]>"}\n`,
        `${exported}metadata: {name: web2, namespace: shop}\nspec: {"x\\n::error::${hidden}|": 1}\n`,
        `apiVersion: "multicluster.x-k8s.io/v1${hidden}"\nkind: ServiceExport\nmetadata: {name: odd, namespace: shop}\n`,
      ].join('---\n'),
    );
    const formats = ['text', 'github', 'markdown', 'junit', 'sarif', 'json', 'yaml'];
    const files = formats.flatMap((format) => ['-o', `${format}=out.${format}`]);
    const outcome = await validate(['--dir', 'east', '-v', ...files], cwd);
    expectTidy(outcome);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    for (const format of formats) {
      const stdout = readFileSync(join(cwd, `out.${format}`), 'utf8');
      expectTidy({ code: 1, stdout, stderr: '' });
      expect(stdout).toContain('MCS304');
      if (format === 'markdown' || format === 'junit') expect(stdout).not.toContain('<script>');
    }
    const commands = readFileSync(join(cwd, 'out.github'), 'utf8').split('\n');
    expect(commands.filter((line) => line.startsWith('::error'))).toHaveLength(4);
  });
});

describe.concurrent('what is known', () => {
  it('is a baseline: written, everything is known; later only what is new fails', async () => {
    const cwd = fighting();
    const written = await validate([...TWO, '--write-baseline', 'known.json', '-o', 'json'], cwd);
    expect(written).toMatchObject({ code: 0, stderr: '' });
    expect(read(written).summary).toMatchObject({ errors: 0, causes: 0 });
    expect((await validate([...TWO, '--baseline', 'known.json', '--strict', '--fail-on', 'warning'], cwd)).code).toBe(
      0,
    );
    // It moves within its file, and another comes.
    const west = readFileSync(join(cwd, 'west/all.yaml'), 'utf8');
    write(join(cwd, 'west/all.yaml'), `# moved\n${west}`);
    write(join(cwd, 'west/new.yaml'), (member('west').split('---\n')[3] ?? '').replace('web', 'nobody'));
    const later = await validate([...TWO, '--baseline', 'known.json', '-o', 'json'], cwd);
    expect(later.code).toBe(1);
    expect(read(later).findings.filter(({ suppressed }) => suppressed === undefined)).toMatchObject([
      { code: 'MCS301' },
    ]);
    // Written anew over itself, with less in it.
    write(join(cwd, 'west/all.yaml'), member('west', OTHER));
    const anew = await validate([...TWO, '--baseline', 'known.json', '--write-baseline', 'known.json'], cwd);
    expect(anew).toMatchObject({ code: 0, stderr: '' });
    const { findings } = JSON.parse(readFileSync(join(cwd, 'known.json'), 'utf8')) as Read;
    expect(findings).toMatchObject([{ code: 'MCS301' }]);
  });

  it('is said on the object, with a reason; without one that is a warning itself', async () => {
    const cwd = fighting();
    const ignore = async (value: string, ...args: readonly string[]): Promise<Outcome> => {
      const text = member('west', OTHER).replace('port: 80', 'port: 81');
      write(join(cwd, 'west/all.yaml'), text.replace('  name: web\n', `  name: web\n  annotations: {kubectl-mcs/ignore: "${value}"}\n`)); // prettier-ignore
      return validate([...TWO, '-o', 'json', ...args], cwd);
    };
    const withReason = await ignore('MCS201 since May');
    expect(withReason.code).toBe(0);
    expect(read(withReason).findings).toContainEqual(
      expect.objectContaining({ code: 'MCS201', suppressed: 'since May' }),
    );
    const without = await ignore('MCS201');
    expect(without.code).toBe(0);
    expect(read(without).findings).toContainEqual(expect.objectContaining({ code: 'MCS006', severity: 'warning' }));
    expect((await ignore('MCS201', '--severity', 'MCS006=error')).code).toBe(1);
    const beside = await ignore('MCS301 no reason here');
    expect(beside.code).toBe(1);
    expect(read(beside).findings).toContainEqual(expect.objectContaining({ code: 'MCS007', severity: 'info' }));
  });

  it('that hits nothing is a note', async () => {
    const outcome = await validate([...TWO, '-o', 'json', '--suppress', 'MCS301=shop/*'], agreeing());
    expect(read(outcome).findings).toMatchObject([{ code: 'MCS007', severity: 'info' }]);
    expect(outcome.code).toBe(0);
  });
});
