/**
 * Whose step comes next: the workload's schedule, then turns of 8 steps. A hart that cannot move gives its turn away;
 * where none can, time passes until the next inter-processor interrupt.
 */
import type { EndReason } from '../../spec/records.ts';
import type { Move } from './actions.ts';
import { moveOf } from './enabled.ts';
import type { State } from './state.ts';

const TURN = 8;

/** Finds the next move, and passes over those who cannot move; or says why the run is over. */
export const nextMove = (state: State): Move | EndReason => {
  const { clock, setting, harts } = state;
  let passed = 0;
  for (;;) {
    if (state.halted) return 'halted';
    if (clock.steps >= setting.budget) return 'budget';
    const scheduled = setting.schedule[clock.at];
    const hart = harts[scheduled ?? clock.turn];
    const kind = hart && moveOf(state, hart);
    if (hart && kind) return { kind, hart: hart.id };
    if (scheduled !== undefined) {
      clock.at += 1;
      continue;
    }
    passTurn(state);
    passed += 1;
    if (passed < harts.length) continue;
    const due = nextInterrupt(state);
    if (due === undefined) return 'quiescent';
    clock.steps = due;
    passed = 0;
  }
};

const nextInterrupt = ({ harts, clock }: State): number | undefined => {
  const later = harts
    .map(({ ipiDue }) => ipiDue)
    .filter((due): due is number => due !== null && due > clock.steps);
  return later.length > 0 ? Math.min(...later) : undefined;
};

const passTurn = ({ clock, harts }: State): void => {
  clock.turn = (clock.turn + 1) % harts.length;
  clock.inTurn = 0;
};

/** One machine step begins. */
export const tick = (state: State): void => {
  const { clock, setting } = state;
  clock.steps += 1;
  if (clock.at < setting.schedule.length) {
    clock.at += 1;
    return;
  }
  clock.inTurn += 1;
  if (clock.inTurn === TURN) passTurn(state);
};
