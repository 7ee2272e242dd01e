import { explainAddress } from './address.ts';
import { explainEndpoints } from './endpoints.ts';
import {
  type Cause,
  type ClusterChain,
  type ServiceExplanation,
  type Step,
  type StepName,
  STEPS,
  type Verdict,
  worst,
} from './explanation.ts';
import { explainExported } from './exported.ts';
import type { Facts, Subject } from './facts.ts';
import { explainImported } from './imported.ts';
import { explainMerged, fieldsUsed } from './merged.ts';
import { type Done, numberOf, skipped } from './step.ts';
import { explainValid } from './valid.ts';

/**
 * Follows one service from its exports to its address in each cluster asked about, and names the one root cause where a
 * chain breaks. Pure and total.
 * @param asked the clusters asked about, of `facts.subjects`
 */
export function explainService(facts: Facts, asked: readonly Subject[]): ServiceExplanation {
  const { plan, clusterset, namespace, name } = facts;
  const { merged } = plan;
  const common = walk(['exported', 'valid', 'merged'], (step) => {
    if (step === 'exported') return explainExported(facts);
    if (step === 'valid') return explainValid(facts);
    return merged === undefined ? undefined : explainMerged(facts, merged);
  });
  const broken = common.done.find(({ stops }) => stops);
  const causes = new Causes();
  const clusters = asked.map((at): ClusterChain => {
    const own = walk(['imported', 'endpoints', 'address'], (step) => stepAt(facts, at, step), broken);
    causes.add(at.cluster, [...common.done, ...own.done]);
    const verdict = worst([...common.steps, ...own.steps].map((step) => step.verdict));
    return { cluster: at.cluster, ...(at.id === undefined ? {} : { id: at.id }), verdict, steps: own.steps };
  });
  return {
    ...(clusterset === undefined ? {} : { clusterset }),
    namespace,
    name,
    verdict: worst(clusters.map((chain): Verdict => chain.verdict)),
    steps: common.steps,
    fields: merged === undefined || broken !== undefined ? [] : fieldsUsed(facts, merged),
    clusters,
    causes: causes.list(),
    warnings: [],
  };
}

function stepAt(facts: Facts, at: Subject, step: StepName): Done | undefined {
  if (step === 'imported') return explainImported(facts, at);
  const { member } = at;
  const { merged } = facts.plan;
  if (member === undefined || merged === undefined) return undefined;
  return step === 'endpoints'
    ? explainEndpoints(facts, merged, { ...at, member })
    : explainAddress(facts, { ...at, member });
}

/** Takes steps until one breaks; those after it are skipped. */
function walk(
  names: readonly StepName[],
  take: (step: StepName) => Done | undefined,
  before?: Done,
): { readonly steps: readonly Step[]; readonly done: readonly Done[] } {
  const done: Done[] = [];
  const steps: Step[] = [];
  let broken = before?.step.number;
  for (const name of names) {
    const taken = broken === undefined ? take(name) : undefined;
    if (taken === undefined) {
      steps.push(skipped(name, broken ?? numberOf(name) - 1));
      continue;
    }
    done.push(taken);
    steps.push(taken.step);
    if (taken.stops) broken = taken.step.number;
  }
  return { steps, done };
}

/** The root causes of many chains, each once. */
class Causes {
  readonly #found = new Map<string, Cause>();

  /** The root cause of one chain: where it broke, else the first step that is not known. */
  add(cluster: string, chain: readonly Done[]): void {
    const root =
      chain.find(({ step }) => step.verdict === 'fail') ??
      chain.find(({ stops }) => stops) ??
      chain.find(({ step }) => step.verdict === 'unknown');
    if (root === undefined) return;
    const cause = causeOf(cluster, root);
    const key = JSON.stringify([cause.code, cause.message]);
    const before = this.#found.get(key);
    const known = new Set(before?.fixes.map(({ text }) => text));
    this.#found.set(key, {
      ...cause,
      clusters: [...(before?.clusters ?? []), cluster],
      fixes: [...(before?.fixes ?? []), ...cause.fixes.filter(({ text }) => !known.has(text))],
    });
  }

  /** In the order of the chain. */
  list(): readonly Cause[] {
    return [...this.#found.values()].sort((a, b) => STEPS.indexOf(a.step) - STEPS.indexOf(b.step));
  }
}

/** What a step says; of one that is fine but for something that is not known, that. */
function causeOf(cluster: string, { step, fixes, stops, common }: Done): Omit<Cause, 'clusters'> {
  const remark =
    step.verdict === 'unknown' && fixes.length === 0 && !stops
      ? step.remarks.find(({ verdict }) => verdict === 'unknown')
      : undefined;
  const { code, message } = remark ?? step;
  // A cluster that could not be read leaves the chains of others open as it does its own: one cause, by its name.
  const whose = remark?.cluster ?? (step.step === 'imported' && step.verdict === 'unknown' ? cluster : undefined);
  return {
    ...(code === undefined ? {} : { code }),
    verdict: step.verdict === 'fail' ? 'fail' : 'unknown',
    step: step.step,
    common: common || whose !== undefined,
    message: whose === undefined ? message : `${whose} ${message}`,
    fixes: remark?.fix === undefined ? fixes : [remark.fix],
  };
}
