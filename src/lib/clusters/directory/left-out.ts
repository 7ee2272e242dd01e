import { basename } from 'node:path';

/** Something that looks like manifests and is none: it is passed over, and told only to who asks. */
export interface LeftOut {
  /** A file or folder, relative to the directory, with `/`. */
  readonly path: string;
  readonly why: string;
}

/** What is told of a document that SOPS has encrypted (it has a field `sops` beside its own). */
export const ENCRYPTED = 'encrypted by SOPS';

/** What makes a folder a Helm chart: the templates beside it are no YAML until Helm has filled them in. */
export const CHART = 'Chart.yaml';

/** The names under which kustomize looks for its file. */
const KUSTOMIZATIONS: ReadonlySet<string> = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization']);

/** Whether a file of this name says which others are patches. */
export function isKustomization(name: string): boolean {
  return KUSTOMIZATIONS.has(name);
}

/** Whether a file of this name may decide about what others are. */
export function isSteering(path: string): boolean {
  const name = basename(path);
  return name === CHART || isKustomization(name);
}
