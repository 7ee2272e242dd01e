import { ABOUT_GROUP, KINDS, MCS_GROUP, type Kind } from '../../api/kinds.ts';
import { isRecord } from '../../api/reader.ts';
import { refOf, showPlace } from '../describe.ts';
import type { Draft, Rule } from '../rule.ts';
import type { SceneCluster } from '../scene.ts';
import { crdFor, served } from './crd-versions.ts';

const OURS: readonly Kind[] = ['ServiceExport', 'ServiceImport', 'ClusterProperty'];

/** 110 to 114: whether the APIs are there, and objects are in them. */
export const CRD_RULES: readonly Rule[] = [
  {
    code: 'MCS110',
    title: 'crds-missing',
    severity: 'error',
    summary: 'The CRDs of the MCS API or the About API are not installed in a cluster.',
    looksAt: 'the kinds that the API server serves',
    why: 'Nothing can be exported, imported or joined there.',
    mend: 'mcs crds install.',
    source: 'KEP-1645, KEP-2149; users.md P8',
    *check({ clusters }) {
      for (const { name, type, failure, facts, flag } of clusters) {
        if (type === 'directory' || failure !== undefined) continue;
        const missing = [
          ...(facts.mcsVersions.length === 0 ? ['the MCS API (multicluster.x-k8s.io)'] : []),
          ...(facts.aboutVersions.length === 0 ? ['the About API (about.k8s.io)'] : []),
        ];
        if (missing.length === 0) continue;
        yield {
          cluster: name,
          message: `${name} does not serve ${missing.join(' and ')}`,
          fix: { kind: 'command', text: `mcs crds install ${flag}` },
        };
      }
    },
  },
  {
    code: 'MCS111',
    title: 'crd-not-serving',
    severity: 'error',
    summary: 'A manifest is in a version that the CRD beside it, or in the cluster, does not serve.',
    looksAt: 'apiVersion of MCS and About objects, spec.versions of their CRDs',
    why: 'The API server refuses the object; GitOps tools stop at the dry run.',
    mend: 'Use a version that is served, or upgrade the CRD first.',
    source: 'keiretsu-labs PR#3009; users.md P65',
    *check({ clusters }) {
      for (const cluster of clusters) yield* unserved(cluster);
    },
  },
  {
    code: 'MCS112',
    title: 'wrong-group-or-version',
    severity: 'error',
    summary: 'An object of the MCS or About API is in a group or version that does not exist.',
    looksAt: 'apiVersion of all manifests',
    why: 'It is refused or ignored; examples in the KEP itself use such a group.',
    mend: 'Write the apiVersion given.',
    source: 'KEP-1645 README against mcs-api; users.md P10',
    *check({ clusters }) {
      for (const { name, manifests } of clusters) {
        for (const { manifest, field, message } of manifests?.misplaced ?? []) {
          yield {
            cluster: name,
            object: refOf(manifest),
            service: `${manifest.namespace ?? 'default'}/${manifest.name}`,
            manifest,
            field,
            message,
            fix: { kind: 'doc', text: message.slice(message.indexOf('write ')) },
          };
        }
      }
    },
  },
  {
    code: 'MCS113',
    title: 'look-alike-group',
    severity: 'info',
    summary: 'Objects of the same kinds are there in the group of another implementation.',
    looksAt: 'ServiceExport and ServiceImport of other groups',
    why: 'kubectl get serviceexports may show the one and not the other; they are not exports of the MCS API.',
    mend: 'Nothing, if it is meant to be so; else use multicluster.x-k8s.io.',
    source: 'implementations.md §1.1; users.md P9',
    *check({ clusters }) {
      for (const { name, manifests } of clusters) {
        for (const manifest of manifests?.all ?? []) {
          const { kind, apiVersion } = manifest;
          if ((kind !== 'ServiceExport' && kind !== 'ServiceImport') || !LOOK_ALIKE.test(apiVersion)) continue;
          yield {
            cluster: name,
            object: refOf(manifest),
            manifest,
            field: 'apiVersion',
            message: `${kind} of ${apiVersion} is no object of the MCS API`,
            fix: { kind: 'doc', text: `for the MCS API write apiVersion: ${MCS_GROUP}/v1beta1` },
          };
        }
      }
    },
  },
  {
    code: 'MCS114',
    title: 'crd-not-approved',
    severity: 'error',
    summary: 'A CRD of group about.k8s.io lacks the approval annotation.',
    looksAt: 'annotation api-approved.kubernetes.io of CRDs of *.k8s.io',
    why: 'An API server refuses it: the group is protected.',
    mend: 'Add the annotation, or use mcs crds install.',
    source: 'KEP-1111; design rule 1',
    *check({ clusters }) {
      for (const { name, crds } of clusters) {
        for (const { crd, manifest } of crds ?? []) {
          if (manifest === undefined || !crd.name.endsWith(`.${ABOUT_GROUP}`) || isApproved(manifest.value)) continue;
          yield {
            cluster: name,
            object: refOf(manifest),
            manifest,
            field: 'metadata.annotations',
            message: `CRD ${crd.name} has no annotation api-approved.kubernetes.io, so API servers refuse it`,
            fix: {
              kind: 'doc',
              text: 'add api-approved.kubernetes.io: https://github.com/kubernetes/enhancements/pull/3084',
            },
          };
        }
      }
    },
  },
];

const LOOK_ALIKE =
  /^(net\.gke\.io|networking\.fleet\.azure\.com|networking\.kubeslice\.io|application-networking\.k8s\.aws|lighthouse\.submariner\.io)\//;

function isApproved(value: unknown): boolean {
  const metadata = isRecord(value) && isRecord(value.metadata) ? value.metadata : {};
  const annotations = isRecord(metadata.annotations) ? metadata.annotations : {};
  return typeof annotations['api-approved.kubernetes.io'] === 'string';
}

function* unserved(cluster: SceneCluster): Generator<Draft> {
  for (const manifest of cluster.manifests?.all ?? []) {
    const kind = OURS.find((each) => each === manifest.kind);
    if (kind === undefined) continue;
    const { group, plural } = KINDS[kind];
    const found = crdFor(cluster, `${plural}.${group}`);
    const version = manifest.apiVersion.slice(group.length + 1);
    if (found === undefined || !manifest.apiVersion.startsWith(`${group}/`) || served(found.crd).includes(version))
      continue;
    yield {
      cluster: cluster.name,
      object: refOf(manifest),
      manifest,
      field: 'apiVersion',
      message: `${manifest.kind} is in ${version}, and the CRD serves ${served(found.crd).join(', ') || 'nothing'}`,
      evidence: found.manifest === undefined ? [] : [`CRD ${found.crd.name} at ${showPlace(found.manifest.place)}`],
      fix: { kind: 'doc', text: `write apiVersion: ${group}/${served(found.crd)[0] ?? version}, or upgrade the CRD` },
      // What it lacks, objects are stored in: then the CRD is wrong, not this object.
      ...(found.crd.versions.some(({ name }) => name === version)
        ? {}
        : { causes: [{ code: 'MCS702', cluster: cluster.name, about: found.crd.name }] }),
    };
  }
}
