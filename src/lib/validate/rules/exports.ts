import { isOurs } from '../../api/labels.ts';
import type { Service } from '../../api/objects.ts';
import type { ServiceView } from '../../plan/service-view.ts';
import { ref, showPlace } from '../describe.ts';
import type { Draft, Rule } from '../rule.ts';
import type { Scene, SceneService } from '../scene.ts';
import { type SceneExporter, exportersOf } from './exporters.ts';

/** 303 to 310: exports that should not be, by what is exported. */
export const EXPORT_RULES: readonly Rule[] = [
  {
    code: 'MCS303',
    title: 'external-name',
    severity: 'error',
    summary: 'A Service of type ExternalName is exported.',
    looksAt: 'spec.type of the Service of each ServiceExport',
    why: 'It has no endpoints to give: the export is not valid, and nothing is imported.',
    mend: 'Export a Service with endpoints, or create the ExternalName Service in each cluster.',
    source: 'KEP-1645, "Service Types"; ServiceExportReasonInvalidServiceType of mcs-api',
    check: each((exporter, service) => {
      if (exporter.validity.reason !== 'InvalidServiceType') return undefined;
      return {
        object: ref('Service', service.name, service.namespace),
        field: 'spec.type',
        message: `Service ${service.key} is of type ExternalName, which cannot be exported`,
        fix: remove(exporter, service),
      };
    }),
  },
  {
    code: 'MCS305',
    title: 'system-namespace',
    severity: 'error',
    summary: 'A Service of a system namespace is exported.',
    looksAt: 'namespaces kube-* and openshift-* of the ServiceExports',
    why: 'Every cluster has such a namespace with other content: whoever can write in one could speak for all (CWE-441).',
    mend: 'Remove the export, or allow the namespace by name: --allow-namespace NAME.',
    source: 'design rule 6; lighthouse PR#2244',
    check: each((exporter, service) => {
      if (exporter.validity.reason !== 'NamespaceNotAllowed') return undefined;
      return {
        object: ref('ServiceExport', service.name, service.namespace),
        field: 'metadata.namespace',
        message: `${service.key} is exported from a system namespace`,
        fix: remove(exporter, service),
      };
    }),
  },
  {
    code: 'MCS306',
    title: 'default-namespace',
    severity: 'warning',
    summary: 'A Service of namespace default is exported.',
    looksAt: 'namespaces of the ServiceExports',
    why: 'Every cluster has this namespace, and different people use it: Services of one name merge by accident.',
    mend: 'Move the Service into a namespace of its own.',
    source: 'KEP-1645, "Namespace Sameness"; users.md P23, P50',
    check: each((exporter, service) => {
      if (service.namespace !== 'default' || service.name === 'kubernetes') return undefined;
      return {
        object: ref('ServiceExport', service.name, service.namespace),
        field: 'metadata.namespace',
        message: `${service.key} is exported from namespace default, which every cluster has`,
        fix: { kind: 'doc', text: `move Service ${service.name} and its ServiceExport into a namespace of their own` },
      };
    }),
  },
  {
    code: 'MCS307',
    title: 'kubernetes-service-exported',
    severity: 'warning',
    summary: 'The Service of the API server is exported.',
    looksAt: 'ServiceExport default/kubernetes',
    why: 'Clients of one cluster would talk to the API server of another.',
    mend: 'Remove the export.',
    source: 'enhancements PR#1646',
    check: each((exporter, service) => {
      if (service.key !== 'default/kubernetes') return undefined;
      return {
        object: ref('ServiceExport', service.name, service.namespace),
        message: 'default/kubernetes is the API server of this cluster, and is exported',
        fix: remove(exporter, service),
      };
    }),
  },
  {
    code: 'MCS308',
    title: 'export-of-derived',
    severity: 'warning',
    summary: 'A Service that an MCS implementation made of an import is exported again.',
    looksAt: 'names, labels and annotations of the exported Services',
    why: 'Its endpoints come from other clusters: they would be imported twice, or in a circle.',
    mend: 'Export the original Service in its own cluster.',
    source: 'implementations.md §1.1: derived Services',
    check: each((exporter, service) => {
      const maker = exporter.view.service === undefined ? undefined : derivedBy(exporter.view.service);
      if (maker === undefined) return undefined;
      return {
        object: ref('ServiceExport', service.name, service.namespace),
        field: 'metadata.name',
        message: `Service ${service.key} is made by ${maker} of an import, and is exported again`,
        fix: remove(exporter, service),
      };
    }),
  },
  {
    code: 'MCS309',
    title: 'shipped-by-another',
    severity: 'warning',
    summary: 'A Service is exported and also shipped to other clusters by another mechanism.',
    looksAt: 'labels and annotations of the exported Services, exports in groups of others beside them',
    why: 'Clients get two names and two sets of endpoints, of which one may be stale.',
    mend: 'Choose one of the two.',
    source: 'implementations.md §1.1; Cilium global services, Linkerd mirroring, GKE MCS',
    check: each((exporter, service) => {
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
  {
    code: 'MCS310',
    title: 'tracking-labels-exported',
    severity: 'warning',
    summary: 'Labels or annotations by which a GitOps tool tracks its objects are exported.',
    looksAt: 'spec.exportedLabels and spec.exportedAnnotations of the ServiceExports',
    why: 'The tool of the importing cluster takes the import for its own, says OutOfSync, and prunes it.',
    mend: 'Leave these keys out.',
    source: 'argo-cd#11403; KEP-1645 on why metadata is not exported',
    *check({ sets }) {
      for (const { services } of sets) {
        for (const service of services) for (const exporter of exportersOf(service)) yield* tracking(exporter, service);
      }
    },
  },
];

type Half = Omit<Draft, 'cluster' | 'service'>;

/** A rule about each export, by itself. */
function each(
  check: (exporter: SceneExporter, service: SceneService) => Half | undefined,
): (scene: Scene) => Generator<Draft> {
  return function* ({ sets }) {
    for (const { services } of sets) {
      for (const service of services) {
        for (const exporter of exportersOf(service)) {
          const half = check(exporter, service);
          if (half !== undefined) yield { ...half, cluster: exporter.cluster.name, service: service.key };
        }
      }
    }
  };
}

function remove({ cluster }: SceneExporter, { namespace, name }: SceneService): Draft['fix'] {
  return cluster.type === 'context'
    ? { kind: 'command', text: `mcs unexport svc ${name} -n ${namespace} ${cluster.flag}` }
    : { kind: 'doc', text: `remove ServiceExport ${namespace}/${name} from ${cluster.location}` };
}

function derivedBy(service: Service): string | undefined {
  const { name, annotations = {} } = service.metadata;
  if (isOurs(service) && /^derived-[0-9a-v]{10}$/.test(name)) return 'mcs';
  if (/^derived-[0-9a-v]{10}$/.test(name) && service.spec.selector === undefined) return 'an MCS controller';
  if (/^gke-mcs-[0-9a-v]{10}$/.test(name)) return 'GKE Multi-cluster Services';
  if (annotations['multicluster.antrea.io/imported-service'] === 'true') return 'Antrea Multi-cluster';
  if (/^imported-[0-9a-v]{10}$/.test(name)) return 'the AWS Cloud Map MCS controller';
  return service.metadata.labels?.['mirror.linkerd.io/mirrored-service'] === 'true' ? 'Linkerd' : undefined;
}

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

/** Keys by which Argo CD, Flux, Helm and kubectl know what is theirs. */
const TRACKING: readonly RegExp[] = [
  /^argocd\.argoproj\.io\//,
  /^(kustomize|helm)\.toolkit\.fluxcd\.io\//,
  /^app\.kubernetes\.io\/instance$/,
  /^app\.kubernetes\.io\/managed-by$/,
  /^meta\.helm\.sh\//,
  /^helm\.sh\/chart$/,
  /^kubectl\.kubernetes\.io\/last-applied-configuration$/,
];

function* tracking({ cluster, view }: SceneExporter, { key, name, namespace }: SceneService): Generator<Draft> {
  for (const field of ['exportedLabels', 'exportedAnnotations'] as const) {
    for (const exported of Object.keys(view.export?.spec?.[field] ?? {})) {
      if (!TRACKING.some((pattern) => pattern.test(exported))) continue;
      yield {
        cluster: cluster.name,
        service: key,
        object: ref('ServiceExport', name, namespace),
        field: `spec.${field}["${exported}"]`,
        message: `${field} has ${exported}, by which a GitOps tool tracks its own objects`,
        fix: { kind: 'doc', text: `remove ${exported} from spec.${field} of ServiceExport ${key}` },
      };
    }
  }
}
