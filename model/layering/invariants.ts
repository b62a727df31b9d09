/** What holds of the judge of layering after every step: each a sentence that is false where the judge is wrong. */
import { VECTOR } from './events.ts';
import type { Activation, LayeringState } from './state.ts';

const active = ({ harts }: LayeringState): readonly Activation[] =>
  harts.flatMap(({ stack }) => stack);

const INVARIANTS: Readonly<Record<string, (state: LayeringState) => boolean>> = {
  'no call is active and waits': (state) => active(state).every(({ id }) => !state.parked.has(id)),
  'no call is active twice': (state) => {
    const ids = active(state).map(({ id }) => id);
    return new Set(ids).size === ids.length;
  },
  'calls go down, and none goes past the layer below where that is promised': (state) =>
    [...active(state), ...state.parked.values()].every(({ caller, component }) => {
      if (caller === VECTOR) return true;
      return state.setting.discipline === 'strict' ? component === caller - 1 : component < caller;
    }),
  'each call was made by the one outside it': (state) =>
    [...active(state), ...state.parked.values()].every(
      ({ caller, parent }) => (parent?.component ?? VECTOR) === caller,
    ),
  'what is lent is lent to a call that is not over': (state) => {
    const alive = new Set([...active(state), ...state.parked.values()]);
    return [...state.lent].every((call) => alive.has(call) && call.loans.length > 0);
  },
  'only layer 1 waits at semaphores, for a layer above it': (state) =>
    [...state.parked.values()].every(
      ({ component, waitsAt }) => !waitsAt || (component === 1 && waitsAt.layer > 1),
    ),
};

/** The sentences that do not hold. */
export const brokenInvariants = (state: LayeringState): readonly string[] =>
  Object.entries(INVARIANTS)
    .filter(([, holds]) => !holds(state))
    .map(([sentence]) => sentence);
