import { READY, findCondition } from '../../api/conditions.ts';
import { isOurs } from '../../api/labels.ts';
import type { Rule } from '../rule.ts';
import { aboutImport as about } from './about-import.ts';
import { differenceWords } from './difference-words.ts';
import { notReadyFix } from './not-ready-fix.ts';
import { reconcileFix } from './reconcile-fix.ts';

/** 413 and 414: imports that are there, and not as they should be. */
export const IMPORT_STATE_RULES: readonly Rule[] = [
  {
    code: 'MCS413',
    title: 'import-not-ready',
    severity: 'warning',
    summary: 'A ServiceImport says that it is not Ready.',
    looksAt: 'condition Ready of the ServiceImports',
    why: 'It may resolve and still reach nobody.',
    mend: 'Do what the reason says.',
    source: 'KEP-1645, "ServiceImport status"',
    *check(scene) {
      for (const { services } of scene.sets) {
        for (const service of services) {
          for (const { cluster, view } of service.at) {
            const ready = findCondition(view.import?.status?.conditions, READY);
            // A directory has no API server that could give an IP: that is its nature.
            if (ready?.status !== 'False' || (ready.reason === 'Pending' && cluster.type === 'directory')) continue;
            yield {
              ...about(service, cluster),
              field: 'status.conditions',
              message: `${service.key} is not ready in ${cluster.name}: ${ready.reason}`,
              evidence: ready.message === '' ? [] : [ready.message],
              fix: notReadyFix(scene, service, cluster, ready.reason, view.import),
              causes: [
                { code: 'MCS401', cluster: cluster.name, service: service.key },
                { code: 'MCS209', service: service.key },
              ],
            };
          }
        }
      }
    },
  },
  {
    code: 'MCS414',
    title: 'import-differs',
    severity: 'warning',
    summary: 'An import that mcs made is not what the exports make of it now.',
    looksAt: 'ServiceImports and derived Services with the mark of mcs, the merge of all exports',
    why: 'Ports, type or IPs that clients see are of an earlier time.',
    mend: 'mcs reconcile.',
    source: 'design: diff of applied is empty',
    *check(scene) {
      for (const { services } of scene.sets) {
        for (const service of services) {
          for (const { cluster, view } of service.at) {
            if (view.import === undefined || !isOurs(view.import)) continue;
            const changes = service.plan.changes.filter(
              (change) =>
                change.cluster === cluster.name &&
                change.verb !== 'delete' &&
                change.subresource === undefined &&
                (change.kind === 'ServiceImport' || change.kind === 'Service'),
            );
            if (changes.length === 0) continue;
            yield {
              ...about(service, cluster),
              message: `${service.key} in ${cluster.name} is not what the exports make of it now`,
              evidence: changes.flatMap((change) =>
                differenceWords(change, change.kind === 'Service' ? view.derived : view.import),
              ),
              fix: reconcileFix(scene, cluster, view.import),
            };
          }
        }
      }
    },
  },
];
