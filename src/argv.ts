/**
 * The arguments as the parser wants them. Nothing after `--` is touched.
 * - kubectl lets `--dry-run` stand alone, where it means `client`; the parser would take the next argument for its value.
 * - A shell makes several paths of `--dir clusters/*`: those that follow the first out of the same folder belong to it.
 * @param exists whether a path is there; what does not exist is an argument of the command
 */
export function normalizeArgv(argv: readonly string[], exists: (path: string) => boolean): string[] {
  const end = argv.indexOf('--');
  const out: string[] = [];
  let folder: string | undefined;
  for (const [index, arg] of argv.entries()) {
    const touched = end === -1 || index < end;
    if (touched && folder !== undefined && arg.startsWith(folder) && exists(arg)) {
      out.push(`--dir=${arg}`);
      continue;
    }
    folder = touched ? globbedFolder(argv[index - 1], arg) : undefined;
    out.push(touched && arg === '--dry-run' ? '--dry-run=client' : arg);
  }
  return out;
}

/** `clusters/` when the argument is the first path of a `--dir`, and could come from a glob: it has a folder and no ID. */
function globbedFolder(before: string | undefined, arg: string): string | undefined {
  const value = arg.startsWith('--dir=') ? arg.slice('--dir='.length) : before === '--dir' ? arg : undefined;
  if (value === undefined || value.includes('=')) return undefined;
  const slash = value.replace(/\/+$/, '').lastIndexOf('/');
  return slash < 0 ? undefined : value.slice(0, slash + 1);
}

/** True when a switch is given before `--`. For the few that matter before, or when, parsing fails. */
export function hasSwitch(argv: readonly string[], ...names: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.some((arg, index) => names.includes(arg) && (end === -1 || index < end));
}
