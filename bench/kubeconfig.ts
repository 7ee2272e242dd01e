import { dump } from 'js-yaml';

/** A kubeconfig with so many contexts, each with a cluster and a user of its own, and certificates of the usual size. */
export function manyContexts(count: number): string {
  const certificate = 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1J'.repeat(37); // 1.5 kB
  const names = Array.from({ length: count }, (_, index) => `prod-${String(index).padStart(3, '0')}`);
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': names[0] ?? '',
    clusters: names.map((name) => ({
      name,
      cluster: { server: `https://${name}.example.org:6443`, 'certificate-authority-data': certificate },
    })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name, namespace: 'default' } })),
    users: names.map((name) => ({
      name,
      user: { 'client-certificate-data': certificate, 'client-key-data': certificate },
    })),
  });
}
