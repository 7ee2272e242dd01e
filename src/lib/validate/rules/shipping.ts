import type { ServiceView } from '../../plan/service-view.ts';
import { ref, showPlace } from '../describe.ts';
import type { Rule } from '../rule.ts';
import type { SceneService } from '../scene.ts';
import { type SceneExporter, eachExport } from './exporters.ts';

/** 309: exports of what reaches other clusters in another way too. */
export const SHIPPING_RULES: readonly Rule[] = [
  {
    code: 'MCS309',
    title: 'shipped-by-another',
    severity: 'warning',
    summary: 'A Service is exported and also shipped to other clusters by another mechanism.',
    looksAt: 'labels and annotations of the exported Services, exports in groups of others beside them',
    why: 'Clients get two names and two sets of endpoints, of which one may be stale.',
    mend: 'Choose one of the two.',
    source: 'implementations.md §1.1; Cilium global services, Linkerd mirroring, GKE MCS',
    check: eachExport((exporter, service) => {
      const other = shippedBy(exporter, service);
      if (other === undefined) return undefined;
      return {
        object: ref('ServiceExport', service.name, service.namespace),
        message: `${service.key} is also shipped by ${other.by}`,
        evidence: [other.evidence],
        fix: { kind: 'doc', text: `remove either the ServiceExport or ${other.evidence}` },
      };
    }),
  },
];

function shippedBy(
  { view, cluster }: { readonly view: ServiceView; readonly cluster: SceneExporter['cluster'] },
  { namespace, name }: SceneService,
): { readonly by: string; readonly evidence: string } | undefined {
  const { labels = {}, annotations = {} } = view.service?.metadata ?? {};
  for (const key of ['service.cilium.io/global', 'io.cilium/global-service']) {
    if (annotations[key] === 'true') return { by: 'Cilium (global service)', evidence: `annotation ${key}: "true"` };
  }
  const linkerd = labels['mirror.linkerd.io/exported'];
  if (linkerd !== undefined) return { by: 'Linkerd', evidence: `label mirror.linkerd.io/exported: "${linkerd}"` };
  const gke = cluster.manifests?.all.find(
    (each) =>
      each.kind === 'ServiceExport' &&
      each.apiVersion.startsWith('net.gke.io/') &&
      each.name === name &&
      each.namespace === namespace,
  );
  if (gke === undefined) return undefined;
  return { by: 'GKE Multi-cluster Services', evidence: `ServiceExport of net.gke.io at ${showPlace(gke.place)}` };
}
