import type { OptionalField } from '../api/fields.ts';
import type { Member, PlanOptions } from '../plan/member.ts';
import { compareText } from '../plan/order.ts';
import { planService } from '../plan/service-plan.ts';
import { serviceStatus } from '../plan/service-status.ts';
import { OBSERVED_KINDS } from '../plan/observed.ts';
import { type Scene, type SceneCluster, type SceneService, type SceneSet, isListed } from './scene.ts';

/** A cluster with what a plan needs to know of it. */
export interface PlannedCluster {
  readonly cluster: SceneCluster;
  readonly fields: ReadonlySet<OptionalField>;
}

export interface BuildOptions {
  /** Only this clusterset is looked into. */
  readonly clusterset?: string;
  readonly isPartial: boolean;
  readonly twins: Scene['twins'];
  readonly ours: Scene['ours'];
  readonly allowedNamespaces: readonly string[];
}

/** Submariner keeps its inner bookkeeping as ServiceImports of its own namespace; they are nobody's services. */
const INNER_NAMESPACES: ReadonlySet<string> = new Set(['submariner-operator', 'submariner-k8s-broker']);

/**
 * Puts clusters together by clusterset and plans their services: pure. Who is a member without a usable id takes part
 * under its name, so that one fault of its identity does not hide what else is wrong; the fault is a finding itself.
 */
export function buildScene(planned: readonly PlannedCluster[], options: BuildOptions): Scene {
  const clusters = planned.map(({ cluster }) => cluster);
  const known = planned.filter(({ cluster }) => cluster.failure === undefined);
  const names = new Set(known.flatMap(({ cluster }) => cluster.identity.clusterset ?? []));
  const wanted = options.clusterset === undefined ? [...names].sort(compareText) : [options.clusterset];
  const groups =
    names.size === 0
      ? [{ clusterset: undefined, of: known }]
      : wanted.map((clusterset) => ({
          clusterset,
          of: known.filter(({ cluster }) => cluster.identity.clusterset === clusterset),
        }));
  return {
    clusters,
    sets: groups.map(({ clusterset, of }) => setOf(clusterset, of, known, options.allowedNamespaces)),
    twins: options.twins,
    ours: options.ours,
    isPartial: options.isPartial,
  };
}

function setOf(
  clusterset: string | undefined,
  planned: readonly PlannedCluster[],
  all: readonly PlannedCluster[],
  allowedNamespaces: readonly string[],
): SceneSet {
  const taken = new Set<string>();
  const members = planned.map(({ cluster, fields }): Known => {
    const { id } = cluster.identity;
    const usable = id !== undefined && !taken.has(id) ? id : cluster.name;
    taken.add(usable);
    const { ipFamilies } = cluster.facts;
    const member = {
      role: 'member',
      cluster: cluster.name,
      id: usable,
      fields,
      ipFamilies,
      observed: cluster.observed,
    };
    return { cluster, member: member as Member };
  });
  const left = all.flatMap(({ cluster: { identity } }) => {
    const hasLeft = identity.clusterset === undefined && clusterset !== undefined && identity.id !== undefined;
    return hasLeft && !taken.has(identity.id) ? [identity.id] : [];
  });
  const planOptions: PlanOptions = {
    now: '1970-01-01T00:00:00Z', // enters conditions that would be written, and none are
    gone: new Set(left),
    adopt: false,
    allowedNamespaces,
  };
  const keys = new Set(members.flatMap(({ member }) => [...member.observed.keys()]));
  const services = [...keys].sort(compareText).flatMap((key): SceneService[] => {
    const slash = key.indexOf('/');
    const [namespace, name] = [key.slice(0, slash), key.slice(slash + 1)];
    if (INNER_NAMESPACES.has(namespace)) return [];
    const { plan, status } = planOf(namespace, name, members, planOptions);
    const at = members.map(({ cluster, member }) => ({ cluster, member, view: member.observed.view(namespace, name) }));
    return [{ namespace, name, key, plan, status, at }];
  });
  return { clusterset, clusters: planned.map(({ cluster }) => cluster), services };
}

/** A cluster of a set as rules and as plans know it. */
interface Known {
  readonly cluster: SceneCluster;
  readonly member: Member;
}

/**
 * What all say of a service, as far as it is known. What would have to be changed is planned without those of which a
 * kind could not be listed, as it is when they are reconciled: what they give is unknown, not gone (design rule 19).
 */
function planOf(
  namespace: string,
  name: string,
  known: readonly Known[],
  options: PlanOptions,
): Pick<SceneService, 'plan' | 'status'> {
  const planFor = (some: readonly Known[]): Pick<SceneService, 'plan' | 'status'> => {
    const members = some.map(({ member }) => member);
    const plan = planService(namespace, name, members, options);
    return { plan, status: serviceStatus(plan, members) };
  };
  const all = planFor(known);
  const whole = known.filter(({ cluster }) => OBSERVED_KINDS.every((kind) => isListed(cluster, kind)));
  if (whole.length === known.length) return all;
  const sure = planFor(whole);
  return {
    plan: { ...all.plan, changes: sure.plan.changes },
    status: { ...all.status, contradictions: sure.status.contradictions },
  };
}
