import { isSystemNamespace } from '../api/names.ts';
import type { Service, ServiceExport } from '../api/objects.ts';

/** What the Valid condition of a ServiceExport says (KEP-1645; mcs-api `ServiceExportConditionReason`). */
export interface Validity {
  readonly valid: boolean;
  readonly reason: 'Valid' | 'NoService' | 'InvalidServiceType' | 'NamespaceNotAllowed';
  readonly message: string;
}

/**
 * An export is valid when its Service exists and is of an exportable type, in a namespace that may be exported.
 * @param allowed system namespaces (`kube-*`, `openshift-*`) that were allowed by name
 */
export function validityOf(
  serviceExport: ServiceExport,
  service: Service | undefined,
  allowed: readonly string[],
): Validity {
  const { namespace = '', name } = serviceExport.metadata;
  if (isSystemNamespace(namespace, allowed)) {
    return {
      valid: false,
      reason: 'NamespaceNotAllowed',
      message: `Namespace ${namespace} is a system namespace, which is exported only when allowed by name.`,
    };
  }
  if (service === undefined) {
    return { valid: false, reason: 'NoService', message: `Service ${namespace}/${name} does not exist.` };
  }
  if (service.spec.type === 'ExternalName') {
    return {
      valid: false,
      reason: 'InvalidServiceType',
      message: 'Service is of type ExternalName, which cannot be exported.',
    };
  }
  return { valid: true, reason: 'Valid', message: 'ServiceExport is valid.' };
}
