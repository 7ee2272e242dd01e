import type { Manifest, Place } from '../api/manifests.ts';
import type { Fix, ObjectRef, RuleInfo, Severity } from './finding.ts';
import type { Scene } from './scene.ts';

/** Names findings that may explain another: the first that is there does. What is absent matches everything. */
export interface Cause {
  readonly code: string;
  readonly cluster?: string;
  /** `namespace/name` of the service that it is about. */
  readonly service?: string;
  readonly file?: string;
  /** What else tells it apart: the id of a source cluster, the name of a CRD. */
  readonly about?: string;
}

/** A finding as a rule makes it; the engine adds what follows from the rule. */
export interface Draft {
  /** The cluster to change: the name shown. */
  readonly cluster: string;
  readonly object?: ObjectRef;
  /** `namespace/name` of the service it is about; by it causes are found. */
  readonly service?: string;
  /** What else tells it apart, so that causes are found: the id of a source cluster, the name of a CRD. */
  readonly about?: string;
  /** The manifest of the object. Absent: found by `object`, if it is of a kind of ours. */
  readonly manifest?: Manifest;
  /** The offending field, e.g. `spec.ports[0].name`; absent: the object's first line. */
  readonly field?: string;
  /** Where there is no manifest, e.g. in a file that cannot be parsed. */
  readonly place?: Place;
  /** Something that is not there: no file, whatever manifest there is. */
  readonly isAbsent?: boolean;
  /** One line. */
  readonly message: string;
  readonly evidence?: readonly string[];
  readonly fix: Fix;
  /** Where it is another than the rule's. */
  readonly severity?: Severity;
  /** What may explain it, the best first. */
  readonly causes?: readonly Cause[];
}

/** A rule of validation: data, and a pure function over the scene. One file holds a rule, or a small table of a family. */
export interface Rule extends RuleInfo {
  readonly check: (scene: Scene) => Iterable<Draft>;
}
