/**
 * One step of the abstract OS: `state × event → violation or none`, the state changed in place.
 *
 * The same recipe runs pure under immer (`pureStep`), for exploring and explaining, and on plain data for checking. It
 * never throws: what is forbidden is a value.
 */
import { Immer, enableMapSet } from 'immer';
import { match } from 'ts-pattern';
import type { Event } from '../../spec/events.ts';
import { ended, goBack, goIdle, halted, transmitted } from './dispatch.ts';
import type { OsState } from './state.ts';
import { retire, trap } from './user.ts';
import type { Violation } from './violation.ts';
import { updateWaste } from './waiting.ts';

enableMapSet();
/** Without freezing: a state that is left alone in its set is changed in place again. */
const immer = new Immer({ autoFreeze: false });

export const step = (state: OsState, event: Event): Violation | undefined =>
  match(event)
    .with({ kind: 'retire' }, (retired) => retire(state, retired))
    .with({ kind: 'trap' }, (trapped) => trap(state, trapped))
    .with({ kind: 'return' }, (back) => goBack(state, back))
    .with({ kind: 'console' }, (bytes) => transmitted(state, bytes))
    .with({ kind: 'idle' }, (idle) => goIdle(state, idle))
    .with({ kind: 'ipi' }, ({ to }) => {
      const target = state.harts[to];
      if (target) target.ipiPending = true;
      updateWaste(state);
      return undefined;
    })
    .with({ kind: 'wait' }, ({ hart }) => setWaiting(state, hart, true))
    .with({ kind: 'resume' }, ({ hart }) => setWaiting(state, hart, false))
    .with({ kind: 'context' }, { kind: 'satp' }, { kind: 'fence' }, () => undefined)
    .with({ kind: 'halt' }, (halt) => halted(state, halt))
    .with({ kind: 'end' }, (end) => ended(state, end))
    .exhaustive();

const setWaiting = (state: OsState, hart: number, waiting: boolean): undefined => {
  const view = state.harts[hart];
  if (view) view.waiting = waiting;
};

/** The same step as a pure function. */
export const pureStep = (
  state: OsState,
  event: Event,
): { readonly state: OsState; readonly violation: Violation | undefined } => {
  let violation: Violation | undefined;
  const next = immer.produce(state, (draft: OsState) => {
    violation = step(draft, event);
  });
  return { state: next, violation };
};

/** Applies any recipe purely. */
export const pure = (state: OsState, recipe: (draft: OsState) => void): OsState =>
  immer.produce(state, (draft: OsState) => {
    recipe(draft);
  });
