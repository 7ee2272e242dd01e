/** Codes of conflicts by field (the table of `plan/conflicts.ts`). */
export const CONFLICT_CODES: Readonly<Record<string, string>> = {
  ports: 'MCS201',
  type: 'MCS202',
  sessionAffinity: 'MCS203',
  sessionAffinityConfig: 'MCS204',
  exportedLabels: 'MCS205',
  exportedAnnotations: 'MCS206',
  internalTrafficPolicy: 'MCS207',
  trafficDistribution: 'MCS208',
  ipFamilies: 'MCS209',
};
