import { isPlatformNamespace } from '../../api/names.ts';
import { OWNER_KEYS, ownersOf } from '../../plan/namespace-owners.ts';
import { ref } from '../describe.ts';
import type { Draft, Rule } from '../rule.ts';
import type { Scene, SceneSet } from '../scene.ts';
import { mcs } from './reconcile-fix.ts';

/** 103: whose a namespace is. */
export const NAMESPACE_OWNER_RULES: readonly Rule[] = [
  {
    code: 'MCS103',
    title: 'namespace-owners-differ',
    severity: 'info',
    summary: 'A namespace with exported Services belongs to other people in another member.',
    looksAt: `labels and annotations ${OWNER_KEYS.join(', ')} of the Namespaces`,
    why: 'A name means the same everywhere: Services of one name merge, whoever made them.',
    mend: 'Give one of the two another name, or the same owner: mcs namespaces.',
    source: 'SIG Multicluster, "Namespace Sameness Position Statement"; users.md P50',
    *check(scene) {
      for (const set of scene.sets) yield* differing(set, scene);
    },
  },
];

/** One finding for each namespace and key, at the first cluster that says otherwise than the first exporter. */
function* differing({ services }: SceneSet, scene: Scene): Generator<Draft> {
  const told = new Set<string>();
  for (const { namespace, plan, at } of services) {
    const exporters = new Set(plan.exporters.flatMap(({ member, validity }) => (validity.valid ? [member] : [])));
    if (told.has(namespace) || exporters.size === 0 || isPlatformNamespace(namespace)) continue;
    told.add(namespace);
    const placed = at
      .toSorted((a, b) => Number(exporters.has(b.member)) - Number(exporters.has(a.member)))
      .flatMap(({ cluster, member }) => {
        const found = member.observed.get('Namespace', { name: namespace });
        return found === undefined ? [] : [{ cluster: cluster.name, namespace: found }];
      });
    for (const { key, differs, values } of ownersOf(placed, OWNER_KEYS)) {
      const [first] = values;
      const other = values.find(({ value }) => value !== first?.value);
      if (!differs || first === undefined || other === undefined) continue;
      const isLabel = placed.some(({ namespace: { metadata } }) => metadata.labels?.[key] !== undefined);
      yield {
        cluster: other.cluster,
        object: ref('Namespace', namespace),
        field: `metadata.${isLabel ? 'labels' : 'annotations'}["${key}"]`,
        message: `namespace ${namespace}: ${key} is ${said(first.value)} in ${first.cluster} and ${said(other.value)} in ${other.cluster}`,
        evidence: values.map(({ cluster, value }) => `${cluster}: ${said(value)}`),
        fix: mcs(scene, `mcs namespaces ${namespace}`),
      };
    }
  }
}

function said(value: string | undefined): string {
  return value === undefined ? 'unset' : JSON.stringify(value);
}
