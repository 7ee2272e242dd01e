import { ref } from '../describe.ts';
import type { Draft, Rule } from '../rule.ts';
import type { SceneService } from '../scene.ts';
import { type SceneExporter, exportersOf } from './exporters.ts';

/** 310: exports of metadata that is nobody else's business. */
export const TRACKING_RULES: readonly Rule[] = [
  {
    code: 'MCS310',
    title: 'tracking-labels-exported',
    severity: 'warning',
    summary: 'Labels or annotations by which a GitOps tool tracks its objects are exported.',
    looksAt: 'spec.exportedLabels and spec.exportedAnnotations of the ServiceExports',
    why: 'The tool of the importing cluster takes the import for its own, says OutOfSync, and prunes it.',
    mend: 'Leave these keys out.',
    source: 'argo-cd#11403; KEP-1645 on why metadata is not exported',
    *check({ sets }) {
      for (const { services } of sets) {
        for (const service of services) for (const exporter of exportersOf(service)) yield* tracking(exporter, service);
      }
    },
  },
];

/** Keys by which Argo CD, Flux, Helm and kubectl know what is theirs. */
const TRACKING: readonly RegExp[] = [
  /^argocd\.argoproj\.io\//,
  /^(kustomize|helm)\.toolkit\.fluxcd\.io\//,
  /^app\.kubernetes\.io\/instance$/,
  /^app\.kubernetes\.io\/managed-by$/,
  /^meta\.helm\.sh\//,
  /^helm\.sh\/chart$/,
  /^kubectl\.kubernetes\.io\/last-applied-configuration$/,
];

function* tracking({ cluster, view }: SceneExporter, { key, name, namespace }: SceneService): Generator<Draft> {
  for (const field of ['exportedLabels', 'exportedAnnotations'] as const) {
    for (const exported of Object.keys(view.export?.spec?.[field] ?? {})) {
      if (!TRACKING.some((pattern) => pattern.test(exported))) continue;
      yield {
        cluster: cluster.name,
        service: key,
        object: ref('ServiceExport', name, namespace),
        field: `spec.${field}["${exported}"]`,
        message: `${field} has ${exported}, by which a GitOps tool tracks its own objects`,
        fix: { kind: 'doc', text: `remove ${exported} from spec.${field} of ServiceExport ${key}` },
      };
    }
  }
}
