import { SOURCE_CLUSTER_LABEL } from '../api/labels.ts';
import type { EndpointSlice, Service } from '../api/objects.ts';
import type { Merged } from '../plan/merge.ts';
import { agreedPorts, showPorts } from '../plan/ports.ts';
import { type Facts, type Present, present } from './facts.ts';

/** A cluster that gives endpoints to a service, as its own slices say. */
export interface Source {
  readonly at: Present;
  readonly id: string;
  readonly service: Service | undefined;
  readonly slices: readonly EndpointSlice[];
  readonly ready: number;
  readonly total: number;
}

/** The sources that can be asked, by the name shown. */
export function sourcesOf(facts: Facts): readonly Source[] {
  return facts.plan.exporters.flatMap(({ member, validity, view }) => {
    const at = present(facts).find((subject) => subject.member === member);
    if (at === undefined || !validity.valid) return [];
    const counts = facts.status.endpoints.find(({ cluster }) => cluster === member.cluster);
    const { ready = 0, total = 0 } = counts ?? {};
    return [{ at, id: member.id, service: view.service, slices: view.slices, ready, total }];
  });
}

/** A merged port that no slice of the sources has, though there are slices: what its Pods declare is otherwise. */
export function unservedPort(merged: Merged, sources: readonly Source[]): { port: string; at: Source } | undefined {
  for (const port of merged.ports) {
    const agreeing = sources.filter(({ service }) => agreedPorts([port], service?.spec.ports ?? []).length > 0);
    const looked = agreeing.filter(({ slices }) => slices.some(({ endpoints }) => endpoints.length > 0));
    const [first] = looked;
    if (first === undefined || looked.length < agreeing.length) continue;
    const serves = ({ slices }: Source): boolean => slices.some((slice) => servesPort(slice, port));
    if (!looked.some(serves)) return { port: showPorts([port]), at: first };
  }
  return undefined;
}

function servesPort({ ports }: EndpointSlice, port: { readonly name?: string; readonly protocol: string }): boolean {
  // None means all ports (discovery.k8s.io/v1).
  if (ports === undefined || ports.length === 0) return true;
  return ports.some(
    (entry) =>
      (entry.name ?? '') === (port.name ?? '') &&
      (entry.protocol ?? 'TCP') === port.protocol &&
      entry.port !== undefined,
  );
}

/** The source of an imported slice; '' when its label is missing. */
export function sourceOf(slice: EndpointSlice): string {
  return slice.metadata.labels?.[SOURCE_CLUSTER_LABEL] ?? '';
}
