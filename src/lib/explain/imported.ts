import { READY, findCondition } from '../api/conditions.ts';
import { isOurs } from '../api/labels.ts';
import type { ServiceImport } from '../api/objects.ts';
import type { ServiceView } from '../plan/service-view.ts';
import type { Fix } from '../validate/finding.ts';
import type { Read, Remark } from './explanation.ts';
import { type Facts, type Present, type Subject, keyOfFacts, viewOf } from './facts.ts';
import { kubectl, namespaceFix, reconcileFix } from './fixes.ts';
import { implementationOf } from './implementations.ts';
import { type Done, type Finding, command, doc, done } from './step.ts';

/** Step 4: whether one cluster holds the import. */
export function explainImported(facts: Facts, at: Subject): Done {
  const { trouble, member } = at;
  if (member === undefined || trouble !== undefined) {
    const { verdict = 'unknown', code, message = 'no reason known', fix } = trouble ?? {};
    const text = verdict === 'unknown' ? `could not be read: ${message}` : message;
    return done('imported', {
      verdict,
      code,
      message: text,
      reads: [],
      fixes: fix === undefined ? [] : [fix],
      stops: true,
    });
  }
  return explainPresent(facts, { ...at, member });
}

function explainPresent(facts: Facts, at: Present): Done {
  const view = viewOf(facts, at);
  const reads = readsOf(facts, at, view);
  const remarks = [...controllerRemarks(at), ...localRemarks(facts, view), ...differences(facts, at, view)];
  if (!at.servesMCS) {
    const fixes = [command(`mcs crds install ${at.flag}`)];
    return done('imported', {
      verdict: 'fail',
      code: 'MCS110',
      message: 'the CRDs of the MCS API are missing',
      reads,
      fixes,
    });
  }
  if (view.import !== undefined) {
    const sources = (view.import.status?.clusters ?? []).map(({ cluster }) => cluster);
    const of = sources.length === 0 ? 'sources not reported' : `from ${sources.join(', ')}`;
    return done('imported', { verdict: 'ok', message: `${view.import.spec.type}, ${of}`, reads, remarks });
  }
  return done('imported', { reads, remarks, ...missing(facts, at, view) });
}

type Missing = Pick<Finding, 'verdict' | 'code' | 'message' | 'fixes'>;

/** There is no import: the nearest reason. */
function missing(facts: Facts, at: Present, view: ServiceView): Missing {
  const { namespace, name } = facts;
  if (view.namespace === 'absent') {
    return {
      verdict: 'fail',
      code: 'MCS101',
      message: `namespace "${namespace}" does not exist`,
      fixes: [namespaceFix(at, namespace)],
    };
  }
  if (view.namespace === 'terminating') {
    return {
      verdict: 'fail',
      code: 'MCS102',
      message: `namespace "${namespace}" is being deleted`,
      fixes: [doc(`wait until it is gone, then: ${namespaceFix(at, namespace).text}`)],
    };
  }
  const [controller] = at.controllers;
  if (controller === undefined && facts.clusterset === undefined) {
    const flags = facts.subjects.map(({ flag }) => flag).join(' ');
    return {
      verdict: 'fail',
      code: 'MCS124',
      message: 'no cluster is a member of a clusterset, so nobody imports',
      fixes: [command(`mcs join CLUSTERSET ${flags}`)],
    };
  }
  if (controller === undefined) {
    return {
      verdict: 'fail',
      code: 'MCS404',
      message: 'the namespace is there and the import is not',
      fixes: [reconcileFix(facts)],
    };
  }
  if (controller.name === 'Antrea Multi-cluster' && view.service !== undefined) {
    const message = `Antrea Multi-cluster imports nothing where a Service ${namespace}/${name} is`;
    return { verdict: 'fail', code: 'MCS403', message, fixes: [renameFix(facts, at)] };
  }
  const who = implementationOf(controller.name)?.imports ?? 'look at its log';
  return {
    verdict: 'fail',
    code: 'MCS404',
    message: `the namespace is there, and ${controller.name} has made no import`,
    fixes: [doc(`${controller.name}: ${who}`)],
  };
}

function renameFix({ namespace, name }: Facts, at: Present): Fix {
  return at.type === 'context'
    ? command(`${kubectl(at, namespace)} delete service ${name}   # after its clients use another name`)
    : doc(`give Service ${namespace}/${name} of ${at.location} another name`);
}

function readsOf(facts: Facts, { cluster }: Present, view: ServiceView): readonly Read[] {
  const key = keyOfFacts(facts);
  const { import: held } = view;
  const ready = findCondition(held?.status?.conditions, READY);
  const state = ready === undefined ? 'not reported' : `${ready.status} (${ready.reason})`;
  return [
    { cluster, object: `Namespace ${facts.namespace}`, field: 'status.phase', value: view.namespace },
    { cluster, object: `ServiceImport ${key}`, field: 'spec.type', value: held?.spec.type ?? 'absent' },
    ...(held === undefined
      ? []
      : [
          { cluster, object: `ServiceImport ${key}`, field: 'status.clusters', value: sourcesOf(held) },
          { cluster, object: `ServiceImport ${key}`, field: 'status.conditions[Ready]', value: state },
        ]),
  ];
}

function sourcesOf({ status }: ServiceImport): string {
  return status?.clusters?.map(({ cluster }) => cluster).join(',') ?? 'not reported';
}

function controllerRemarks({ controllers }: Present): readonly Remark[] {
  return controllers.map(({ name, evidence }) => ({
    verdict: 'info',
    code: 'MCS130',
    message: `${name} is at work here (${evidence}), so imports are its to make`,
  }));
}

/** A Service of the import's name that does not take part in it. */
function localRemarks({ namespace, name }: Facts, view: ServiceView): readonly Remark[] {
  if (view.service === undefined || view.export !== undefined) return [];
  const message = `a Service ${namespace}/${name} is here too and not exported: ${name}.${namespace}.svc.cluster.local is that one, ${name}.${namespace}.svc.clusterset.local the import`;
  return [{ verdict: 'warn', code: 'MCS403', message }];
}

/** What a pass would change of the import, or may not. */
function differences(facts: Facts, at: Present, view: ServiceView): readonly Remark[] {
  if (view.import === undefined) return [];
  const blocked = facts.plan.problems.find(({ cluster, next }) => cluster === at.cluster && next !== undefined);
  if (!isOurs(view.import)) {
    if (at.controllers.length > 0) return [];
    const message = 'the import was not made by mcs, and nobody else is known to be at work';
    return [{ verdict: 'info', message, ...(blocked?.next === undefined ? {} : { fix: doc(blocked.next) }) }];
  }
  const fields = facts.plan.changes
    .filter(
      ({ cluster, kind, subresource }) =>
        cluster === at.cluster && kind === 'ServiceImport' && subresource === undefined,
    )
    .flatMap((change) => change.fields);
  if (fields.length === 0) return [];
  const message = `the import differs from what the exports make of it: ${fields.join(', ')}`;
  return [{ verdict: 'warn', code: 'MCS414', message, fix: reconcileFix(facts) }];
}
