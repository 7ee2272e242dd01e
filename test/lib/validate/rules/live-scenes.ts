import type { Cluster } from '../../../../src/lib/clusters/cluster.ts';
import { crd, exported, imported, live, member } from '../live.ts';

/** Clusters with API servers, and what is to be found: what no folder of manifests can tell. */
export interface LiveScene {
  readonly clusters: () => readonly Cluster[];
  readonly isPartial?: boolean;
  readonly expected: readonly string[];
}

const CILIUM = { name: 'Cilium', evidence: 'Deployment kube-system/cilium-operator', hazard: 'both would write' };
const BOTH = ['v1beta1', 'v1alpha1'];

export const LIVE_SCENES: Readonly<Record<string, LiveScene>> = {
  'a cluster that imports what the other exports': {
    clusters: () => [
      live('east', member('east') + exported('cart', '10.1.0.1') + imported('cart', 'east')),
      live('west', member('west') + imported('cart', 'east')),
    ],
    expected: [],
  },
  'P74: one cluster does not answer': {
    clusters: () => [
      live('east', member('east') + exported('cart', '10.1.0.1') + imported('cart', 'east')),
      live('west', member('west') + imported('cart', 'ap-3') + imported('ledger')),
      live('north', '', { down: true }),
    ],
    expected: [
      'MCS001 unknown north',
      'MCS402 unknown west ServiceImport shop/ledger < MCS001',
      'MCS601 unknown west EndpointSlice shop/cart-ap-3 < MCS001',
      'MCS602 unknown west ServiceImport shop/cart < MCS001',
    ],
  },
  'P74: what may not be listed is not known': {
    clusters: () => [
      live('east', member('east') + exported('cart', '10.1.0.1') + imported('cart', 'east'), {
        forbidden: ['EndpointSlice'],
      }),
      live('west', member('west'), { forbidden: ['Namespace', 'ServiceImport'] }),
    ],
    expected: [
      'MCS002 unknown east',
      'MCS002 unknown west',
      'MCS002 unknown west',
      'MCS101 unknown west Namespace shop < MCS002',
      'MCS405 unknown east Service shop/cart < MCS002',
    ],
  },
  'P74: an import may be there where imports may not be listed': {
    clusters: () => [
      live('east', member('east') + exported('cart', '10.1.0.1') + imported('cart', 'east')),
      live('west', member('west'), { forbidden: ['ServiceImport'] }),
    ],
    expected: ['MCS002 unknown west', 'MCS404 unknown west ServiceImport shop/cart < MCS002'],
  },
  'P74: one import is missing for sure, and of another nobody can tell': {
    clusters: () => [
      live('east', member('east') + exported('cart', '10.1.0.1'), { forbidden: ['ServiceImport'] }),
      live('west', member('west')),
    ],
    expected: [
      'MCS002 unknown east',
      'MCS404 unknown east ServiceImport shop/cart < MCS002',
      'MCS404 warning west ServiceImport shop/cart',
    ],
  },
  'P74: a source may be the cluster whose id nobody may read': {
    clusters: () => [
      live('east', member('east') + exported('cart', '10.1.0.1') + imported('cart', 'east')),
      live('west', member('west') + imported('cart', 'ap-3')),
      live('north', '{kind: Namespace, metadata: {name: web}}', { forbidden: ['ClusterProperty'] }),
    ],
    expected: [
      'MCS002 unknown north',
      'MCS601 unknown west EndpointSlice shop/cart-ap-3 < MCS002',
      'MCS602 unknown west ServiceImport shop/cart < MCS002',
    ],
  },
  'P74: a Service may be there where Services may not be listed': {
    clusters: () => [
      live('east', member('east') + exported('cart', '10.1.0.1'), { forbidden: ['Service'] }),
      live('west', member('west') + imported('cart', 'east')),
    ],
    expected: [
      'MCS002 unknown east',
      'MCS301 unknown east ServiceExport shop/cart < MCS002',
      'MCS402 unknown west ServiceImport shop/cart < MCS002',
    ],
  },
  'P74: who may not list ClusterProperties does not know who is a member': {
    clusters: () => [
      live('east', member('east') + exported('cart', '10.1.0.1') + imported('cart', 'east')),
      live('west', `{kind: Namespace, metadata: {name: shop}}\n---\n${exported('web', '10.2.0.1')}`, {
        forbidden: ['ClusterProperty'],
      }),
    ],
    expected: ['MCS002 unknown west', 'MCS124 unknown west ClusterProperty clusterset.k8s.io < MCS002'],
  },
  'P53: a source may be among the contexts that were not chosen': {
    isPartial: true,
    clusters: () => [live('west', member('west') + imported('cart', 'ap-3'))],
    expected: [
      'MCS402 unknown west ServiceImport shop/cart',
      'MCS601 unknown west EndpointSlice shop/cart-ap-3',
      'MCS602 unknown west ServiceImport shop/cart < MCS601',
    ],
  },
  'P40: who was not chosen may be the one who disagrees': {
    isPartial: true,
    clusters: () => [
      live(
        'east',
        `${member('east')}${exported('cart', '10.1.0.1')}${imported('cart', 'east')}
{kind: ServiceExport, metadata: {name: cart, namespace: shop}, status: {conditions: [{type: Conflict, status: 'True', reason: PortConflict, message: '', lastTransitionTime: '2026-01-01T00:00:00Z'}]}}
`,
      ),
    ],
    expected: ['MCS230 unknown east ServiceExport shop/cart'],
  },
  'P77: two contexts of one cluster': {
    clusters: () => [live('east', member('east')), live('admin', member('east'), { served: { uid: 'uid-of-east' } })],
    expected: ['MCS003 warning admin'],
  },
  'P8: the CRDs are not installed': {
    clusters: () => [
      live('east', member('east')),
      live('west', '', { served: { mcsVersions: [], aboutVersions: [] }, forbidden: [] }),
    ],
    expected: ['MCS110 error west'],
  },
  'P7: ids that Cilium refuses': {
    clusters: () => [live('east', member('default'), { served: { controllers: [CILIUM] } })],
    expected: ['MCS127 warning east ClusterProperty cluster.clusterset.k8s.io', 'MCS130 info east'],
  },
  'P82, P83: releases of the API differ, and one serves the old version alone': {
    clusters: () => [
      live('east', member('east'), { crds: [crd('v0.5.2', BOTH)] }),
      live('west', member('west'), { crds: [crd('v0.1.0', ['v1alpha1'])], served: { mcsVersions: ['v1alpha1'] } }),
    ],
    expected: [
      'MCS701 warning west CustomResourceDefinition serviceexports.multicluster.x-k8s.io',
      'MCS703 info west CustomResourceDefinition serviceexports.multicluster.x-k8s.io < MCS701',
      'MCS704 warning west CustomResourceDefinition serviceexports.multicluster.x-k8s.io < MCS701',
    ],
  },
  'P84: a stored version is gone from the CRD': {
    clusters: () => [live('east', member('east'), { crds: [crd('v0.5.2', ['v1beta1'], BOTH)] })],
    expected: ['MCS702 error east CustomResourceDefinition serviceexports.multicluster.x-k8s.io'],
  },
};
