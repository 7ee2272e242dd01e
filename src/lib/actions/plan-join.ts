import { MAX_LABEL, isDNSLabel, isDNSSubdomain, proposeID } from '../api/names.ts';
import { shellWord } from '../api/shell-word.ts';
import { RefusedError, UsageError } from '../errors.ts';
import { clusterFlag } from './cluster-flag.ts';
import type { Around } from './survey-around.ts';
import type { Surveyed } from './survey.ts';

/** What joining one cluster comes to. */
export interface JoinPlan {
  readonly surveyed: Surveyed;
  readonly id: string;
  /** Whether its id has to be written, and its membership. */
  readonly writesID: boolean;
  readonly writesMembership: boolean;
}

/**
 * Checks all that can be known before anything is written (design rule 2).
 * @throws UsageError for what was typed; RefusedError for what the clusters hold
 */
export function planJoin(around: Around, clusterset: string, givenID: string | undefined): readonly JoinPlan[] {
  const plans = around.chosen.map((surveyed) => planOne(surveyed, clusterset, givenID));
  refuseDuplicates(plans, around.others);
  return plans;
}

/** @throws UsageError when the words of the call alone are wrong; no cluster needs to be asked for that */
export function checkJoinWords(clusterset: string, givenID: string | undefined, chosen: number): void {
  if (!isDNSSubdomain(clusterset)) {
    const proposed = proposeID(clusterset);
    throw new UsageError(
      `"${clusterset}" cannot be the name of a clusterset: it must be labels of lower case letters, digits and "-", joined by dots`,
      proposed === undefined ? undefined : `take ${proposed}`,
    );
  }
  if (givenID === undefined) return;
  if (chosen > 1) throw new UsageError('--id goes with one cluster', 'join the clusters one by one, or leave --id out');
  if (!isDNSLabel(givenID)) throw invalidID(`--id ${JSON.stringify(givenID)}`, givenID);
}

function planOne(surveyed: Surveyed, clusterset: string, givenID: string | undefined): JoinPlan {
  const { cluster, at, id: ownID } = surveyed;
  if (surveyed.clusterset !== undefined && surveyed.clusterset !== clusterset) {
    throw new RefusedError(
      `${cluster} is a member of clusterset ${surveyed.clusterset}; a cluster is in one only`,
      `mcs leave ${clusterFlag(at)}`,
    );
  }
  const isMember = surveyed.clusterset === clusterset;
  if (isMember && ownID !== undefined && givenID !== undefined && givenID !== ownID) {
    throw new RefusedError(
      `${cluster} is a member of ${clusterset} as ${ownID}; an id is not changed while a member`,
      `leave first: mcs leave ${clusterFlag(at)}`,
    );
  }
  const id = givenID ?? ownID ?? cluster;
  // A member keeps the id it has, also one that another tool made with a dot.
  if (!isDNSLabel(id) && !(isMember && id === ownID)) {
    const what = id === ownID ? `the id ${JSON.stringify(id)} that ${cluster} has` : `the name ${JSON.stringify(id)}`;
    throw invalidID(what, id, `mcs join ${shellWord(clusterset)} ${clusterFlag(at)} `);
  }
  return { surveyed, id, writesID: id !== ownID, writesMembership: !isMember };
}

function invalidID(what: string, id: string, command = ''): UsageError {
  const rule = `one label of lower case letters, digits and "-", at most ${MAX_LABEL} characters`;
  const proposed = proposeID(id);
  return new UsageError(`${what} cannot be a cluster id: it must be ${rule}`, `${command}--id ${proposed ?? 'ID'}`);
}

function refuseDuplicates(plans: readonly JoinPlan[], others: readonly Surveyed[]): void {
  const taken = new Map(
    others.flatMap(({ id, cluster, clusterset }) =>
      id !== undefined && clusterset !== undefined ? [[id, cluster]] : [],
    ),
  );
  for (const { surveyed, id, writesID, writesMembership } of plans) {
    const owner = taken.get(id);
    if (owner !== undefined && (writesID || writesMembership)) {
      throw new RefusedError(
        `${surveyed.cluster} cannot have the id ${id}: it is the id of ${owner}`,
        `give it another: mcs join … ${clusterFlag(surveyed.at)} --id ID`,
      );
    }
    taken.set(id, surveyed.cluster);
  }
}
