import { unexportFix } from '../../explain/fixes.ts';
import { isOurs } from '../../api/labels.ts';
import type { Service } from '../../api/objects.ts';
import { ref } from '../describe.ts';
import type { Draft, Rule } from '../rule.ts';
import type { SceneService } from '../scene.ts';
import { type SceneExporter, eachExport } from './exporters.ts';
import { kustomizedNamespace } from './kustomized.ts';

/** 303 to 308: exports that should not be, by what is exported. */
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
    check: eachExport((exporter, service) => {
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
    check: eachExport((exporter, service) => {
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
    check: eachExport((exporter, service) => {
      if (service.namespace !== 'default' || service.name === 'kubernetes') return undefined;
      if (kustomizedNamespace(exporter.cluster, ref('ServiceExport', service.name, 'default')) !== undefined)
        return undefined;
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
    check: eachExport((exporter, service) => {
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
    check: eachExport((exporter, service) => {
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
];

function remove({ cluster }: SceneExporter, { namespace, name }: SceneService): Draft['fix'] {
  return unexportFix(cluster, namespace, name);
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
