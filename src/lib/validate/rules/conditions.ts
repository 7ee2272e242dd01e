import { CONFLICT, READY } from '../../api/conditions.ts';
import { whoseReason } from '../../explain/implementations.ts';
import { ref } from '../describe.ts';
import type { Fix } from '../finding.ts';
import type { Draft, Rule } from '../rule.ts';
import { type Scene, type SceneService, clusterNamed } from '../scene.ts';
import { conflictCauses } from './conflicts.ts';
import { eachExport, exportersOf } from './exporters.ts';
import { gateFix, gateHint } from './gate-fix.ts';
import { areSetApart } from './kustomized.ts';
import { mcs, reconcileFix } from './reconcile-fix.ts';

/** Implementations that never write a condition on an export (implementations.md §1.2): their silence means nothing. */
const SILENT: ReadonlySet<string> = new Set(['AWS Cloud Map MCS controller', 'Karmada', 'Istio', 'Linkerd']);

/** What the conditions of ServiceExports say, held against the objects: 222, 230, 312 to 314. */
export const CONDITION_RULES: readonly Rule[] = [
  {
    code: 'MCS222',
    title: 'winner-to-be-replaced',
    severity: 'warning',
    summary: 'The export that wins a conflict is deleted and made anew by a GitOps tool.',
    looksAt: 'sync options of Argo CD and Flux on the oldest ServiceExport of a service whose clusters disagree',
    why: 'A new object is the youngest: at the next sync another cluster wins, and ports or type change for everybody.',
    mend: 'End the conflict, or take the option off the ServiceExport.',
    source: 'users.md P41; Argo CD sync options Replace and Force; Flux kustomize-controller force',
    *check({ sets }) {
      for (const { services } of sets) for (const service of services) yield* replaced(service);
    },
  },
  {
    code: 'MCS230',
    title: 'condition-contradicts',
    severity: 'warning',
    summary: 'A Valid or Conflict condition says otherwise than the objects do.',
    looksAt: 'conditions Valid and Conflict of the ServiceExports, and all that they are about',
    why: 'The controller has not run since, knows fewer clusters, or merges by other rules: who reads conditions is misled.',
    mend: 'Look at the controller of that cluster; where it is mcs: mcs reconcile.',
    source: 'KEP-1645, "Status"; implementations.md §1.3',
    *check(scene) {
      for (const { services } of scene.sets) {
        for (const { status, key, name, namespace } of services) {
          for (const { cluster, reason } of status.contradictions) {
            // Who is not here may disagree with those who are.
            const knowsMore = reason.includes(`${CONFLICT}=True`) && (scene.isPartial || status.unreachable.length > 0);
            yield {
              cluster,
              ...(knowsMore ? { severity: 'unknown' as const } : {}),
              service: key,
              object: ref('ServiceExport', name, namespace),
              field: 'status.conditions',
              message: reason,
              fix: keeperFix(scene, cluster),
              causes: ['MCS301', 'MCS302', 'MCS303'].map((code) => ({ code, cluster, service: key })),
            };
          }
        }
      }
    },
  },
  {
    code: 'MCS312',
    title: 'refused-by-implementation',
    severity: 'warning',
    summary: 'A valid export is not Ready, and its controller says why.',
    looksAt: 'conditions Ready, Exported and Synced of valid ServiceExports',
    why: 'Nothing is imported elsewhere although all objects are right.',
    mend: 'Do what the reason says; its words are those of the implementation.',
    source: 'implementations.md §1.2; users.md P17, P33',
    check: eachExport(({ view, validity, cluster }, { name, namespace, key }, scene) => {
      if (!validity.valid) return undefined;
      const refusal = view.export?.status?.conditions?.find(
        ({ type, status, reason }) =>
          (type === READY || type === 'Exported' || type === 'Synced') &&
          status === 'False' &&
          reason !== 'Pending' &&
          reason !== '',
      );
      if (refusal === undefined) return undefined;
      return {
        object: ref('ServiceExport', name, namespace),
        field: 'status.conditions',
        message: `${refusal.type}=False ${refusal.reason}`,
        evidence: refusal.message === '' ? [] : [refusal.message],
        fix: refusalFix(refusal.reason, key, gateFix(scene, cluster, namespace)),
      };
    }),
  },
  {
    code: 'MCS313',
    title: 'not-processed',
    severity: 'warning',
    summary: 'An export carries no condition while others of the same cluster do.',
    looksAt: 'conditions of the ServiceExports of each cluster',
    why: 'The controller has not seen it, or leaves it out: nothing is imported, and nothing says so.',
    mend: 'Look at the log of the controller; where it is mcs: mcs reconcile.',
    source: 'users.md P17, P32; KEP-1645, "Status"',
    check: eachExport(({ view, cluster, validity }, { name, namespace }, scene) => {
      const { conditions } = view.export?.status ?? {};
      const isSilent = cluster.facts.controllers.some((controller) => SILENT.has(controller.name));
      if (!validity.valid || isSilent || (conditions?.length ?? 0) > 0 || !cluster.generated.conditions)
        return undefined;
      return {
        object: ref('ServiceExport', name, namespace),
        message: `no condition, although other exports of ${cluster.name} have some`,
        evidence: gateHint(cluster, namespace),
        fix: gateFix(scene, cluster, namespace),
      };
    }),
  },
  {
    code: 'MCS314',
    title: 'generation-behind',
    severity: 'warning',
    summary: 'The conditions of an export are about an older generation of it.',
    looksAt: 'metadata.generation and observedGeneration of the ServiceExports',
    why: 'What the conditions say may no longer be true: the controller is behind, or stopped.',
    mend: 'Look at the controller of that cluster; where it is mcs: mcs reconcile.',
    source: 'KEP-1645, "Status"; metav1.Condition',
    check: eachExport(({ view, cluster }, { name, namespace }, scene) => {
      const { generation } = view.export?.metadata ?? {};
      const behind = view.export?.status?.conditions?.find(
        ({ observedGeneration }) =>
          observedGeneration !== undefined && generation !== undefined && observedGeneration < generation,
      );
      if (behind === undefined) return undefined;
      return {
        object: ref('ServiceExport', name, namespace),
        field: 'status.conditions',
        message: `condition ${behind.type} is of an older generation than the export`,
        evidence: [`generation ${generation ?? 0}, observed ${behind.observedGeneration ?? 0}`],
        fix: reconcileFix(scene, cluster),
      };
    }),
  },
];

/** What mends a refusal, where the reason is known. */
function refusalFix(reason: string, key: string, gate: Fix): Fix {
  if (reason === 'NamespaceNotGlobal') return gate;
  const probe = `set timeoutSeconds of the readinessProbe of the Pods behind Service ${key} to at most its periodSeconds`;
  if (reason === 'ReadinessProbeError') return { kind: 'doc', text: probe }; // GKE, users.md P33
  const whose = whoseReason(reason);
  const who = whose === undefined || whose === 'KEP-1645' ? 'the controller of this cluster' : whose;
  return { kind: 'doc', text: `see what reason ${reason} means to ${who}` };
}

/** The controller that keeps the conditions of a cluster. */
function keeperFix(scene: Scene, name: string): Fix {
  const cluster = clusterNamed(scene, name);
  return cluster === undefined ? mcs(scene, 'mcs reconcile') : reconcileFix(scene, cluster);
}

/** The option by which a GitOps tool deletes an object and makes it anew instead of patching it. */
function replacingOption(
  annotations: Readonly<Record<string, string>> = {},
): { key: string; text: string } | undefined {
  const key = 'argocd.argoproj.io/sync-options';
  const options = (annotations[key] ?? '').split(',').map((option) => option.trim());
  const option = options.find((one) => one === 'Replace=true' || one === 'Force=true');
  if (option !== undefined) return { key, text: `${key}: ${option}` };
  const flux = 'kustomize.toolkit.fluxcd.io/force';
  return annotations[flux]?.toLowerCase() === 'enabled' ? { key: flux, text: `${flux}: enabled` } : undefined;
}

function* replaced(service: SceneService): Generator<Draft> {
  const { merged } = service.plan;
  if (merged === undefined || merged.conflicts.length === 0 || areSetApart(service)) return;
  const winner = exportersOf(service).find(({ id }) => id === merged.claims[0].cluster);
  const option = replacingOption(winner?.view.export?.metadata.annotations);
  if (winner === undefined || option === undefined) return;
  const { key, name, namespace } = service;
  const [next] = merged.claims.slice(1);
  yield {
    cluster: winner.cluster.name,
    service: key,
    object: ref('ServiceExport', name, namespace),
    field: `metadata.annotations["${option.key}"]`,
    message: `the winner ${winner.cluster.name} is replaced at each sync (${option.text}); then ${next?.cluster ?? 'another cluster'} wins`,
    evidence: merged.conflicts.map(({ field, used }) => `${field}: ${used} is used`),
    fix: { kind: 'doc', text: `take ${option.text} off ServiceExport ${key}, or make the exporters agree` },
    causes: conflictCauses(service, merged.conflicts),
  };
}
