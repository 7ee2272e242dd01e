import type { Overlaid } from '../clusters/open.ts';
import { NothingUsableError } from '../errors.ts';
import { withoutTwins } from '../plan/membership.ts';
import { type PlannedCluster, buildScene } from '../validate/build-scene.ts';
import { type Located, runRules } from '../validate/engine.ts';
import type { Finding, Severity, ValidatedCluster } from '../validate/finding.ts';
import { RULES } from '../validate/rules.ts';
import type { Scene, SceneCluster } from '../validate/scene.ts';
import { whatIf } from '../validate/what-if.ts';
import { inParallel } from './in-parallel.ts';
import { withOverlays } from './overlays.ts';
import { scan } from './scan.ts';
import { sceneCluster } from './scene-cluster.ts';

export interface ValidateOptions {
  /** Only this clusterset is looked into. */
  readonly clusterset?: string;
  /** Clusters read at a time. */
  readonly concurrency: number;
  /** System namespaces allowed by name. */
  readonly allowedNamespaces: readonly string[];
  /** Severities by code that replace those of the rules. */
  readonly severities: ReadonlyMap<string, Severity>;
  /** The CRDs that this mcs installs. */
  readonly ours: Scene['ours'];
  /** RFC 3339: when manifests that are laid over a cluster would be applied. */
  readonly now: string;
  /** True when only some of the contexts there are were chosen. */
  readonly isPartial: boolean;
  /** Called as each cluster was read. */
  readonly onCluster?: (name: string, failed: boolean) => void;
}

/** What was found, before anything of it is suppressed. */
export interface Validated {
  readonly clusterset?: string;
  readonly clusters: readonly ValidatedCluster[];
  readonly services: number;
  readonly findings: readonly Finding[];
  /** Files that are no manifests. */
  readonly leftOut: readonly { readonly file: string; readonly why: string }[];
  /** What live clusters told on the way. */
  readonly warnings: readonly { readonly cluster: string; readonly message: string }[];
  readonly scene: Scene;
}

/**
 * Reads the clusters and runs all rules over them; writes nothing, and with directories alone asks no network.
 * @throws NothingUsableError when no cluster could be read at all
 */
export async function validateClusters(clusters: readonly Overlaid[], options: ValidateOptions): Promise<Validated> {
  const read = await inParallel(clusters, options.concurrency, async ({ cluster, over }) => {
    const below = over === undefined ? {} : { over: await scan(over) };
    const scanned = await scan(cluster);
    options.onCluster?.(cluster.name, (below.over ?? scanned).failure !== undefined);
    return { cluster, scanned, ...below };
  });
  const planned = withOverlays(read, options.now).map(({ cluster, scanned }) => sceneCluster(cluster, scanned));
  requireOne(planned.map(({ cluster }) => cluster));
  const { kept, twins } = withoutTwinsIn(planned);
  const scene = buildScene(kept, { ...options, twins });
  const located = runRules(scene, whatIf(RULES), { severities: options.severities });
  const [only, ...others] = scene.sets;
  const clusterset = others.length === 0 ? only?.clusterset : undefined;
  return {
    ...(clusterset === undefined ? {} : { clusterset }),
    clusters: scene.clusters.map(describe),
    services: scene.sets.reduce((sum, set) => sum + set.services.length, 0),
    findings: located.map((each) => withLine(scene, each)),
    leftOut: scene.clusters.flatMap(({ manifests }) => manifests?.leftOut ?? []),
    warnings: read.flatMap(({ cluster, scanned, over }) =>
      cluster.type === 'directory' && over === undefined
        ? []
        : (over ?? scanned).facts.warnings.map((message) => ({ cluster: cluster.name, message })),
    ),
    scene,
  };
}

/** Of several contexts of one cluster the first counts, but one with manifests laid over it before all others. */
function withoutTwinsIn(planned: readonly PlannedCluster[]): {
  readonly kept: readonly PlannedCluster[];
  readonly twins: Scene['twins'];
} {
  const isOverlay = ({ cluster }: PlannedCluster): boolean => cluster.type === 'overlay';
  const preferred = [...planned.filter(isOverlay), ...planned.filter((each) => !isOverlay(each))];
  const first = new Set(withoutTwins(preferred.map((each) => ({ ...each.cluster.identity, each }))).kept);
  const kept = planned.filter((each) => [...first].some((one) => one.each === each));
  const twins = planned.flatMap((each) => {
    const twin = kept.find(({ cluster }) => cluster.identity.uid === each.cluster.identity.uid);
    return kept.includes(each) || twin === undefined ? [] : [{ kept: twin.cluster.name, left: each.cluster.name }];
  });
  return { kept, twins };
}

function requireOne(clusters: readonly SceneCluster[]): void {
  const [first] = clusters;
  if (first?.failure === undefined || clusters.some(({ failure }) => failure === undefined)) return;
  throw new NothingUsableError(`no cluster answered; ${first.name}: ${first.failure.message}`, first.failure.next);
}

/** The line of the offending field: only the files that findings are in are read again. */
function withLine(scene: Scene, { finding, draft, manifest }: Located): Finding {
  if (manifest === undefined || draft.field === undefined || draft.place !== undefined) return finding;
  const cluster = scene.clusters.find(({ name }) => name === draft.cluster);
  const line = cluster?.manifests?.lineOf(manifest, draft.field);
  return line === undefined ? finding : { ...finding, line };
}

function describe({ name, type, location, identity, failure }: SceneCluster): ValidatedCluster {
  return {
    cluster: name,
    ...(identity.id === undefined ? {} : { id: identity.id }),
    ...(identity.clusterset === undefined ? {} : { clusterset: identity.clusterset }),
    type,
    location,
    state: failure === undefined ? 'ok' : 'unreachable',
  };
}
