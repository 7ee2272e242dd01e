import { isRecord } from '../../api/reader.ts';
import { ClusterError } from '../../errors.ts';
import type { FoundController } from '../cluster.ts';
import type { API } from './api.ts';
import type { Intent } from './status.ts';

/** One other implementation: the object that shows it at work, and what it would do to ours. */
interface Row {
  readonly name: string;
  /** Only looked for where an API group says it may be there (a name, or the end of one with a dot before it); `mcs`: where MCS CRDs are. */
  readonly gate: string;
  readonly probe: Probe;
  readonly hazard: string;
}

interface Probe {
  readonly kind: keyof typeof PATHS;
  readonly namespace?: string;
  readonly name: string;
  /** For a ConfigMap: the key that must be `true`. */
  readonly key?: string;
}

const PATHS = {
  Deployment: { root: '/apis/apps/v1', plural: 'deployments', resource: 'deployments.apps' },
  ConfigMap: { root: '/api/v1', plural: 'configmaps', resource: 'configmaps' },
  Namespace: { root: '/api/v1', plural: 'namespaces', resource: 'namespaces' },
  Pod: { root: '/api/v1', plural: 'pods', resource: 'pods' },
} as const;

/** Workloads by their default names; an API group alone is no proof, since CRDs outlive what brought them. */
const ROWS: readonly Row[] = [
  {
    name: 'Submariner',
    gate: 'submariner.io',
    probe: { kind: 'Deployment', namespace: 'submariner-operator', name: 'submariner-lighthouse-agent' },
    hazard: 'its agent makes the ServiceImports from its broker, and removes those it does not know when it starts',
  },
  {
    name: 'Cilium',
    gate: 'cilium.io',
    probe: { kind: 'ConfigMap', namespace: 'kube-system', name: 'cilium-config', key: 'clustermesh-enable-mcs-api' },
    hazard:
      'its operator deletes ServiceImports that no exporting cluster of its mesh stands behind, and replaces all labels and annotations of the others',
  },
  {
    name: 'GKE Multi-cluster Services',
    gate: 'net.gke.io',
    probe: { kind: 'Namespace', name: 'gke-mcs' },
    hazard: 'it serves its own group net.gke.io: a Service exported in both would get two imports and two addresses',
  },
  {
    name: 'AWS Cloud Map MCS controller',
    gate: 'mcs',
    probe: { kind: 'Deployment', namespace: 'cloud-map-mcs-system', name: 'cloud-map-mcs-controller-manager' },
    hazard:
      'every few seconds it deletes the ServiceImports that Cloud Map does not list, and sets spec and annotations of the rest',
  },
  {
    name: 'Antrea Multi-cluster',
    gate: 'multicluster.crd.antrea.io',
    probe: { kind: 'Deployment', namespace: 'kube-system', name: 'antrea-mc-controller' },
    hazard: 'it deletes ServiceImports that its leader did not hand out, when it starts and when its ClusterSet goes',
  },
  {
    name: 'Karmada',
    gate: '.karmada.io',
    probe: { kind: 'Deployment', namespace: 'karmada-system', name: 'karmada-controller-manager' },
    hazard: 'it propagates ServiceImports to its members and makes derived Services and slices for them, beside ours',
  },
  {
    name: 'Azure Fleet networking',
    gate: 'networking.fleet.azure.com',
    probe: { kind: 'Deployment', namespace: 'fleet-system', name: 'member-net-controller-manager' },
    hazard: 'it exports the same Services through its own kinds, so that they would be imported twice',
  },
  {
    name: 'mcs-api reference controller',
    gate: 'mcs',
    probe: { kind: 'Pod', namespace: 'default', name: 'mcs-api-controller' },
    hazard: 'it makes a derived Service of the same name for every ServiceImport, and would write its IPs and status',
  },
];

/** The other MCS controllers at work in a cluster, and the names of those that one may not look for. */
export async function findControllers(
  api: API,
  groups: ReadonlySet<string>,
  hasMCS: boolean,
): Promise<{ readonly controllers: readonly FoundController[]; readonly unknown: readonly string[] }> {
  const passes = ({ gate }: Row): boolean =>
    gate === 'mcs'
      ? hasMCS
      : gate.startsWith('.')
        ? [...groups].some((group) => group.endsWith(gate))
        : groups.has(gate);
  const answers = await Promise.all(
    ROWS.filter(passes).map(async (row) => ({ row, found: await look(api, row.probe) })),
  );
  return {
    controllers: answers
      .filter(({ found }) => found === true)
      .map(({ row: { name, probe, hazard } }) => ({ name, evidence: evidenceOf(probe), hazard })),
    unknown: answers.filter(({ found }) => found === undefined).map(({ row }) => row.name),
  };
}

/** Whether the probed object is there and at work; undefined when that may not be seen. */
async function look(api: API, probe: Probe): Promise<boolean | undefined> {
  const { root, plural, resource } = PATHS[probe.kind];
  const { namespace, name } = probe;
  const path = `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}/${name}`;
  const intent: Intent = { verb: 'get', resource, name, ...(namespace === undefined ? {} : { namespace }) };
  try {
    return isAtWork(await api.find({ method: 'GET', path }, intent), probe.key);
  } catch (error) {
    if (error instanceof ClusterError && (error.reason === 'forbidden' || error.reason === 'failed')) return undefined;
    if (error instanceof ClusterError && error.reason === 'not-served') return false;
    throw error;
  }
}

/** A Deployment scaled to zero does nothing; a ConfigMap counts when its key is `true`. */
function isAtWork(object: unknown, key: string | undefined): boolean {
  if (!isRecord(object)) return false;
  if (key !== undefined) return isRecord(object.data) && object.data[key] === 'true';
  return !(isRecord(object.spec) && object.spec.replicas === 0);
}

function evidenceOf({ kind, namespace, name, key }: Probe): string {
  const object = namespace === undefined ? name : `${namespace}/${name}`;
  return `${kind} ${object}${key === undefined ? '' : ` with ${key}: true`}`;
}
