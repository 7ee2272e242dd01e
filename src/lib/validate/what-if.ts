import { ref } from './describe.ts';
import type { Draft, Rule } from './rule.ts';
import type { Scene, SceneCluster } from './scene.ts';

/** What controllers make of a service: after an apply they have not been there yet, and that is no fault of the files. */
const FOLLOWS: ReadonlySet<string> = new Set(['MCS230', 'MCS313', 'MCS314', 'MCS404', 'MCS407', 'MCS412', 'MCS414']);

/** Endpoints come with the Pods of a Service: of one that is not there yet nobody knows them. */
const ENDPOINTS: ReadonlySet<string> = new Set(['MCS405', 'MCS406']);

/** Conflicts between clusters: found at the loser. */
const CONFLICT = /^MCS20\d$/;

/**
 * The rules for a scene in which manifests are laid over live clusters. Of services that the files change, they say
 * nothing that only waits for a controller, and a conflict is shown at the file that would bring it about, even where
 * its cluster would win. Without overlays they are the same.
 */
export function whatIf(rules: readonly Rule[]): readonly Rule[] {
  return rules.map((rule) => ({
    ...rule,
    *check(scene) {
      for (const draft of rule.check(scene)) {
        if (isToCome(rule.code, draft, scene)) continue;
        yield CONFLICT.test(rule.code) ? atFile(draft, scene) : draft;
      }
    },
  }));
}

function isToCome(code: string, { service }: Draft, { clusters }: Scene): boolean {
  if (service === undefined) return false;
  return clusters.some(
    ({ applied }) =>
      (FOLLOWS.has(code) && applied?.changed.has(service) === true) ||
      (ENDPOINTS.has(code) && applied?.created.has(service) === true),
  );
}

function atFile(draft: Draft, { clusters }: Scene): Draft {
  const { service } = draft;
  const changes = (cluster: SceneCluster): boolean =>
    service !== undefined && cluster.applied?.changed.has(service) === true;
  const loser = clusters.find(({ name }) => name === draft.cluster);
  const cause = clusters.find(changes);
  if (service === undefined || loser === undefined || cause === undefined || changes(loser)) return draft;
  const kind = draft.object?.kind === 'ServiceExport' ? 'ServiceExport' : 'Service';
  // The field may be in either: the export alone may be new.
  const manifest =
    cause.manifests?.manifestOf(kind, service) ??
    cause.manifests?.manifestOf(kind === 'Service' ? 'ServiceExport' : 'Service', service);
  if (manifest === undefined) return draft;
  return {
    ...draft,
    cluster: cause.name,
    object: ref(manifest.kind === 'Service' ? 'Service' : 'ServiceExport', manifest.name, manifest.namespace),
    manifest,
    fix: { kind: 'doc', text: `make ${cause.name} and ${loser.name} say the same of ${service} before it is applied` },
  };
}
