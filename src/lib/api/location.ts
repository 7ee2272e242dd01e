const BETWEEN = ', ';

/** Where a cluster of directories is, as it is shown: the paths of its layers, in order. */
export function locationOf(paths: readonly string[]): string {
  return paths.join(BETWEEN);
}

/** The paths that `locationOf` put together; the address of a context by itself. */
export function pathsIn(location: string): readonly string[] {
  return location.split(BETWEEN);
}
