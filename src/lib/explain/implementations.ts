import { findCondition } from '../api/conditions.ts';
import type { Condition } from '../api/objects.ts';

/** What one MCS implementation writes and does, as far as it decides how its objects are read (their sources, 2026). */
export interface Implementation {
  /** As `FoundController.name` has it. */
  readonly name: string;
  /** Types of conditions it writes on ServiceExports; none: their absence means nothing. */
  readonly conditions: readonly string[];
  /** Reasons that are its own, beside those of the KEP. */
  readonly reasons: readonly string[];
  /** Where its merge differs from the KEP's. */
  readonly merges?: string;
  /** Who makes a ServiceImport, and where to look when there is none. */
  readonly imports: string;
  /** Why an import may be without IP and work all the same. */
  readonly withoutIP?: string;
  /** False when endpoints of others do not appear as EndpointSlices of the KEP's labels. */
  readonly slices: boolean;
}

const ALL = ['Valid', 'Ready', 'Conflict'] as const;

const IMPLEMENTATIONS: readonly Implementation[] = [
  {
    name: 'Submariner',
    conditions: ALL,
    reasons: [
      ...['ServiceUnavailable', 'UnsupportedServiceType', 'ServiceRetrievalFailed', 'ServiceGlobalIPUnavailable'],
      ...['AwaitingExport', 'ExportFailed', 'NoServiceImport', 'ConflictingType', 'ConflictingPorts'],
      ...['ConflictingSessionAffinity', 'ConflictingSessionAffinityConfig', 'ConflictingClusterSetIPEnablement'],
      'ClusterSetIPEnablementConflict',
    ],
    merges: 'ports merge by name alone, and where there is no clusterset IP its DNS offers only those all have',
    imports:
      'the lighthouse agent makes it from the broker: look at Deployment submariner-operator/submariner-lighthouse-agent',
    withoutIP: 'its clusterset IPs are opt-in, and its DNS answers without',
    slices: true,
  },
  {
    name: 'Cilium',
    conditions: ALL,
    reasons: ['ServiceType', 'Conflict', 'NamespaceNotGlobal'],
    imports:
      'the operator makes it where the namespace is global: look at the conditions and at annotation clustermesh.cilium.io/global of the Namespace',
    slices: false,
  },
  {
    name: 'GKE Multi-cluster Services',
    conditions: [],
    reasons: [],
    imports: 'it serves its own group net.gke.io: look at serviceimports.net.gke.io',
    slices: false,
  },
  {
    name: 'AWS Cloud Map MCS controller',
    conditions: [],
    reasons: [],
    merges: 'the last endpoint seen decides, not the oldest export',
    imports:
      'the controller makes it from Cloud Map: look at the log of cloud-map-mcs-system/cloud-map-mcs-controller-manager',
    slices: true,
  },
  {
    name: 'Antrea Multi-cluster',
    conditions: ['Valid'],
    reasons: [
      'Succeed',
      'ServiceNotFound',
      'ServiceTypeNotSupported',
      'ServiceNoClusterIP',
      'ServiceWithoutEndpoints',
      'ImportedService',
    ],
    merges: 'the first export accepted decides, and later ones that differ are ignored',
    imports:
      'the member controller makes it, unless a Service of that name is in the way: look at kube-system/antrea-mc-controller',
    slices: true,
  },
  {
    name: 'Karmada',
    conditions: [],
    reasons: [],
    merges: 'nothing is merged: the ServiceImport is what its user writes',
    imports: 'nobody makes it: write the ServiceImport and a PropagationPolicy for it',
    slices: false,
  },
  {
    name: 'Azure Fleet networking',
    conditions: ['Valid', 'Conflict'],
    reasons: [
      'ServiceIsValid',
      'ServiceIneligible',
      'ServiceExportInvalidWeightAnnotation',
      'ServicePendingConflictResolution',
      'NoConflictFound',
      'ConflictFound',
    ],
    imports: 'it serves its own group networking.fleet.azure.com: look at internalserviceimports there',
    slices: false,
  },
  {
    name: 'mcs-api reference controller',
    conditions: ALL,
    reasons: [],
    imports: 'look at the log of Pod default/mcs-api-controller',
    slices: true,
  },
];

const KEP_REASONS: ReadonlySet<string> = new Set([
  ...['Valid', 'NoService', 'InvalidServiceType', 'Exported', 'Ready', 'Pending', 'Failed', 'NoConflicts'],
  ...[
    'PortConflict',
    'TypeConflict',
    'SessionAffinityConflict',
    'SessionAffinityConfigConflict',
    'AnnotationsConflict',
  ],
  ...['LabelsConflict', 'InternalTrafficPolicyConflict', 'TrafficDistributionConflict', 'IPFamilyConflict'],
  'IPFamilyNotSupported',
]);

export function implementationOf(name: string): Implementation | undefined {
  return IMPLEMENTATIONS.find((implementation) => implementation.name === name);
}

/**
 * Whose word a reason is: `KEP-1645`, `mcs`, or the implementations that use it. Undefined for one that nobody is known
 * for. Several reasons joined by commas are told apart by the first that is somebody's own.
 */
export function whoseReason(reason: string): string | undefined {
  const parts = reason.split(',');
  for (const part of parts) {
    if (part === 'NamespaceNotAllowed') return 'mcs';
    const theirs = IMPLEMENTATIONS.filter(({ reasons }) => reasons.includes(part)).map(({ name }) => name);
    if (theirs.length > 0) return theirs.join(' or ');
  }
  return parts.every((part) => KEP_REASONS.has(part)) ? 'KEP-1645' : undefined;
}

/**
 * A condition as a person reads it: `True (Succeed, a reason of Antrea Multi-cluster)`, or `not reported`, with why not
 * where that is known.
 * @param controllers names of the implementations at work in the cluster
 */
export function readCondition(
  list: readonly Condition[] | undefined,
  type: string,
  controllers: readonly string[],
): string {
  const found = findCondition(list, type);
  if (found === undefined) {
    const silent = controllers.find((name) => implementationOf(name)?.conditions.includes(type) === false);
    return silent === undefined ? 'not reported' : `not reported: ${silent} writes no such condition`;
  }
  if (found.reason === '') return `${found.status} (no reason, as older Submariner writes it)`;
  const whose = whoseReason(found.reason);
  const origin =
    whose === 'KEP-1645' ? '' : `, ${whose === undefined ? 'a reason of nobody known' : `a reason of ${whose}`}`;
  return `${found.status} (${found.reason}${origin})`;
}
