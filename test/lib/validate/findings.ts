import type {
  Finding,
  ObjectRef,
  RuleInfo,
  ValidatedCluster,
  ValidationReport,
} from '../../../src/lib/validate/finding.ts';
import { summaryOf } from '../../../src/lib/validate/summary.ts';

export const EXPORT: ObjectRef = {
  apiVersion: 'multicluster.x-k8s.io/v1beta1',
  kind: 'ServiceExport',
  namespace: 'shop',
  name: 'cart',
};

/** A finding with the fields that a test cares about. */
export function finding(fields: Partial<Finding> = {}): Finding {
  return {
    code: 'MCS201',
    title: 'port-conflict',
    severity: 'error',
    cluster: 'west',
    object: EXPORT,
    file: 'clusters/west/cart.yaml',
    line: 14,
    message: 'port http of shop/cart is 8080 here; 80 of east is used',
    evidence: ['east: http 80/TCP'],
    fix: { kind: 'command', text: 'kubectl --context west -n shop edit service cart' },
    ...fields,
  };
}

/** What a finding looks like that another explains. */
export function explainedBy({ code, cluster, object, file }: Finding, fields: Partial<Finding> = {}): Finding {
  const causedBy = { code, cluster, ...(object && { object }), ...(file !== undefined && { file }) };
  return finding({
    code: 'MCS404',
    title: 'import-missing',
    cluster: 'east',
    message: 'no import',
    causedBy,
    ...fields,
  });
}

/** The same without a file. */
export function live(fields: Partial<Finding> = {}): Finding {
  const { file: _file, line: _line, ...rest } = finding(fields);
  return rest;
}

export function report(findings: readonly Finding[], fields: Partial<ValidationReport> = {}): ValidationReport {
  return {
    clusterset: 'prod',
    clusters: [cluster('east'), cluster('west')],
    services: 12,
    summary: summaryOf(findings),
    findings,
    ...fields,
  };
}

export function cluster(name: string, state: ValidatedCluster['state'] = 'ok'): ValidatedCluster {
  return { cluster: name, id: name, clusterset: 'prod', type: 'directory', location: `clusters/${name}`, state };
}

export const RULES: readonly RuleInfo[] = [
  {
    code: 'MCS001',
    title: 'cluster-unreachable',
    severity: 'unknown',
    summary: 'A cluster cannot be asked.',
    looksAt: 'The connection to its API server.',
    why: 'What it exports and imports is not known.',
    mend: 'Mend the connection, or leave the cluster out.',
    source: 'mcs',
  },
  {
    code: 'MCS201',
    title: 'port-conflict',
    severity: 'error',
    summary: 'Clusters export one service with different ports.',
    looksAt: 'spec.ports of the Services that are exported.',
    why: 'Only the ports of the oldest export are reachable by the name of the service.',
    mend: 'Give the Services the same ports.',
    source: 'KEP-1645, Conflict Resolution',
  },
  {
    code: 'MCS404',
    title: 'import-missing',
    severity: 'warning',
    summary: 'A cluster lacks an import.',
    looksAt: 'ServiceImports.',
    why: 'The name of the service does not resolve there.',
    mend: 'mcs reconcile',
    source: 'KEP-1645, Importing Services',
  },
];

/** Texts that break what is not escaped. */
export const NASTY: readonly string[] = [
  'two\nlines\r\nand a tab\t',
  '100% of %0A and %25',
  'cdata ]]> and <b>&amp;</b> "quoted" \'single\'',
  'control \u0000\u0007\u001b[31m\u009b2J',
  'bidi \u202e\u2066 zero\u200b lone \ud800 not \ufffe \uffff',
  'Größe 北京 🚢',
  '| a | b |\n|---|---|',
  '`code` ``` *bold* _it_ [link](javascript:x) <details> @octocat #12 $x$ ~~~',
  '::error file=x::y',
  'x'.repeat(10_000),
  '',
];
