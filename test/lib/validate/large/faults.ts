/** What a fault is planted in: a service that two clusters export alike, each in one file (`bench/fixtures.ts`). */
export interface Site {
  /** The name of the service and its namespace. */
  readonly service: string;
  readonly namespace: string;
  /** The cluster with the older export, and the other. */
  readonly older: string;
  readonly younger: string;
  /** Text of a cluster's file, and a new one. */
  read(cluster: string): string;
  write(cluster: string, text: string, file?: string): void;
  /** `cluster/service-1.yaml:7` of the first line with this text. */
  at(cluster: string, text: string): string;
}

/** Plants a fault; returns what is to be found, as lines of `short()`. */
export type Fault = (site: Site) => readonly string[];

function edit(site: Site, cluster: string, from: string, to: string): void {
  const text = site.read(cluster);
  if (!text.includes(from)) throw new Error(`${cluster}: ${site.service} has no ${from}`);
  site.write(cluster, text.replace(from, to));
}

const EXPORT = 'apiVersion: multicluster.x-k8s.io/v1beta1';
const ENDPOINT = /addresses: \[10\.\d+\.\d+\.11\]/;

/** A field of the younger Service that differs: found at its line. */
function differs(code: string, severity: string, from: string, to: string, line: string): Fault {
  return (site) => {
    const { service, namespace, younger } = site;
    edit(site, younger, from, to);
    return [`${code} ${severity} ${younger} Service ${namespace}/${service} ${site.at(younger, line)}`];
  };
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  port: differs('MCS201', 'error', 'port: 80\n', 'port: 8443\n', 'port: 8443'),
  headless: differs('MCS202', 'error', 'spec:\n  selector', 'spec:\n  clusterIP: None\n  selector', 'clusterIP'),
  affinity: differs(
    'MCS203',
    'warning',
    'spec:\n  selector',
    'spec:\n  sessionAffinity: ClientIP\n  selector',
    'sessionAffinity',
  ),
  local: differs(
    'MCS207',
    'warning',
    'spec:\n  selector',
    'spec:\n  internalTrafficPolicy: Local\n  selector',
    'internalTrafficPolicy',
  ),
  'external name': differs(
    'MCS303',
    'error',
    'spec:\n  selector',
    'spec:\n  type: ExternalName\n  externalName: db.example.com\n  selector',
    'type: ExternalName',
  ),
  'no Service': (site) => {
    const { service, namespace, younger } = site;
    const [, ...rest] = site.read(younger).split('---\n');
    site.write(younger, rest.join('---\n'));
    return [`MCS301 error ${younger} ServiceExport ${namespace}/${service} ${site.at(younger, EXPORT)}`];
  },
  'typing error': (site) => {
    const { service, namespace, younger } = site;
    const wrong = service.replace('service', 'servise');
    const [before = '', after = ''] = site.read(younger).split(EXPORT);
    site.write(younger, `${before}${EXPORT}${after.replace(service, wrong)}`);
    return [
      `MCS302 error ${younger} ServiceExport ${namespace}/${wrong} ${site.at(younger, `name: ${wrong}`)}`,
      `MCS403 warning ${younger} Service ${namespace}/${service} ${site.at(younger, 'apiVersion: v1')} < MCS302`,
    ];
  },
  'wrong group': (site) => {
    const { service, namespace, younger } = site;
    const wrong = 'apiVersion: multicluster.k8s.io/v1alpha1';
    edit(site, younger, EXPORT, wrong);
    return [
      `MCS112 error ${younger} ServiceExport ${namespace}/${service} ${site.at(younger, wrong)}`,
      `MCS403 warning ${younger} Service ${namespace}/${service} ${site.at(younger, 'apiVersion: v1')} < MCS112`,
    ];
  },
  'unknown field': (site) => {
    const { service, namespace, younger } = site;
    site.write(younger, `${site.read(younger)}spec:\n  alias: basket\n`);
    return [`MCS304 error ${younger} ServiceExport ${namespace}/${service} ${site.at(younger, 'alias')}`];
  },
  'tracking label': (site) => {
    const { service, namespace, older, younger } = site;
    const key = 'app.kubernetes.io/instance';
    return [older, younger].map((cluster) => {
      site.write(cluster, `${site.read(cluster)}spec:\n  exportedLabels:\n    ${key}: shop\n`);
      return `MCS310 warning ${cluster} ServiceExport ${namespace}/${service} ${site.at(cluster, key)}`;
    });
  },
  'nobody ready': (site) => {
    const { service, namespace, older, younger } = site;
    for (const cluster of [older, younger])
      site.write(cluster, site.read(cluster).replaceAll('ready: true', 'ready: false'));
    return [`MCS405 error ${older} Service ${namespace}/${service} ${site.at(older, 'apiVersion: v1')}`];
  },
  'one not ready': (site) => {
    const { service, namespace, younger } = site;
    site.write(younger, site.read(younger).replaceAll('ready: true', 'ready: false'));
    return [`MCS406 info ${younger} Service ${namespace}/${service} ${site.at(younger, 'apiVersion: v1')}`];
  },
  'port name': (site) => {
    const { service, namespace, older, younger } = site;
    for (const cluster of [older, younger])
      edit(site, cluster, '- name: http\n    protocol', '- name: web\n    protocol');
    return [`MCS407 error ${older} Service ${namespace}/${service} ${site.at(older, '- name: http')}`];
  },
  loopback: (site) => {
    const { service, namespace, younger } = site;
    site.write(younger, site.read(younger).replace(ENDPOINT, 'addresses: [127.0.0.1]'));
    return [`MCS409 warning ${younger} EndpointSlice ${namespace}/${service}-e1 ${site.at(younger, '127.0.0.1')}`];
  },
  'broken file': (site) => {
    const { younger } = site;
    site.write(younger, `${site.read(younger)}spec: [\n`);
    const [file = ''] = site.at(younger, 'spec: [').split(':');
    return [`MCS004 error ${younger} ${file}:${site.read(younger).split('\n').length}`];
  },
  'object twice': (site) => {
    const { service, namespace, younger } = site;
    const [first = ''] = site.read(younger).split('---\n');
    site.write(younger, first.replace('targetPort: 8080', 'targetPort: 9090'), `zz-${service}.yaml`);
    return [`MCS005 warning ${younger} Service ${namespace}/${service} ${site.at(younger, 'apiVersion: v1')}`];
  },
};
