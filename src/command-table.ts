/** Every command by its id, loaded when it is called. `test/package` compares it with the manifest. */
const COMMANDS: Readonly<Record<string, () => Promise<{ readonly default: unknown }>>> = {
  clusters: () => import('./commands/clusters.ts'),
  'crds:install': () => import('./commands/crds/install.ts'),
  'crds:status': () => import('./commands/crds/status.ts'),
  explain: () => import('./commands/explain/index.ts'),
  'explain:conflict': () => import('./commands/explain/conflict.ts'),
  'explain:svc': () => import('./commands/explain/svc.ts'),
  'export:svc': () => import('./commands/export/svc.ts'),
  join: () => import('./commands/join.ts'),
  leave: () => import('./commands/leave.ts'),
  namespaces: () => import('./commands/namespaces.ts'),
  'rbac:print': () => import('./commands/rbac/print.ts'),
  reconcile: () => import('./commands/reconcile.ts'),
  status: () => import('./commands/status.ts'),
  'unexport:svc': () => import('./commands/unexport/svc.ts'),
  validate: () => import('./commands/validate.ts'),
  'wait:svc': () => import('./commands/wait/svc.ts'),
  version: () => import('./commands/version.ts'),
};

/** The class of a command. oclif would import the file that the manifest names, and a bundle has no such files. */
export async function loadCommand(id: string): Promise<unknown> {
  return (await COMMANDS[id]?.())?.default;
}
