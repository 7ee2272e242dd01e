/**
 * Optional fields of the MCS API that not every installed CRD has. A field that a cluster does not serve is not sent:
 * the server would prune it, and every pass would find a difference again. (mcs-api releases: 0.2 exported labels and
 * two IPs, 0.3 import conditions, 0.4 families and traffic fields, after 0.5.0 endpointSliceObjects.)
 */
export const OPTIONAL_FIELDS = [
  'ServiceExport.spec.exportedLabels',
  'ServiceExport.spec.exportedAnnotations',
  'ServiceExport.status.conditions.observedGeneration',
  'ServiceImport.spec.ipFamilies',
  'ServiceImport.spec.internalTrafficPolicy',
  'ServiceImport.spec.trafficDistribution',
  'ServiceImport.spec.ports.appProtocol',
  'ServiceImport.status.conditions',
  'ServiceImport.status.endpointSliceObjects',
] as const;

export type OptionalField = (typeof OPTIONAL_FIELDS)[number];

/** The optional fields one cluster serves. Directories, and servers whose schema cannot be read, count as having all. */
export type ServedFields = ReadonlySet<OptionalField>;

export const ALL_FIELDS: ServedFields = new Set(OPTIONAL_FIELDS);
