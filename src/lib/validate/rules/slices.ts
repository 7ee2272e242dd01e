import { SERVICE_NAME_LABEL, SOURCE_CLUSTER_LABEL } from '../../api/labels.ts';
import type { EndpointSlice } from '../../api/objects.ts';
import { isUsableAddress } from '../../plan/addresses.ts';
import { ref } from '../describe.ts';
import type { Draft, Rule } from '../rule.ts';
import type { Scene, SceneCluster, SceneService } from '../scene.ts';
import { exportersOf } from './exporters.ts';
import { importedOtherwise } from './imported-slices.ts';

/** 408 to 412 and 416: what is in EndpointSlices. */
export const SLICE_RULES: readonly Rule[] = [
  {
    code: 'MCS408',
    title: 'slice-without-label',
    severity: 'warning',
    summary: 'An imported EndpointSlice has one of the two labels and lacks the other.',
    looksAt: `labels ${SERVICE_NAME_LABEL} and ${SOURCE_CLUSTER_LABEL} of all EndpointSlices`,
    why: 'DNS and proxies find slices of an import by both: its endpoints are not served, or crash a component.',
    mend: 'Remove it: its controller makes it anew. Who writes slices by hand sets both.',
    source: 'KEP-1645, "EndpointSlice"; lighthouse#881, users.md P35',
    *check({ clusters }) {
      for (const cluster of clusters) {
        for (const slice of cluster.slices) {
          const { labels, name, namespace } = slice.metadata;
          const [service, source] = [labels?.[SERVICE_NAME_LABEL], labels?.[SOURCE_CLUSTER_LABEL]];
          if ((service === undefined) === (source === undefined)) continue;
          const lacks = service === undefined ? SERVICE_NAME_LABEL : SOURCE_CLUSTER_LABEL;
          yield {
            cluster: cluster.name,
            object: ref('EndpointSlice', name, namespace),
            ...(service === undefined ? {} : { service: `${namespace ?? 'default'}/${service}` }),
            field: 'metadata.labels',
            message: `EndpointSlice ${namespace ?? 'default'}/${name} lacks label ${lacks}`,
            fix: { kind: 'doc', text: `set label ${lacks} on it, or remove it` },
          };
        }
      }
    },
  },
  {
    code: 'MCS409',
    title: 'unusable-address',
    severity: 'warning',
    summary: 'Endpoints of an exported service have addresses that mean something else in every cluster.',
    looksAt: 'addresses in the EndpointSlices of exported Services',
    why: 'Loopback, link-local, multicast and unspecified addresses are dropped: nobody else can reach them (CWE-441).',
    mend: 'Give the Pods addresses that other clusters can reach.',
    source: 'design rule 15',
    check: eachSlice((slice) => {
      if (slice.addressType === 'FQDN') return undefined;
      const found = slice.endpoints.flatMap(({ addresses }, index) =>
        addresses
          .filter((address) => !isUsableAddress(address, slice.addressType))
          .map((address) => ({ address, index })),
      );
      const [first] = found;
      if (first === undefined) return undefined;
      const list = found.slice(0, 5).map(({ address }) => address);
      return {
        field: `endpoints[${first.index}].addresses`,
        message: 'addresses that mean something else in other clusters',
        evidence: found.length > 5 ? [...list, `and ${found.length - 5} more`] : list,
        fix: { kind: 'doc', text: 'give its Pods addresses that other clusters can reach' },
      };
    }),
  },
  {
    code: 'MCS410',
    title: 'overlapping-addresses',
    severity: 'warning',
    summary: 'Two exporting clusters have endpoints with the same addresses.',
    looksAt: 'addresses in the EndpointSlices of exported Services of all exporters',
    why: 'Their Pod networks overlap: without address translation a connection ends in the wrong cluster.',
    mend: 'Give the clusters Pod networks of their own, or use an implementation that translates (Submariner Globalnet).',
    source: 'users.md §5 scenario 12; submariner-operator#63',
    check: overlaps,
  },
  {
    code: 'MCS412',
    title: 'imported-slices-differ',
    severity: 'warning',
    summary: 'The slices that mcs imported are not those of the exporters.',
    looksAt: 'imported EndpointSlices with the mark of mcs, EndpointSlices of the exporters',
    why: 'Connections go to Pods that are gone, or do not reach those that are new.',
    mend: 'mcs reconcile.',
    source: 'KEP-1645, "EndpointSlice"; users.md P63',
    *check(scene) {
      for (const { services } of scene.sets) for (const service of services) yield* importedOtherwise(service, scene);
    },
  },
  {
    code: 'MCS416',
    title: 'fqdn-slice',
    severity: 'warning',
    summary: 'An EndpointSlice of an exported service holds names instead of addresses.',
    looksAt: 'addressType of the EndpointSlices of exported Services',
    why: 'It is not imported anywhere.',
    mend: 'Use addresses, or an ExternalName Service in each cluster.',
    source: 'design rule 15; discovery.k8s.io/v1',
    check: eachSlice((slice) =>
      slice.addressType === 'FQDN'
        ? {
            field: 'addressType',
            message: 'slices of type FQDN are not imported by other clusters',
            fix: { kind: 'doc', text: 'use addressType IPv4 or IPv6' },
          }
        : undefined,
    ),
  },
];

type Half = Omit<Draft, 'cluster' | 'service' | 'object'>;

/** A rule about each slice of an exported Service in its own cluster. */
function eachSlice(check: (slice: EndpointSlice) => Half | undefined): (scene: Scene) => Generator<Draft> {
  return function* ({ sets }) {
    for (const { services } of sets) {
      for (const service of services) {
        for (const { cluster, view, validity } of exportersOf(service)) {
          if (!validity.valid) continue;
          for (const slice of view.slices) {
            const half = check(slice);
            if (half === undefined) continue;
            const { name, namespace } = slice.metadata;
            yield {
              ...half,
              cluster: cluster.name,
              service: service.key,
              object: ref('EndpointSlice', name, namespace),
              message: `EndpointSlice ${namespace ?? ''}/${name}: ${half.message}`,
            };
          }
        }
      }
    }
  };
}

function* overlaps({ sets }: Scene): Generator<Draft> {
  for (const { services } of sets) {
    const owners = new Map<string, { cluster: SceneCluster; slice: EndpointSlice; service: SceneService }>();
    const pairs = new Map<
      string,
      { first: SceneCluster; second: SceneCluster; slice: EndpointSlice; service: SceneService; shared: Set<string> }
    >();
    for (const service of services) {
      for (const { cluster, view, validity } of exportersOf(service)) {
        for (const slice of validity.valid && !usesServiceIPs(cluster) ? view.slices : []) {
          for (const address of slice.endpoints.flatMap(({ addresses }) => addresses)) {
            const owner = owners.get(address);
            if (owner === undefined) owners.set(address, { cluster, slice, service });
            if (owner === undefined || owner.cluster === cluster || !isUsableAddress(address, slice.addressType))
              continue;
            const key = [owner.cluster.name, cluster.name].sort().join(' ');
            const pair = pairs.get(key) ?? { first: owner.cluster, second: cluster, slice, service, shared: new Set() };
            pairs.set(key, pair);
            pair.shared.add(address);
          }
        }
      }
    }
    for (const { first, second, slice, service, shared } of pairs.values()) {
      yield {
        cluster: second.name,
        service: service.key,
        object: ref('EndpointSlice', slice.metadata.name, slice.metadata.namespace),
        field: 'endpoints',
        message: `${first.name} and ${second.name} have endpoints with the same addresses: their Pod networks overlap`,
        evidence: [...[...shared].sort().slice(0, 5), ...(shared.size > 5 ? [`and ${shared.size - 5} more`] : [])],
        fix: { kind: 'doc', text: 'give the clusters Pod networks of their own, or translate addresses (Globalnet)' },
      };
    }
  }
}

/** Submariner translates addresses (Globalnet), so that equal Pod addresses may be meant. */
function usesServiceIPs({ facts }: SceneCluster): boolean {
  return facts.controllers.some(({ name }) => name === 'Submariner');
}
