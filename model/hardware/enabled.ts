/** Preconditions: what a hart would do of itself, and what may happen at all. */
import type { Action, Move } from './actions.ts';
import { type Hart, readWord, type State } from './state.ts';

const ipiIsDue = (state: State, { ipiDue }: Hart): boolean =>
  ipiDue !== null && state.clock.steps >= ipiDue;

const conditionHolds = (state: State, { condition }: Hart): boolean =>
  condition === null ||
  readWord(state, condition.frame * 1024 + condition.index) === condition.value;

/** What this hart does in its next machine step; `undefined` where it cannot move. Interrupts come first. */
export const moveOf = (state: State, hart: Hart): Move['kind'] | undefined => {
  if (hart.status === 'waiting') {
    if (hart.remoteFence && ipiIsDue(state, hart)) return 'remoteFence';
    return conditionHolds(state, hart) ? 'resume' : undefined;
  }
  if (hart.status !== 'running' && hart.status !== 'idle') return undefined;
  if (ipiIsDue(state, hart)) return 'softwareInterrupt';
  if (hart.forced[0] !== undefined && hart.time >= hart.forced[0]) return 'forcedInterrupt';
  // While a hart idles its time stands still: a timer that was due already comes after the next return.
  if (hart.status === 'idle') return undefined;
  return hart.time >= hart.stimecmp ? 'timerInterrupt' : 'execute';
};

/** The hart on which kernel code runs: nothing else in the machine moves until it waits or returns. */
export const inKernel = (state: State): Hart | undefined =>
  state.harts.find(({ status }) => status === 'kernel' || status === 'fencing');

const isBooting = (state: State): boolean => state.harts[0]?.status === 'booting';

export const isEnabled = (state: State, action: Action): boolean => {
  if (state.halted) return false;
  if (action.kind === 'booted') return isBooting(state);
  const hart = state.harts[action.hart];
  if (!hart) return false;
  switch (action.kind) {
    case 'execute':
    case 'softwareInterrupt':
    case 'timerInterrupt':
    case 'forcedInterrupt':
    case 'resume':
    case 'remoteFence':
      return !inKernel(state) && !isBooting(state) && moveOf(state, hart) === action.kind;
    case 'wait':
      return hart.status === 'kernel' && hart.attempts.length === 0;
    case 'return':
      return hart.status === 'kernel' || hart.status === 'fencing';
    default:
      return hart.status === 'kernel' || hart.status === 'fencing' || hart.status === 'booting';
  }
};
