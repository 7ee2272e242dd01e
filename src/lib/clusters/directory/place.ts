/** Where a manifest, or one field of it, stands. */
export interface Place {
  /** As the user would type it: the path given with `--dir` and the file below it; `<stdin>` for standard input. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Something that keeps a manifest from being read. */
export interface Problem {
  readonly place: Place;
  readonly message: string;
}

/** `clusters/east/shop.yaml:14` */
export function showPlace(place: Place): string {
  return `${place.file}:${place.line}`;
}

/** `clusters/east/shop.yaml:14: <what is wrong>` */
export function showProblem(problem: Problem): string {
  return `${showPlace(problem.place)}: ${problem.message}`;
}
