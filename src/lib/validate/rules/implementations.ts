import { CLUSTER_ID_PROPERTY, SOURCE_CLUSTER_LABEL } from '../../api/labels.ts';
import { isDNSLabel } from '../../api/names.ts';
import type { Rule } from '../rule.ts';
import { ciliumNameOf } from './cilium-name.ts';
import { property } from './property.ts';

/** 126, 127 and 130: what other implementations make of a cluster. */
export const IMPLEMENTATION_RULES: readonly Rule[] = [
  {
    code: 'MCS126',
    title: 'id-differs-from-implementation',
    severity: 'warning',
    summary: 'The implementation in a cluster calls it by another name than its ClusterProperty.',
    looksAt: `${SOURCE_CLUSTER_LABEL} of the slices that Cilium makes of local exports`,
    why: 'Endpoints are filed under an id that no member has; DNS names by the declared id do not resolve.',
    mend: 'Give both the same name.',
    source: 'implementations.md §1.1; antrea PR#4795, users.md P11',
    *check({ clusters }) {
      for (const cluster of clusters) {
        const { id } = cluster.identity;
        if (id === undefined) continue;
        const name = ciliumNameOf(cluster);
        if (name === undefined || name.called === id) continue;
        yield {
          ...property(cluster, 'spec.value'),
          message: `Cilium calls ${cluster.name} "${name.called}", its ClusterProperty says "${id}"`,
          evidence: [name.evidence],
          fix: { kind: 'doc', text: `set cluster.name of Cilium and ${CLUSTER_ID_PROPERTY} to the same id` },
        };
      }
    },
  },
  {
    code: 'MCS127',
    title: 'id-refused-by-implementation',
    severity: 'warning',
    summary: 'A cluster id is legal, but not to the implementation in that cluster.',
    looksAt: `ClusterProperty ${CLUSTER_ID_PROPERTY} where Cilium is at work`,
    why: 'Cilium takes at most 32 lower-case characters, and never "default".',
    mend: 'Choose an id that both take.',
    source: 'cilium PR#32641, #32819; users.md P7',
    *check({ clusters }) {
      for (const cluster of clusters) {
        const { id } = cluster.identity;
        const hasCilium = cluster.facts.controllers.some(({ name }) => name === 'Cilium');
        if (!hasCilium || id === undefined || (id.length <= 32 && id !== 'default' && isDNSLabel(id))) continue;
        yield {
          ...property(cluster, 'spec.value'),
          message: `id "${id}" of ${cluster.name} is refused by Cilium: at most 32 characters, and not "default"`,
          fix: { kind: 'doc', text: 'choose an id that Cilium takes as cluster.name' },
        };
      }
    },
  },
  {
    code: 'MCS130',
    title: 'other-controller',
    severity: 'info',
    summary: 'Another MCS implementation is at work in a cluster.',
    looksAt: 'workloads and EndpointSlices of the known implementations',
    why: 'mcs does not reconcile that cluster; conditions and conflicts follow the rules of that implementation.',
    mend: 'Nothing, if it is meant to be so.',
    source: 'design rule 21; implementations.md §1, §3',
    *check({ clusters }) {
      for (const { name, facts } of clusters) {
        for (const { name: controller, evidence, hazard } of facts.controllers) {
          yield {
            cluster: name,
            message: `${controller} is at work in ${name}: mcs does not reconcile it`,
            evidence: [evidence],
            fix: { kind: 'doc', text: hazard },
          };
        }
      }
    },
  },
];
