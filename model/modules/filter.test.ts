/** All states that a filter and its matches can get into in a few steps, and what holds in each of them. */
import { describe, expect, test } from 'vitest';
import { FilterRequest, filterRequest, MatchKey, Target } from '../../spec/filter.ts';
import { LINUX_POLICY, type ModuleOperation } from '../../spec/modules.ts';
import { filterStateOf } from './behaviours/ip-tables.ts';
import { copyOf, type ModulesState, nothingLoaded } from './state.ts';
import { step } from './step.ts';
import { moduleNamed, settingsWith } from './testing.ts';

const FILES = [
  moduleNamed('filter', { program: 'ip-tables' }),
  moduleNamed('port', { program: 'match-port' }),
];
const request = (word: number): ModuleOperation => ({ op: 'use', module: 'filter', request: word });
const rule = (chain: number, target: number, match: number): ModuleOperation =>
  request(filterRequest(FilterRequest.append, chain, target, match));

const OPERATIONS: readonly ModuleOperation[] = [
  ...FILES.flatMap(({ name: module }): ModuleOperation[] => [
    { op: 'load', module },
    { op: 'init', module },
    { op: 'unload', module, force: false },
    { op: 'exit', module },
  ]),
  request(filterRequest(FilterRequest.begin)),
  rule(0, Target.drop, MatchKey.port),
  rule(3, Target.jump + 3, 0),
  rule(0, Target.accept, MatchKey.limit),
  request(filterRequest(FilterRequest.commit)),
];
/** Rules that a table has here at most. */
const MOST = 2;

const tablesOf = (state: ModulesState) => {
  const filter = state.loaded.get('filter');
  return filter && filterStateOf(filter);
};
const keyOf = (state: ModulesState): string =>
  JSON.stringify([
    [...state.loaded.values()].map(({ facts, state: phase, users }) => [facts.name, phase, users]),
    tablesOf(state),
  ]);

const reachable = (): ModulesState[] => {
  const found = [nothingLoaded(settingsWith({ policy: LINUX_POLICY }), FILES)];
  const known = new Set(found.map(keyOf));
  for (const state of found) {
    for (const operation of OPERATIONS) {
      const next = copyOf(state);
      step(next, operation);
      if ((tablesOf(next)?.aside?.rules.length ?? 0) > MOST || known.has(keyOf(next))) continue;
      known.add(keyOf(next));
      found.push(next);
    }
  }
  return found;
};

describe('a filter and its matches', () => {
  const states = reachable();

  test('reach many states', () => {
    expect(states.length).toBeGreaterThan(100);
    const held = states.filter(({ loaded }) => (loaded.get('port')?.users ?? 0) > 1);
    expect(held.length).toBeGreaterThan(10);
  });

  test('in each of them a match has one reference for each rule of the live table', () => {
    for (const state of states) {
      const live = tablesOf(state)?.live.rules ?? [];
      const needing = live.filter(({ match }) => match === MatchKey.port).length;
      expect(state.loaded.get('port')?.users ?? 0).toBe(needing);
    }
  });

  test('in each of them a match that a live rule needs is LIVE', () => {
    for (const state of states) {
      const live = tablesOf(state)?.live.rules ?? [];
      if (live.some(({ match }) => match === MatchKey.port))
        expect(state.loaded.get('port')?.state).not.toBe('going');
    }
  });

  test('no live table has a loop, or a rule whose match there is not', () => {
    for (const state of states) {
      const live = tablesOf(state)?.live.rules ?? [];
      expect(live.filter(({ target, match }) => target >= Target.jump || match > 1)).toEqual([]);
    }
  });
});
