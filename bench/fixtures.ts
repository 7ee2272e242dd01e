import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How large a clusterset of directories is. */
export interface Scale {
  readonly clusters: number;
  /** Services of the clusterset, however many clusters it has. */
  readonly services: number;
  /** Clusters that export each service, with one slice of two endpoints each. */
  readonly exporters: number;
}

const NAMESPACES = 10;

/**
 * Writes a clusterset as directories of manifests, always the same for the same scale; returns their paths. Each service
 * is exported by a constant number of clusters, side by side in the order of their numbers, and each namespace is in all
 * clusters: so every cluster imports every service, and what is written grows with the number of clusters alone. (Were
 * every service exported by every cluster, there would be clusters² × services slices, whatever computes them.)
 */
export function writeClusterset(folder: string, { clusters, services, exporters }: Scale): readonly string[] {
  const paths = Array.from({ length: clusters }, (_, cluster) => {
    const path = join(folder, clusterName(cluster));
    mkdirSync(path);
    writeFileSync(join(path, 'cluster.yaml'), membership(cluster));
    return path;
  });
  for (let service = 0; service < services; service++) {
    for (let copy = 0; copy < Math.min(exporters, clusters); copy++) {
      const cluster = (service + copy) % clusters;
      writeFileSync(join(paths[cluster] ?? folder, `service-${service}.yaml`), exported(service, cluster, copy));
    }
  }
  return paths;
}

function clusterName(cluster: number): string {
  return `c${String(cluster).padStart(2, '0')}`;
}

function membership(cluster: number): string {
  const property = (name: string, value: string): string => `apiVersion: about.k8s.io/v1beta1
kind: ClusterProperty
metadata: { name: ${name} }
spec: { value: ${value} }
`;
  const namespaces = Array.from({ length: NAMESPACES }, (_, index) => {
    return `apiVersion: v1\nkind: Namespace\nmetadata: { name: team-${index} }\n`;
  });
  return [
    property('clusterset.k8s.io', 'bench'),
    property('cluster.clusterset.k8s.io', clusterName(cluster)),
    ...namespaces,
  ].join('---\n');
}

/** A Service, its slice and its export, as in `examples/shop`; the first exporter's export is the oldest. */
function exported(service: number, cluster: number, copy: number): string {
  const [name, namespace] = [`service-${service}`, `team-${service % NAMESPACES}`];
  const endpoint = (last: number): string => `10.${cluster}.${service % 250}.${last}`;
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  selector:
    app: ${name}
  ports:
    - name: http
      port: 80
      targetPort: 8080
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: ${name}-e1
  namespace: ${namespace}
  labels:
    kubernetes.io/service-name: ${name}
    endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io
addressType: IPv4
ports:
  - name: http
    protocol: TCP
    port: 8080
endpoints:
  - addresses: [${endpoint(11)}]
    conditions: { ready: true }
    zone: a
  - addresses: [${endpoint(12)}]
    conditions: { ready: true }
    zone: b
---
apiVersion: multicluster.x-k8s.io/v1beta1
kind: ServiceExport
metadata:
  name: ${name}
  namespace: ${namespace}
  creationTimestamp: "2026-01-0${copy + 1}T00:00:00Z"
`;
}
