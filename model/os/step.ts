/**
 * One step of the abstract OS: `state × event → violation or none`, the state changed in place.
 *
 * The same recipe runs pure under immer (`pureStep`), for exploring and explaining, and on plain data for checking. It
 * never throws: what is forbidden is a value. Dispatch is by a typed table and not by ts-pattern, which costs more here
 * than all the judging of an event.
 */
import { enableMapSet, Immer } from 'immer';
import type { Event, EventKind } from '../../spec/events.ts';
import { STUCK_DISK } from '../../spec/records.ts';
import { transmitted } from './console.ts';
import { goBack } from './dispatch.ts';
import { ended, goIdle, halted } from './ends.ts';
import { moved } from './services.ts';
import { type OsState, take } from './state.ts';
import { trap } from './traps.ts';
import { retire } from './user.ts';
import type { Violation } from './violation.ts';
import { updateWaste } from './waiting.ts';

enableMapSet();
/** Without freezing: a state that is left alone in its set is changed in place again. */
const immer = new Immer({ autoFreeze: false });

type Steps = {
  readonly [K in EventKind]: (
    state: OsState,
    event: Extract<Event, { kind: K }>,
  ) => Violation | undefined;
};

/** A fault that the workload brings begins, or its disk is stuck. */
const struck = (state: OsState, { fault }: Extract<Event, { kind: 'strike' }>): undefined => {
  const kind = fault === STUCK_DISK ? ('device stuck' as const) : state.setting.faults[fault]?.kind;
  if (!kind) return;
  state.struck = [...state.struck, kind];
  take(state, 'faultStruck');
};

/** One recipe a kind of event: a kind without one does not compile. */
const STEPS: Steps = {
  retire,
  trap,
  return: goBack,
  console: transmitted,
  idle: goIdle,
  dma: moved,
  ipi: (state, { to }) => {
    const target = state.harts[to];
    if (target) target.ipiPending = true;
    updateWaste(state);
    return undefined;
  },
  strike: struck,
  wait: (state, { hart }) => setWaiting(state, hart, true),
  resume: (state, { hart }) => setWaiting(state, hart, false),
  context: () => undefined,
  satp: () => undefined,
  fence: () => undefined,
  halt: halted,
  end: ended,
};

export const step = (state: OsState, event: Event): Violation | undefined =>
  (STEPS[event.kind] as (state: OsState, event: Event) => Violation | undefined)(state, event);

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
