/**
 * The arguments as the parser wants them. kubectl lets `--dry-run` stand alone, where it means `client`; the parser
 * would take the next argument for its value. Nothing after `--` is touched.
 */
export function normalizeArgv(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((arg, index) => (arg === '--dry-run' && (end === -1 || index < end) ? '--dry-run=client' : arg));
}

/** True when a switch is given before `--`. For the few that matter before, or when, parsing fails. */
export function hasSwitch(argv: readonly string[], ...names: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.some((arg, index) => names.includes(arg) && (end === -1 || index < end));
}
