import { EXPORT_CONDITIONS, VALID, findCondition } from '../api/conditions.ts';
import { isOurs } from '../api/labels.ts';
import { nearestTypo } from '../api/nearest.ts';
import type { Exporter } from '../plan/service-sources.ts';
import type { Fix } from '../validate/finding.ts';
import type { Read, Remark } from './explanation.ts';
import { type Facts, type Present, keyOfFacts, present } from './facts.ts';
import { exportFix, unexportFix } from './fixes.ts';
import { readCondition, whoseReason } from './implementations.ts';
import { type Done, doc, done } from './step.ts';

/** Why one export does not count. */
interface Invalid {
  readonly at: Present;
  readonly code: string;
  readonly message: string;
  readonly fixes: readonly Fix[];
  /** True when it may count after all: nobody can tell from what was read. */
  readonly isUnknown?: boolean;
}

/** Step 2: which of the exports count. */
export function explainValid(facts: Facts): Done {
  const { exporters } = facts.plan;
  const at = (exporter: Exporter): Present | undefined =>
    present(facts).find(({ member }) => member === exporter.member);
  const placed = exporters.flatMap((exporter) => {
    const subject = at(exporter);
    return subject === undefined ? [] : [{ exporter, subject }];
  });
  const reads = placed.flatMap(({ exporter, subject }) => readsOf(facts, exporter, subject));
  const invalid = placed.flatMap(({ exporter, subject }) => invalidity(facts, exporter, subject) ?? []);
  const valid = placed.filter(({ subject }) => !invalid.some((one) => one.at === subject));
  const remarks = valid.flatMap(({ exporter, subject }) => conditionRemarks(exporter, subject));
  if (valid.length > 0) {
    const message = valid.map(({ exporter, subject }) => `${subject.cluster} (${typeOf(exporter)})`).join(', ');
    return done('valid', { verdict: 'ok', message, reads, remarks: [...remarks, ...invalid.map(asRemark)] });
  }
  const [first, ...others] = invalid.toSorted((a, b) => Number(b.isUnknown ?? false) - Number(a.isUnknown ?? false));
  if (first === undefined) {
    const message = 'no export to look at; the imports speak for sources that cannot be asked';
    return done('valid', { verdict: 'skipped', message, reads });
  }
  const alike = others.filter((one) => one.message === first.message);
  const where = [first, ...alike].map((one) => one.at.cluster).join(', ');
  return done('valid', {
    verdict: first.isUnknown === true ? 'unknown' : 'fail',
    stops: true,
    code: first.code,
    message: `${where}: ${first.message}`,
    reads,
    remarks: others.filter((one) => !alike.includes(one)).map(asRemark),
    fixes: [first, ...alike].flatMap((one) => one.fixes),
  });
}

function asRemark({ at, code, message, fixes, isUnknown = false }: Invalid): Remark {
  const [fix] = fixes;
  return {
    verdict: isUnknown ? 'unknown' : 'warn',
    code,
    cluster: at.cluster,
    message: isUnknown ? message : `its export does not count: ${message}`,
    ...(fix && { fix }),
  };
}

function typeOf({ view }: Exporter): string {
  const { type = 'ClusterIP', clusterIP } = view.service?.spec ?? {};
  return clusterIP === 'None' ? 'headless' : type;
}

function readsOf(facts: Facts, { view }: Exporter, { cluster, controllers }: Present): readonly Read[] {
  const key = keyOfFacts(facts);
  const names = controllers.map(({ name }) => name);
  return [
    { cluster, object: `Service ${key}`, field: 'spec.type', value: view.service?.spec.type ?? 'absent' },
    ...EXPORT_CONDITIONS.map((type) => ({
      cluster,
      object: `ServiceExport ${key}`,
      field: `status.conditions[${type}]`,
      value: readCondition(view.export?.status?.conditions, type, names),
    })),
  ];
}

function invalidity(facts: Facts, { validity, view }: Exporter, at: Present): Invalid | undefined {
  const { namespace, name } = facts;
  if (validity.reason === 'NoService') return noService(facts, at);
  if (validity.reason === 'InvalidServiceType') {
    const message = `Service ${namespace}/${name} is of type ExternalName, which cannot be exported`;
    const change = doc(`give Service ${namespace}/${name} of ${at.cluster} a selector and type ClusterIP`);
    return { at, code: 'MCS303', message, fixes: [change, unexportFix(at, namespace, name)] };
  }
  if (validity.reason === 'NamespaceNotAllowed') {
    const message = `${namespace} is a system namespace, exported only when allowed by name`;
    return {
      at,
      code: 'MCS305',
      message,
      fixes: [doc(`move it, or allow it: mcs reconcile --allow-namespace ${namespace}`)],
    };
  }
  return refused(at, view.export?.status?.conditions ?? []);
}

/** An export that the objects allow and the implementation at work in its cluster does not. */
function refused(at: Present, conditions: Parameters<typeof findCondition>[0]): Invalid | undefined {
  const says = findCondition(conditions, VALID);
  const [controller] = at.controllers;
  if (says?.status !== 'False' || controller === undefined) return undefined;
  const message = `${controller.name} refuses it: Valid=False ${says.reason} ${says.message}`.trim();
  return { at, code: 'MCS312', message, fixes: [doc(`do as ${controller.name} says, then look again`)] };
}

function noService(facts: Facts, at: Present): Invalid {
  const { namespace, name } = facts;
  const { observed } = at.member;
  const others = [...observed.services()].filter(
    (service) =>
      service.metadata.namespace === namespace &&
      !isOurs(service) &&
      observed.get('ServiceExport', { namespace, name: service.metadata.name }) === undefined,
  );
  const near = nearestTypo(
    others.map(({ metadata }) => metadata.name),
    name,
  );
  const none = `no Service ${namespace}/${name}`;
  const end = unexportFix(at, namespace, name);
  if (near !== undefined) {
    const fixes = [exportFix(at, namespace, near), end];
    return { at, code: 'MCS302', message: `${none}; did you mean ${namespace}/${near}?`, fixes };
  }
  const renderer = facts.renderers.find(({ cluster }) => cluster === at.cluster);
  if (renderer !== undefined) {
    const message = `Service ${namespace}/${name} is in no file of ${at.cluster}; ${renderer.object} may render it`;
    const fixes = [
      doc(
        `give what it renders too: ${renderer.command} | mcs explain svc ${namespace}/${name} ${at.flag} --dir ${at.cluster}=-`,
      ),
    ];
    return { at, code: 'MCS301', message, fixes, isUnknown: true };
  }
  const moved = facts.servicesElsewhere.find(({ cluster }) => cluster === at.cluster);
  if (moved !== undefined) {
    const message = `${none}; there is one in namespace ${moved.namespace}`;
    return { at, code: 'MCS302', message, fixes: [exportFix(at, moved.namespace, name), end] };
  }
  const fixes = [doc(`create Service ${namespace}/${name} in ${at.cluster}, or end the export`), end];
  return { at, code: 'MCS301', message: none, fixes };
}

/** Whose word the conditions are, where that is not plain. */
function conditionRemarks({ view, validity }: Exporter, { cluster, controllers }: Present): readonly Remark[] {
  const conditions = view.export?.status?.conditions;
  const says = findCondition(conditions, VALID);
  if (says !== undefined && says.status !== (validity.valid ? 'True' : 'False')) {
    const message = `its export says Valid=${says.status} ${says.reason}; by the objects it is valid`;
    return [{ verdict: 'warn', code: 'MCS230', cluster, message }];
  }
  const foreign = (conditions ?? []).some(({ reason }) => reason !== '' && whoseReason(reason) !== 'KEP-1645');
  if (controllers.length === 0 && !foreign) return [];
  const names = controllers.map(({ name }) => name);
  const message = `conditions: ${EXPORT_CONDITIONS.map((type) => `${type} ${readCondition(conditions, type, names)}`).join('; ')}`;
  return [{ verdict: 'info', cluster, message }];
}
