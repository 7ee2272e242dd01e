import { isDNSLabel } from '../api/names.ts';
import { MalformedError } from '../api/reader.ts';
import { parseSelector } from '../api/selector.ts';
import { UsageError } from '../errors.ts';
import { compareText } from '../plan/order.ts';
import type { ServicePlan } from '../plan/service-plan.ts';
import { SERVICE_STATES, type ServiceState, type ServiceStatus } from '../plan/service-status.ts';

export { SERVICE_STATES, type ServiceState } from '../plan/service-status.ts';

export const SORT_KEYS = ['namespace', 'name', 'state', 'age', 'endpoints'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** Which services are asked for, and in which order, as it was typed. */
export interface SelectionOptions {
  /** `name` or `namespace/name`; all services when empty. */
  readonly names: readonly string[];
  readonly namespace?: string;
  /** A label selector in the API's syntax. */
  readonly selector?: string;
  /** All when absent. */
  readonly states?: readonly ServiceState[];
  /** Default: by namespace, then by name. */
  readonly sortBy?: SortKey;
}

/** Which services are asked for. */
export interface Selection {
  names(service: { readonly namespace: string; readonly name: string }): boolean;
  /** By the labels of the Service and of its ServiceExport, taken together, in any cluster that exports it. */
  labels(plan: Pick<ServicePlan, 'exporters'>): boolean;
  hasState(state: ServiceState): boolean;
  order(services: readonly ServiceStatus[]): readonly ServiceStatus[];
}

/** @throws UsageError naming what is no name of a service, or no label selector */
export function selectionOf(options: SelectionOptions): Selection {
  const { names, namespace, states, sortBy = 'namespace' } = options;
  for (const name of names) {
    const parts = name.split('/');
    if (parts.length > 2 || !parts.every(isDNSLabel)) {
      throw new UsageError(`"${name}" cannot be the name of a service`, 'give NAME or NAMESPACE/NAME');
    }
  }
  const matches = options.selector === undefined ? undefined : readSelector(options.selector);
  return {
    names: (service) =>
      (namespace === undefined || service.namespace === namespace) &&
      (names.length === 0 || names.some((asked) => asked === service.name || asked === keyOfService(service))),
    labels: ({ exporters }) =>
      matches === undefined ||
      exporters.some(({ view }) => matches({ ...view.export?.metadata.labels, ...view.service?.metadata.labels })),
    hasState: (state) => states === undefined || states.includes(state),
    order: (services) => services.toSorted((a, b) => BY[sortBy](a, b) || compareText(keyOfService(a), keyOfService(b))),
  };
}

function readSelector(text: string): ReturnType<typeof parseSelector> {
  try {
    return parseSelector(text);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new UsageError(error.message, 'quote it: -l "tier in (public,edge)"');
  }
}

/** What is worst, oldest or has fewest ready endpoints comes first; an unknown age comes last. */
const BY: Readonly<Record<SortKey, (a: ServiceStatus, b: ServiceStatus) => number>> = {
  namespace: (a, b) => compareText(keyOfService(a), keyOfService(b)),
  name: (a, b) => compareText(a.name, b.name),
  state: (a, b) => SERVICE_STATES.indexOf(a.state) - SERVICE_STATES.indexOf(b.state),
  age: (a, b) => compareText(oldest(a) ?? '~', oldest(b) ?? '~'),
  endpoints: (a, b) => ready(a) - ready(b),
};

/** RFC 3339 in UTC, which sorts as text. */
function oldest({ exports }: ServiceStatus): string | undefined {
  return exports.flatMap(({ created }) => created ?? []).sort(compareText)[0];
}

function ready({ endpoints }: ServiceStatus): number {
  return endpoints.reduce((sum, source) => sum + source.ready, 0);
}

function keyOfService({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
