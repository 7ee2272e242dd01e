import { compareCRD } from '../../api/crds.ts';
import { MCS_GROUP } from '../../api/kinds.ts';
import { refOf, showPlace } from '../describe.ts';
import type { Draft, Rule } from '../rule.ts';
import type { Scene, SceneCluster } from '../scene.ts';
import { crdFor, crdRef, mcsVersionsOf } from './crd-versions.ts';
import { crdFix } from './crd-fix.ts';

const SERVICE_EXPORTS = `serviceexports.${MCS_GROUP}`;

/** 701 to 705: on the way to v1beta1. */
export const UPGRADE_RULES: readonly Rule[] = [
  {
    code: 'MCS701',
    title: 'v1beta1-not-served',
    severity: 'warning',
    summary: 'A cluster serves the MCS API in v1alpha1 only.',
    looksAt: 'served versions of ServiceExport and ServiceImport',
    why: 'A controller that wants v1beta1 takes exports there for absent, and peers delete their imports.',
    mend: 'Upgrade the CRDs before the controllers: mcs crds install. Everywhere the same it is no more than a note.',
    source: 'cilium#47793; users.md P83',
    check: oldOnly,
  },
  {
    code: 'MCS702',
    title: 'stored-version-missing',
    severity: 'error',
    summary: 'A CRD lacks a version in which objects are stored.',
    looksAt: 'status.storedVersions in the cluster, spec.versions in the cluster and in Git',
    why: 'The API server refuses the CRD, and what GitOps applies with it is stuck.',
    mend: 'Keep the version in spec.versions until storedVersions no longer has it.',
    source: 'keiretsu-labs PR#3009; users.md P65, P84',
    *check({ clusters }) {
      for (const cluster of clusters) yield* missingStored(cluster);
    },
  },
  {
    code: 'MCS703',
    title: 'crd-older',
    severity: 'info',
    summary: 'An installed CRD is older than the one mcs brings along.',
    looksAt: 'labels release-version and crd-schema-revision of the CRDs',
    why: 'Newer fields (exported labels, IP families, traffic distribution) cannot be kept there.',
    mend: 'mcs crds install.',
    source: 'design rule 4',
    *check({ clusters, ours }) {
      for (const cluster of clusters) {
        const { name } = cluster;
        for (const { crd, manifest } of cluster.crds ?? []) {
          const own = ours.find((each) => each.name === crd.name);
          if (own === undefined || compareCRD(crd, own) !== 'older') continue;
          yield {
            cluster: name,
            object: crdRef(crd),
            about: crd.name,
            ...(manifest === undefined ? {} : { manifest }),
            message: `CRD ${crd.name} is older than the one mcs installs`,
            fix: crdFix([cluster], crd.name),
            causes: ['MCS702', 'MCS701', 'MCS704'].map((code) => ({ code, cluster: name, about: crd.name })),
          };
        }
      }
    },
  },
  {
    code: 'MCS704',
    title: 'mixed-versions',
    severity: 'warning',
    summary: 'The clusters have CRDs of different releases of the MCS API.',
    looksAt: 'label multicluster.x-k8s.io/release-version of the CRDs of all clusters',
    why: 'Fields that one cluster keeps, another drops: imports of one service differ, and conflicts are told differently.',
    mend: 'Bring all clusters to one release.',
    source: 'lighthouse PR#1675; users.md P82',
    check: mixed,
  },
  {
    code: 'MCS705',
    title: 'manifest-in-v1alpha1',
    severity: 'info',
    summary: 'Manifests are in v1alpha1 where v1beta1 is served.',
    looksAt: 'apiVersion of MCS objects in files',
    why: 'v1alpha1 will go; the schemas are the same, so the change is one word.',
    mend: `Write ${MCS_GROUP}/v1beta1.`,
    source: 'mcs-api PR#133; users.md P84',
    *check({ clusters }) {
      for (const cluster of clusters) yield* inAlpha(cluster);
    },
  },
];

function* oldOnly({ clusters }: Scene): Generator<Draft> {
  const known = clusters.flatMap((cluster) => {
    const versions = mcsVersionsOf(cluster);
    return versions === undefined ? [] : [{ cluster, isOld: !versions.includes('v1beta1') }];
  });
  const old = known.filter(({ isOld }) => isOld);
  const [first] = old;
  if (first === undefined) return;
  const everywhere = old.length === known.length;
  const manifest = crdFor(first.cluster, SERVICE_EXPORTS)?.manifest;
  yield {
    cluster: first.cluster.name,
    object: { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: SERVICE_EXPORTS },
    about: SERVICE_EXPORTS,
    ...(manifest === undefined ? {} : { manifest }),
    ...(everywhere ? { severity: 'info' as const } : {}),
    message: everywhere
      ? 'v1beta1 of the MCS API is served nowhere'
      : `${old.map(({ cluster }) => cluster.name).join(', ')} ${old.length === 1 ? 'serves' : 'serve'} v1alpha1 of the MCS API only, others v1beta1`,
    evidence: known.map(({ cluster, isOld }) => `${cluster.name}: ${isOld ? 'v1alpha1 only' : 'v1beta1'}`),
    fix: crdFix(
      old.map(({ cluster }) => cluster),
      SERVICE_EXPORTS,
    ),
    causes: [{ code: 'MCS702', cluster: first.cluster.name, about: SERVICE_EXPORTS }],
  };
}

function* missingStored({ name, crds }: SceneCluster): Generator<Draft> {
  for (const { crd, manifest, from } of crds ?? []) {
    // What a file says is stored is nobody's business; what the cluster stores is.
    const live = crds?.find((each) => each.from === 'live' && each.crd.name === crd.name)?.crd ?? crd;
    const known = new Set(crd.versions.map((version) => version.name));
    const missing = live.storedVersions.filter((version) => !known.has(version));
    if (missing.length === 0) continue;
    yield {
      cluster: name,
      object: crdRef(crd),
      about: crd.name,
      ...(manifest === undefined ? {} : { manifest }),
      field: 'spec.versions',
      message: `CRD ${crd.name}: objects are stored in ${missing.join(', ')}, which ${from === 'file' ? 'the file' : 'it'} does not have`,
      fix: { kind: 'doc', text: `keep ${missing.join(', ')} in spec.versions of CRD ${crd.name}` },
    };
  }
}

function* mixed({ clusters }: Scene): Generator<Draft> {
  const releases = clusters.flatMap((cluster) => {
    const found = crdFor(cluster, SERVICE_EXPORTS);
    const release = found?.crd.labels['multicluster.x-k8s.io/release-version'];
    return found === undefined || release === undefined ? [] : [{ ...found, cluster, release }];
  });
  const byAge = releases.toSorted((a, b) =>
    compareCRD(a.crd, b.crd) === 'older' ? -1 : Number(a.release !== b.release),
  );
  const [oldest, newest] = [byAge[0], byAge.at(-1)];
  if (oldest === undefined || newest === undefined || oldest.release === newest.release) return;
  const behind = releases.filter(({ release }) => release !== newest.release);
  yield {
    cluster: oldest.cluster.name,
    object: crdRef(oldest.crd),
    about: SERVICE_EXPORTS,
    ...(oldest.manifest === undefined ? {} : { manifest: oldest.manifest }),
    message: `CRDs of the MCS API are of ${newest.release} in ${newest.cluster.name} and of ${oldest.release} in ${oldest.cluster.name}`,
    evidence: releases.map(({ cluster, release }) => `${cluster.name}: ${release}`),
    fix: crdFix(
      behind.map(({ cluster }) => cluster),
      SERVICE_EXPORTS,
    ),
    causes: ['MCS702', 'MCS701'].map((code) => ({ code, cluster: oldest.cluster.name, about: SERVICE_EXPORTS })),
  };
}

function* inAlpha(cluster: SceneCluster): Generator<Draft> {
  const old = (cluster.manifests?.all ?? []).filter(
    ({ apiVersion, kind }) =>
      apiVersion === `${MCS_GROUP}/v1alpha1` && (kind === 'ServiceExport' || kind === 'ServiceImport'),
  );
  const [first] = old;
  if (first === undefined || mcsVersionsOf(cluster)?.includes('v1beta1') === false) return;
  yield {
    cluster: cluster.name,
    object: refOf(first),
    manifest: first,
    field: 'apiVersion',
    message: 'manifests are in v1alpha1 of the MCS API',
    evidence: [
      ...old.slice(0, 5).map(({ place }) => showPlace(place)),
      ...(old.length > 5 ? [`and ${old.length - 5} more`] : []),
    ],
    fix: { kind: 'doc', text: `write apiVersion: ${MCS_GROUP}/v1beta1: the schemas are the same` },
  };
}
