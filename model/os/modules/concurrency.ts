/**
 * When a call on modules returns, the steps of the others that are under way may have been taken before, in any order: all
 * ways that lead to what is seen are followed, each but once.
 * @see Herlihy & Wing, Linearizability (1990)
 */
import type { Event } from '../../../spec/events.ts';
import { A0 } from '../../../spec/riscv.ts';
import { copyState } from '../copy.ts';
import type { OsState } from '../state.ts';
import { take } from '../state.ts';
import { advance, keyOfModules, mayAdvance, type OsModules } from './works.ts';

/** Is there more than one way? */
export const isInterleaved = ({ modules }: OsState, event: Event): boolean =>
  modules !== undefined &&
  event.kind === 'return' &&
  modules.works.length > 1 &&
  modules.works.some(({ tid, call }) => tid === event.tid && call !== 'end');

const answerOf = ({ works }: OsModules, tid: number): number | undefined =>
  works.find((work) => work.tid === tid)?.answer;

/** All that can be reached by steps of the calls under way; of the returning one until it is over. */
const reachable = (first: OsModules, seen: number): OsModules[] => {
  const found = [first];
  const keys = new Set([keyOfModules(first)]);
  for (let at = 0; at < found.length; at++) {
    const modules = found[at] as OsModules;
    for (const work of modules.works) {
      if (!mayAdvance(modules, work)) continue;
      const next = advance(modules, work, seen);
      const key = keyOfModules(next);
      if (keys.has(key)) continue;
      keys.add(key);
      found.push(next);
    }
  }
  return found;
};

/** What the returning call may return. */
export const possibleAnswers = (modules: OsModules, tid: number, seen: number): number[] => {
  const answers = reachable(modules, seen).map((one) => answerOf(one, tid));
  return [...new Set(answers.filter((answer) => answer !== undefined))];
};

/** The states that this event may find. */
export const moduleOrders = (state: OsState, event: Event): OsState[] => {
  const { modules } = state;
  if (!modules || event.kind !== 'return' || !isInterleaved(state, event)) return [state];
  const seen = (event.registers[A0] ?? 0) | 0;
  const ways = reachable(modules, seen).filter((one) => answerOf(one, event.tid) === seen);
  if (ways.length === 0) return [state];
  return ways.map((way) => {
    const copy = copyState(state);
    copy.modules = way;
    take(copy, 'concurrentModules');
    return copy;
  });
};
