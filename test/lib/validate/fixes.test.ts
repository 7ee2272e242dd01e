/** What a finding tells to do: it must mend what was found, and be what a shell takes. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/lib/validate/finding.ts';
import { caseFindings } from './cases.ts';
import { crd, exported, imported, live, member } from './live.ts';
import { liveFindings } from './live-findings.ts';
import { LIVE_SCENES } from './rules/live-scenes.ts';
import { validated } from './validated.ts';

const ROOT = join(import.meta.dirname, '../../..');
const CASES = readdirSync(join(ROOT, 'test/cases'));

/** The commands of a line, without the remark behind it. */
function commandsIn(text: string): readonly (readonly string[])[] {
  return text
    .replace(/ {3}# .*$/, '')
    .split(' && ')
    .map((command) => command.split(' '));
}

function fixOf(findings: readonly Finding[], code: string): string | undefined {
  return findings.find((finding) => finding.code === code)?.fix.text;
}

/** A command of mcs that there is, or of kubectl; nothing for a person to fill in. */
function expectToRun({ code, fix }: Finding): void {
  for (const [program, verb = '', ...rest] of commandsIn(fix.text)) {
    expect(['mcs', 'kubectl'], `${code}: ${fix.text}`).toContain(program);
    if (program === 'mcs') {
      const path = join(ROOT, 'src/commands', verb);
      expect(existsSync(path) || existsSync(`${path}.ts`), `${code}: ${fix.text}`).toBe(true);
    }
    expect(rest.join(' '), code).not.toMatch(/…|, then|\bID\b|CLUSTERSET|FILE/);
  }
}

describe('a command that is given as a fix', () => {
  it.each(CASES)('%s: can be typed as it stands, and names the directories again', async (name) => {
    for (const finding of (await caseFindings(name)).filter(({ fix }) => fix.kind === 'command')) {
      expectToRun(finding);
      for (const [, ...words] of commandsIn(finding.fix.text)) {
        expect(words, `${finding.code}: ${finding.fix.text}`).toContain('--dir');
      }
    }
  });

  it.each(Object.entries(LIVE_SCENES))('%s: can be typed as it stands', async (_, { clusters, isPartial }) => {
    const findings = await liveFindings(clusters(), isPartial);
    for (const finding of findings.filter(({ fix }) => fix.kind === 'command')) expectToRun(finding);
  });
});

describe('a fix in files', () => {
  const text = async (name: string, code: string): Promise<string | undefined> => fixOf(await caseFindings(name), code);

  it('corrects the selector that has the typing error, not the Pods', async () => {
    expect(await text('selector-and-target-port', 'MCS418')).toBe(
      'select app=checkout in Service shop/checkout, as Deployment shop/checkout has it',
    );
    expect(await text('selector-and-target-port', 'MCS419')).toBe(
      'write targetPort: web, or declare a containerPort named http',
    );
  });

  it('does not send to mcs what mcs did not make and would leave alone', async () => {
    expect(await text('departed-cluster', 'MCS402')).toMatch(/^export Service shop\/ledger, or remove ServiceImport/);
    expect(await text('departed-cluster', 'MCS604')).toMatch(/^remove Service shop\/derived-0123456789 from /);
    expect(await text('departed-cluster', 'MCS601')).toMatch(/^look at the controller that keeps the imports of west/);
    expect(await text('exported-and-imported-nowhere', 'MCS404')).toMatch(/^look at the controller /);
    expect(await text('left-and-not-swept', 'MCS605')).toMatch(/^mcs reconcile --dir \S+ --dir \S+$/);
  });

  it('takes the CRD of the right project, since mcs installs none into a directory', async () => {
    expect(await text('releases-of-the-api-mixed', 'MCS701')).toMatch(/ of the latest mcs-api release into \S+\/west$/);
    const about = await validated(
      {
        'east/crd.yaml':
          'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: clusterproperties.about.k8s.io, annotations: {api-approved.kubernetes.io: x}}\nspec: {group: about.k8s.io, scope: Cluster, names: {kind: ClusterProperty, plural: clusterproperties}, versions: [{name: v1alpha1, served: true, storage: true}]}\n',
      },
      { ours: [{ ...crd('v0.5.2', ['v1beta1', 'v1alpha1']), name: 'clusterproperties.about.k8s.io', labels: {} }] },
    );
    expect(fixOf(about, 'MCS703')).toMatch(/ of the latest about-api release /);
  });

  it('proposes an id that is free', async () => {
    expect(await text('ids-missing-and-invalid', 'MCS120')).toMatch(/^mcs join prod --dir \S+ --id east$/);
    expect(await text('ids-missing-and-invalid', 'MCS121')).toMatch(/^mcs leave --dir \S+ --forget-id && mcs join prod --dir \S+ --id prod-west$/); // prettier-ignore
    expect(await text('ids-missing-and-invalid', 'MCS123')).toMatch(/ --id north$/);
    expect(await text('one-id-twice', 'MCS122')).toMatch(/ --id west$/);
  });

  it('knows what no controller can give, and what a reason means', async () => {
    for (const code of ['MCS401', 'MCS413']) {
      expect(await text('import-without-an-address', code)).toMatch(
        / an IP family that west has, or west that family$/,
      );
    }
    expect(await text('one-bad-probe', 'MCS312')).toMatch(/^set timeoutSeconds of the readinessProbe /);
  });

  it('renders what a Kustomization, a chart and an Application bring, beside the files', async () => {
    expect(await text('flux-syncs-this-folder', 'MCS301')).toMatch(/^add Service/); // of east; that of west:
    const [, west] = (await caseFindings('flux-syncs-this-folder')).filter(({ code }) => code === 'MCS301');
    expect(west?.fix.text).toMatch(/: kustomize build \.\/apps\/production \| mcs validate --dir \S+ --dir west=-$/);
    expect(await text('release-renders-the-service', 'MCS301')).toMatch(/: helm template … \| mcs validate --dir \S+ --dir east=-$/); // prettier-ignore
  });

  it('asks for slices where there are none, and removes a field that does not exist', async () => {
    expect(await text('no-slices-in-the-dump', 'MCS405')).toMatch(/^put its EndpointSlices into \S+ too: kubectl /);
    expect(await text('fields-that-do-not-exist', 'MCS304')).toBe('remove spec.alias, or correct its name');
    expect(await text('one-cluster-twice', 'MCS003')).toBe('give one of them only: --dir admin or --dir east');
  });
});

describe('a fix in clusters with API servers', () => {
  const CILIUM = { name: 'Cilium', evidence: 'Deployment kube-system/cilium-operator', hazard: 'both would write' };
  const condition = `{kind: ServiceExport, metadata: {name: web, namespace: shop}, status: {conditions: [{type: Valid, status: 'True', reason: Valid, message: '', lastTransitionTime: '2026-01-01T00:00:00Z'}]}}`;

  it('opens the gate of Cilium for an export that it leaves out', async () => {
    const yaml = `${member('east')}${exported('cart', '10.1.0.1')}${exported('web', '10.1.0.2')}\n---\n${condition}`;
    const findings = await liveFindings([live('east', yaml, { served: { controllers: [CILIUM] } })]);
    expect(fixOf(findings, 'MCS313')).toMatch(/^kubectl --context east annotate namespace shop clustermesh\.cilium\.io\/global=true {3}# /); // prettier-ignore
  });

  it('deletes an import that nobody exports and mcs did not make, by its full name', async () => {
    const findings = await liveFindings([live('east', member('east')), live('west', member('west') + imported('old'))]);
    expect(fixOf(findings, 'MCS402')).toMatch(/^kubectl --context west -n shop delete serviceimports\.multicluster\.x-k8s\.io old {3}# /); // prettier-ignore
  });
});
