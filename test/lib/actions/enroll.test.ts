import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { enroll } from '../../../src/lib/actions/enroll.ts';
import { type Surveyed, survey } from '../../../src/lib/actions/survey.ts';
import { directoryClusters } from '../../../src/lib/clusters/directory/directories.ts';
import type { ClusterFacts } from '../../../src/lib/clusters/cluster.ts';
import { type Folders, folders, membership, namespace, serviceImport } from './folders.ts';

/** What is enrolled when one cluster of real folders is something that a folder cannot be. */
async function enrolled(set: Folders, cluster: string, facts: Partial<ClusterFacts>) {
  const { clusters } = await directoryClusters(
    readdirSync(set.root).map((name) => `${name}=${join(set.root, name)}`),
    {},
  );
  const found = await survey(clusters, { concurrency: 2 });
  const changed = found.clusters.map((one): Surveyed =>
    one.cluster === cluster ? { ...one, facts: { ...one.facts, ...facts } } : one,
  );
  const result = await enroll({ ...found, clusters: changed }, undefined, 2);
  return {
    members: result.members.map(({ role, cluster: name }) => `${role} ${name}`).sort(),
    problems: result.problems.map(({ cluster: name, message }) => `${name}: ${message}`),
    left: result.left,
  };
}

function two(second: readonly object[]): Folders {
  const set = folders();
  set.write('east', 'id.yaml', ...membership('east', 'shop'), namespace());
  set.write('west', 'id.yaml', ...second, serviceImport('cart', { 'app.kubernetes.io/managed-by': 'mcs' }));
  return set;
}

describe('who is enrolled', () => {
  it('rule 19: a cluster of no clusterset is cleaned', async () => {
    const set = two(membership('west'));
    expect(await enrolled(set, 'west', {})).toEqual({
      members: ['former west', 'member east'],
      problems: [],
      left: ['west'],
    });
  });

  it('rule 19: one that does not serve the About API is unknown, not former: nothing is removed there', async () => {
    const set = two([]);
    expect(await enrolled(set, 'west', { aboutVersions: [] })).toEqual({
      members: ['member east'],
      problems: [],
      left: [],
    });
  });

  it('rule 21: a member with another MCS controller is not reconciled: which, and what would happen', async () => {
    const set = two(membership('west', 'shop'));
    const controllers = [{ name: 'Submariner', evidence: 'Deployment a/b', hazard: 'it deletes imports.' }];
    expect(await enrolled(set, 'west', { controllers })).toEqual({
      members: ['member east'],
      problems: ['west: Submariner is at work here, so this cluster is not reconciled: it deletes imports.'],
      left: [],
    });
  });

  it('rule 4: a member without the MCS API is left out and told what to install', async () => {
    const set = two(membership('west', 'shop'));
    expect(await enrolled(set, 'west', { mcsVersions: [] })).toMatchObject({
      members: ['member east'],
      problems: ['west: the MCS API is not installed'],
    });
  });
});
