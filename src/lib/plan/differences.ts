import {
  DERIVED_SERVICE_ANNOTATION,
  EXPORTED_ANNOTATIONS_ANNOTATION,
  EXPORTED_LABELS_ANNOTATION,
  MANAGED_BY_LABEL,
  PROXY_SERVICE_NAME_LABEL,
  SOURCES_ANNOTATION,
} from '../api/labels.ts';
import type {
  Condition,
  EndpointSlice,
  ObjectMeta,
  Service,
  ServiceExport,
  ServiceImport,
  StringMap,
} from '../api/objects.ts';
import { sameJSON } from '../api/same-json.ts';
import { booked } from './claim.ts';
import { compareText } from './order.ts';
import { ownConditions } from './desired-status.ts';

/**
 * Paths of the fields of ours in which an object differs from what it should be. Only fields we own count: what the
 * server adds, and labels and annotations of others, are none of our business.
 */
export function importDifferences(desired: ServiceImport, observed: ServiceImport): readonly string[] {
  return [
    ...metaDifferences(desired.metadata, observed.metadata, {
      labels: booked(observed, EXPORTED_LABELS_ANNOTATION),
      annotations: [
        ...booked(observed, EXPORTED_ANNOTATIONS_ANNOTATION),
        EXPORTED_LABELS_ANNOTATION,
        EXPORTED_ANNOTATIONS_ANNOTATION,
        DERIVED_SERVICE_ANNOTATION,
        SOURCES_ANNOTATION,
      ],
    }),
    ...keyDifferences('spec', desired.spec, observed.spec),
  ];
}

/** A derived Service: everything but what its API server gives it; families only when somebody names them. */
export function serviceDifferences(desired: Service, observed: Service): readonly string[] {
  const given = desired.spec.ipFamilies === undefined ? ['ipFamilies', 'ipFamilyPolicy'] : [];
  const ignored = new Set(['clusterIP', 'clusterIPs', ...given]);
  return [
    ...metaDifferences(desired.metadata, observed.metadata),
    ...keyDifferences('spec', desired.spec, observed.spec).filter((path) => !ignored.has(path.slice('spec.'.length))),
  ];
}

/**
 * An imported slice: labels, owner, endpoints and ports. The label for kube-proxy is there only while there is a derived
 * Service.
 */
export function sliceDifferences(desired: EndpointSlice, observed: EndpointSlice): readonly string[] {
  return [
    ...metaDifferences(desired.metadata, observed.metadata, { labels: [PROXY_SERVICE_NAME_LABEL] }),
    ...(sameJSON(desired.endpoints, observed.endpoints) ? [] : ['endpoints']),
    ...(sameJSON(desired.ports ?? [], observed.ports ?? []) ? [] : ['ports']),
  ];
}

/** The status of an import, which is ours whole but for conditions of other types. */
export function importStatusDifferences(desired: ServiceImport, observed: ServiceImport): readonly string[] {
  const want = desired.status ?? {};
  const have = observed.status ?? {};
  const types = new Set(want.conditions?.map((condition) => condition.type));
  const clusters = (list: typeof want.clusters): readonly string[] => (list ?? []).map(({ cluster }) => cluster).sort();
  return [
    ...(sameJSON(clusters(want.clusters), clusters(have.clusters)) ? [] : ['status.clusters']),
    ...conditionDifferences(
      want.conditions ?? [],
      (have.conditions ?? []).filter(({ type }) => types.has(type)),
    ),
    ...(want.endpointSliceObjects === have.endpointSliceObjects || want.endpointSliceObjects === undefined
      ? []
      : ['status.endpointSliceObjects']),
  ];
}

/** The status of an export: our condition types only. */
export function exportStatusDifferences(desired: ServiceExport, observed: ServiceExport): readonly string[] {
  return conditionDifferences(desired.status?.conditions ?? [], ownConditions(observed.status?.conditions));
}

function conditionDifferences(want: readonly Condition[], have: readonly Condition[]): readonly string[] {
  const types = [...new Set([...want, ...have].map((condition) => condition.type))].sort(compareText);
  return types
    .filter(
      (type) =>
        !sameJSON(
          want.find((entry) => entry.type === type),
          have.find((entry) => entry.type === type),
        ),
    )
    .map((type) => `status.conditions[${type}]`);
}

interface FormerKeys {
  readonly labels?: readonly string[];
  readonly annotations?: readonly string[];
}

function metaDifferences(want: ObjectMeta, have: ObjectMeta, former: FormerKeys = {}): readonly string[] {
  return [
    ...mapDifferences('metadata.labels', want.labels, have.labels, [...(former.labels ?? [])]),
    ...mapDifferences('metadata.annotations', want.annotations, have.annotations, former.annotations ?? []),
    ...((want.ownerReferences ?? []).every((owner) => have.ownerReferences?.some((other) => other.uid === owner.uid))
      ? []
      : ['metadata.ownerReferences']),
  ];
}

/** Keys we want with another value, and keys that were ours (`former`) and are no more. */
function mapDifferences(
  path: string,
  want: StringMap = {},
  have: StringMap = {},
  former: readonly string[],
): readonly string[] {
  const wrong = Object.keys(want).filter((key) => have[key] !== want[key]);
  const left = former.filter((key) => key !== MANAGED_BY_LABEL && want[key] === undefined && have[key] !== undefined);
  return [...new Set([...wrong, ...left])].sort(compareText).map((key) => `${path}[${key}]`);
}

type Mapping = Readonly<Record<string, unknown>>;

function ownValue(mapping: Mapping, key: string): unknown {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

/** `Keys` of two mappings whose values differ, as `<path>.<key>`. */
function keyDifferences(path: string, want: object, have: object): readonly string[] {
  const [left, right] = [want as Mapping, have as Mapping]; // what has keys
  const wrong = Object.keys(left).filter((key) => !sameJSON(left[key], ownValue(right, key)));
  for (const key of Object.keys(right)) if (right[key] !== undefined && !Object.hasOwn(left, key)) wrong.push(key);
  return wrong.length === 0 ? wrong : wrong.sort(compareText).map((key) => `${path}.${key}`);
}
