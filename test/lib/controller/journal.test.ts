import { describe, expect, it } from 'vitest';
import { ALL_FIELDS } from '../../../src/lib/api/fields.ts';
import type { ControllerState } from '../../../src/lib/controller/controller-options.ts';
import { type Entry, Journal } from '../../../src/lib/controller/journal.ts';
import type { Roster } from '../../../src/lib/controller/roster.ts';
import type { Problem } from '../../../src/lib/plan/change.ts';
import type { Member } from '../../../src/lib/plan/member.ts';
import { Observed } from '../../../src/lib/plan/observed.ts';

const problem = (message: string, cluster = 'east'): Problem => ({
  cluster,
  object: 'Service shop/cart',
  message,
  severity: 'partial',
});

const member = (cluster: string, id = cluster, role: Member['role'] = 'member'): Member => ({
  role,
  cluster,
  id,
  fields: ALL_FIELDS,
  ipFamilies: [],
  observed: new Observed(),
});

const state = (roster: Partial<Roster>, ready = true): ControllerState => ({
  ready,
  roster: { clusterset: 'prod', members: [], gone: new Set(), problems: [], warnings: [], ...roster },
  clusters: [],
});

/** What is told by each step, in short. */
function told(): { readonly journal: Journal; readonly since: () => readonly string[] } {
  const entries: Entry[] = [];
  const short = (entry: Entry): string => {
    if (entry.type === 'problem' || entry.type === 'solved') return `${entry.type} ${entry.problem.message}`;
    if (entry.type === 'joined' || entry.type === 'left') return `${entry.type} ${entry.cluster} ${entry.id}`;
    if (entry.type === 'ready') return `ready ${entry.members.join()}`;
    if (entry.type === 'change') return `change ${entry.change.object}`;
    return entry.type === 'warning' ? `warning ${entry.message}` : entry.type;
  };
  return { journal: new Journal((entry) => entries.push(entry)), since: () => entries.splice(0).map(short) };
}

describe('what is told of a long run', () => {
  it('tells a problem of a cluster when it begins and when it ends, not while it lasts', () => {
    const { journal, since } = told();
    journal.state(state({ problems: [problem('down')] }, false));
    expect(since()).toEqual(['problem down']);
    journal.state(state({ problems: [problem('down')] }, false));
    expect(since()).toEqual([]);
    journal.state(state({ problems: [problem('other')] }, false));
    expect(since()).toEqual(['problem other', 'solved down']);
    journal.state(state({}, false));
    expect(since()).toEqual(['solved other']);
  });

  it('tells a problem of a service once at its begin and end, by cluster', () => {
    const { journal, since } = told();
    journal.service('east', 'shop/cart', [], [problem('a'), problem('a'), problem('b')]);
    expect(since()).toEqual(['problem a', 'problem b']);
    journal.service('west', 'shop/cart', [], [problem('a', 'west')]);
    expect(since()).toEqual(['problem a']);
    journal.service('east', 'shop/cart', [], [problem('b')]);
    expect(since()).toEqual(['solved a']);
    journal.service('east', 'shop/cart', [], []);
    expect(since()).toEqual(['solved b']);
    journal.service('east', 'shop/cart', [], []);
    expect(since()).toEqual([]);
  });

  it('tells a warning when it begins', () => {
    const { journal, since } = told();
    journal.state(state({ warnings: ['twins'] }));
    journal.state(state({ warnings: ['twins'] }));
    expect(since().filter((line) => line.startsWith('warning'))).toEqual(['warning twins']);
  });

  it('tells who takes part when all are read, and then who comes and goes', () => {
    const { journal, since } = told();
    journal.state(state({ members: [member('a')] }, false));
    expect(since()).toEqual([]);
    journal.state(state({ members: [member('a'), member('f', 'f', 'former')] }));
    expect(since()).toEqual(['ready a']);
    journal.state(state({ members: [member('a'), member('b')] }));
    expect(since()).toEqual(['joined b b']);
    journal.state(state({ members: [member('b', 'b2')] }));
    expect(since()).toEqual(['left a a', 'left b b', 'joined b b2']);
  });

  it('forgets the problems of services where nothing is worked on any more', () => {
    const { journal, since } = told();
    journal.state(state({ members: [member('east')] }));
    journal.service('east', 'shop/cart', [], [problem('a')]);
    journal.state(state({ members: [member('east')] }));
    journal.service('east', 'shop/cart', [], [problem('a')]);
    expect(since()).toEqual(['ready east', 'problem a']);
    journal.state(state({}));
    journal.state(state({ members: [member('east')] }));
    since();
    journal.service('east', 'shop/cart', [], [problem('a')]);
    expect(since()).toEqual(['problem a']);
  });
});
