import type { Fix } from '../validate/finding.ts';
import {
  type Read,
  type Remark,
  type Rule,
  STEPS,
  type Step,
  type StepName,
  type Verdict,
  worst,
} from './explanation.ts';

/** What a step found out. */
export interface Finding {
  readonly verdict: Verdict;
  readonly code?: string | undefined;
  readonly message: string;
  readonly reads: readonly Read[];
  readonly remarks?: readonly Remark[];
  /** What mends a step that failed, or that cannot be found out. */
  readonly fixes?: readonly Fix[];
  /** True when the rest of the chain cannot be looked at. */
  readonly stops?: boolean;
  /** True when the fault is not in the cluster whose chain it is. */
  readonly common?: boolean;
}

/** A step with what mends it, and whether the chain ends here. */
export interface Done {
  readonly step: Step;
  readonly fixes: readonly Fix[];
  readonly stops: boolean;
  readonly common: boolean;
}

const RULES: Readonly<Record<StepName, Rule>> = {
  exported: {
    text: 'a Service is exported by a ServiceExport of its namespace and name, in each cluster where it lives',
    source: 'KEP-1645, "Exporting Services"',
  },
  valid: {
    text: 'an export counts when its Service exists, is not ExternalName, and is in no system namespace',
    source: 'KEP-1645, "Service Types", "Restricting Exports"; rules 5, 6 of mcs',
  },
  merged: {
    text: 'valid exports of one name are one service; ports are the union, the oldest export decides the rest',
    source: 'KEP-1645, "Constraints and Conflict Resolution"',
  },
  imported: {
    text: 'every member that has the namespace holds one ServiceImport, exporters included',
    source: 'KEP-1645, "Importing Services"',
  },
  endpoints: {
    text: 'each importer holds the endpoints of every source, in EndpointSlices of one source each',
    source: 'KEP-1645, "EndpointSlice"',
  },
  address: {
    text: 'an import of type ClusterSetIP has an IP of each family; a Headless one has none',
    source: 'KEP-1645, "ClusterSetIP", "Service Types"',
  },
};

/** Makes a step of what was found. A remark can be worse than the step's own verdict; then it is the step's. */
export function done(name: StepName, finding: Finding): Done {
  const {
    verdict,
    code,
    message,
    reads,
    remarks = [],
    fixes = [],
    stops = verdict === 'fail',
    common = false,
  } = finding;
  const remarked = remarks.flatMap((remark): readonly Verdict[] => (remark.verdict === 'info' ? [] : [remark.verdict]));
  const step: Step = {
    number: numberOf(name),
    step: name,
    verdict: worst([verdict, ...remarked]),
    ...(code === undefined ? {} : { code }),
    message,
    reads,
    rule: RULES[name],
    remarks,
  };
  return { step, fixes, stops, common: common || numberOf(name) <= numberOf('merged') };
}

/** A step that was not looked at, since another broke. */
export function skipped(name: StepName, dependsOn: number): Step {
  const message = `depends on ${dependsOn}`;
  return {
    number: numberOf(name),
    step: name,
    verdict: 'skipped',
    message,
    dependsOn,
    reads: [],
    rule: RULES[name],
    remarks: [],
  };
}

export function numberOf(name: StepName): number {
  return STEPS.indexOf(name) + 1;
}

export const command = (text: string): Fix => ({ kind: 'command', text });
export const doc = (text: string): Fix => ({ kind: 'doc', text });
