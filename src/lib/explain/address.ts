import { READY, findCondition } from '../api/conditions.ts';
import { derivedName } from '../api/names.ts';
import { isOurs } from '../api/labels.ts';
import type { ServiceImport } from '../api/objects.ts';
import type { Fix } from '../validate/finding.ts';
import type { Read } from './explanation.ts';
import { type Facts, type Present, keyOfFacts, viewOf } from './facts.ts';
import { reconcileFix } from './fixes.ts';
import { implementationOf } from './implementations.ts';
import { type Done, type Finding, doc, done } from './step.ts';

/** Step 6: the address at which the import is reached. */
export function explainAddress(facts: Facts, at: Present): Done {
  const { import: held, derived } = viewOf(facts, at);
  const object = `ServiceImport ${keyOfFacts(facts)}`;
  const ips = held?.spec.ips ?? [];
  const service = `Service ${facts.namespace}/${derivedName(facts.namespace, facts.name)}`;
  const reads: readonly Read[] = [
    { cluster: at.cluster, object, field: 'spec.ips', value: ips.join(',') || 'absent' },
    {
      cluster: at.cluster,
      object: service,
      field: 'spec.clusterIPs',
      value: derived?.spec.clusterIPs?.join(',') ?? derived?.spec.clusterIP ?? 'absent',
    },
  ];
  return done('address', { reads, ...(held === undefined ? gone : found(facts, at, held)) });
}

type Found = Pick<Finding, 'verdict' | 'code' | 'message' | 'fixes'>;

const gone: Found = { verdict: 'unknown', message: 'there is no import to look at' };

function found(facts: Facts, at: Present, held: ServiceImport): Found {
  const { spec } = held;
  const [ip] = spec.ips ?? [];
  if (spec.type === 'Headless')
    return { verdict: 'ok', message: 'Headless: none by design, DNS answers with the endpoints' };
  if (ip !== undefined) return withIP(facts, at, held);
  // A directory has no API server that could give one.
  if (at.type === 'directory')
    return { verdict: 'skipped', message: 'by nature: a directory has no API server that gives IPs' };
  const optional = at.controllers.flatMap(({ name }) => {
    const why = implementationOf(name)?.withoutIP;
    return why === undefined ? [] : [`none; ${name}: ${why}`];
  });
  if (optional[0] !== undefined) return { verdict: 'ok', message: optional[0] };
  if (spec.ports.length === 0) {
    return {
      verdict: 'fail',
      code: 'MCS401',
      message: 'none: it has no ports, so no Service can give one',
      fixes: [doc(`give Service ${keyOfFacts(facts)} ports, or clusterIP: None`)],
    };
  }
  const ready = findCondition(held.status?.conditions, READY);
  const why = ready?.status === 'False' ? `; Ready=False ${ready.reason}: ${ready.message}` : '';
  return {
    verdict: 'fail',
    code: 'MCS401',
    message: `the import has no IP${why}`,
    fixes: [fixOf(facts, at, ready?.reason)],
  };
}

function withIP(facts: Facts, at: Present, held: ServiceImport): Found {
  const { spec, status } = held;
  const message = (spec.ips ?? []).join(', ');
  const { derived } = viewOf(facts, at);
  if (isOurs(held) && at.type === 'context' && derived === undefined) {
    const lost = `${message} is nobody's: the derived Service that gave it is missing`;
    return { verdict: 'fail', code: 'MCS401', message: lost, fixes: [reconcileFix(facts)] };
  }
  const ready = findCondition(status?.conditions, READY);
  if (ready?.status === 'False') {
    return { verdict: 'warn', code: 'MCS413', message: `${message}; Ready=False ${ready.reason}: ${ready.message}` };
  }
  return { verdict: 'ok', message };
}

function fixOf(facts: Facts, at: Present, reason: string | undefined): Fix {
  if (reason === 'IPFamilyNotSupported') {
    return doc(
      `let an exporter serve a family that ${at.cluster} has: spec.ipFamilies of Service ${keyOfFacts(facts)}`,
    );
  }
  const [controller] = at.controllers;
  return controller === undefined ? reconcileFix(facts) : doc(`look at ${controller.name}: ${controller.evidence}`);
}
