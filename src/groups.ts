/** Chapters of `mcs --help`, in their order; each command says which one it belongs to (`static group`). */
export const GROUPS = ['ClusterSet', 'Services', 'Other'] as const;
export type Group = (typeof GROUPS)[number];
