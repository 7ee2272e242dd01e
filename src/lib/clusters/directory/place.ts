import type { Place } from '../../api/manifests.ts';

export type { Place } from '../../api/manifests.ts';

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
