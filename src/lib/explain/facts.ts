import type { Fix } from '../validate/finding.ts';
import type { Member } from '../plan/member.ts';
import type { ServiceView } from '../plan/service-view.ts';
import type { ServicePlan } from '../plan/service-plan.ts';
import type { ServiceStatus } from '../plan/service-status.ts';

/** Why a cluster takes no part: `fail` is known, `unknown` could not be asked. */
export interface Trouble {
  readonly code: string;
  readonly verdict: 'fail' | 'unknown';
  /** One line without the cluster's name. */
  readonly message: string;
  readonly fix: Fix;
}

/** A cluster as far as an explanation needs it. */
export interface Subject {
  readonly cluster: string;
  readonly id?: string;
  readonly type: 'context' | 'directory';
  readonly location: string;
  /** How a command names it, e.g. `--context east`. */
  readonly flag: string;
  /** Present when it is a member that was read completely; then there is no trouble. */
  readonly member?: Member;
  readonly trouble?: Trouble;
  /** Other MCS implementations at work there. */
  readonly controllers: readonly { readonly name: string; readonly evidence: string }[];
  /** False when the CRDs of the MCS API are missing. */
  readonly servesMCS: boolean;
  /** It takes no part and has an export of the service all the same. */
  readonly exportsAside: boolean;
}

/** An object of another name or namespace, where there is none of those asked for. */
export interface Elsewhere {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** An object of a directory that brings others which stand in no file. */
export interface Renderer {
  readonly cluster: string;
  /** `HelmRelease shop/cart` */
  readonly object: string;
  /** What a user types to see what it brings. */
  readonly command: string;
}

/** Everything that an explanation of one service is computed from. */
export interface Facts {
  readonly clusterset: string | undefined;
  readonly namespace: string;
  readonly name: string;
  /** All clusters given, in their order. */
  readonly subjects: readonly Subject[];
  readonly plan: ServicePlan;
  readonly status: ServiceStatus;
  /** Ids of clusters known to have left. */
  readonly left: readonly string[];
  /** Exports of all namespaces; read only when nobody exports the service. */
  readonly exportsElsewhere: readonly Elsewhere[];
  /** Services of that name in other namespaces; read only where an export has no Service. */
  readonly servicesElsewhere: readonly Elsewhere[];
  /** What may render a Service that stands in no file, e.g. a HelmRelease; read only where an export has no Service. */
  readonly renderers: readonly Renderer[];
}

export type Present = Subject & { readonly member: Member };

/** The clusters that were read completely. */
export function present(facts: Facts): readonly Present[] {
  return facts.subjects.flatMap((subject) =>
    subject.member === undefined ? [] : [{ ...subject, member: subject.member }],
  );
}

/** What one cluster holds of the service. */
export function viewOf(facts: Facts, { member }: Present): ServiceView {
  return member.observed.view(facts.namespace, facts.name);
}

/** The clusters that could not be read. */
export function unread(facts: Facts): readonly (Subject & { readonly trouble: Trouble })[] {
  return facts.subjects.flatMap((subject) =>
    subject.trouble?.verdict === 'unknown' ? [{ ...subject, trouble: subject.trouble }] : [],
  );
}

/** The name shown of the cluster with an id; ids of clusters that are not at hand stay as they are. */
export function nameOf(facts: Facts, id: string): string {
  const name = (one: string): string => facts.subjects.find((subject) => subject.member?.id === one)?.cluster ?? one;
  return id.split(',').map(name).join(', ');
}

export function keyOfFacts({ namespace, name }: Facts): string {
  return `${namespace}/${name}`;
}
