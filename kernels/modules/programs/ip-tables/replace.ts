/** A table that was built takes the place of the live one, or nothing has happened. */
import { Errno } from '../../../../spec/errno.ts';
import { FILTER_CHAINS } from '../../../../spec/filter.ts';
import type { VirtualAddress } from '../../../../spec/riscv.ts';
import { callKernel, type ModuleSteps, type Place } from '../../program.ts';
import { pointNumber } from '../registering.ts';
import type { FilterRoutines } from './routines.ts';
import {
  aside,
  chainOfRule,
  eachRule,
  jumpOf,
  live,
  matchOf,
  Phase,
  phaseOf,
  RuleWord,
  setPhase,
  TableWord,
} from './table.ts';

/** Whether a chain leads back to itself: then a packet would never come out. */
export const hasLoop = (place: Place, table: VirtualAddress): boolean => {
  const leads = new Array<number>(FILTER_CHAINS).fill(0);
  for (const at of eachRule(place, table)) {
    const rule = place.memory.load(at + RuleWord.rule);
    const chain = chainOfRule(rule);
    if (jumpOf(rule) >= 0) leads[chain] = (leads[chain] ?? 0) | (1 << jumpOf(rule));
  }
  for (let round = 1; round < FILTER_CHAINS; round++)
    for (const [chain, first] of leads.entries())
      leads[chain] = leads.reduce((all, one, to) => ((first >>> to) & 1 ? all | one : all), first);
  return leads.some((all, chain) => (all >>> chain) & 1);
};

/** Of a match: who is registered for it stays. */
export const holdMatch = (key: number): ModuleSteps =>
  callKernel('holdHook', pointNumber('match'), key);
export const releaseMatch = (key: number): ModuleSteps =>
  callKernel('releaseHook', pointNumber('match'), key);

/** The matches of rules that have one. */
const keysOf = (place: Place, table: VirtualAddress): number[] =>
  eachRule(place, table)
    .map((at) => matchOf(place.memory.load(at + RuleWord.rule)))
    .filter((key) => key !== 0);

/** A reference for each rule that has a match; if one is missing, none. */
export function* take(
  { holdMatch: hold, releaseMatch: release }: FilterRoutines,
  place: Place,
  table: VirtualAddress,
): ModuleSteps {
  const keys = keysOf(place, table);
  for (const [index, key] of keys.entries()) {
    const refused = yield* hold(key);
    if (refused >= 0) continue;
    for (const held of keys.slice(0, index)) yield* release(held);
    return refused;
  }
  return 0;
}

export function* give(
  { releaseMatch: release }: FilterRoutines,
  place: Place,
  table: VirtualAddress,
): ModuleSteps {
  for (const key of keysOf(place, table)) yield* release(key);
  return 0;
}

/** No packet goes through the table any more. */
export function* drained({ memory }: Place, table: VirtualAddress): ModuleSteps {
  while (memory.load(table + TableWord.packets) !== 0) yield undefined;
  return 0;
}

/** References on matches of the new table come before it is live, those of the old one go when nobody is in it. */
export function* commit(routines: FilterRoutines, place: Place): ModuleSteps {
  if (phaseOf(place) !== Phase.building) return -Errno.EINVAL;
  const [old, fresh] = [live(place), aside(place)];
  setPhase(place, Phase.committing);
  const refused = routines.hasLoop(place, fresh)
    ? -Errno.ELOOP
    : yield* routines.take(routines, place, fresh);
  if (refused >= 0) {
    routines.link(place, fresh);
    routines.exchange(place);
    yield* routines.drained(place, old);
    yield* routines.give(routines, place, old);
  }
  setPhase(place, Phase.nothing);
  return refused;
}
