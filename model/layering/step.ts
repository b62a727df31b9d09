/**
 * One step of the judge of layering: `state × event → violation or none`, the state changed in place. What is forbidden
 * is a value; it never throws but for a log that no machine writes.
 */
import { Gate } from '../../spec/layering.ts';
import type { Violation } from '../os/violation.ts';
import { type LayerEvent, VECTOR } from './events.ts';
import { loansAtEntry } from './loans.ts';
import { mayCall, mayReach, mayTouch, mayTransfer, smuggled } from './rules.ts';
import { type Activation, count, type LayeringState, running, shapeOf, viewOf } from './state.ts';
import { semaphoreOf, waitersAt } from './waiting.ts';

type Of<K extends LayerEvent['kind']> = Extract<LayerEvent, { readonly kind: K }>;
type Steps = {
  readonly [K in LayerEvent['kind']]: (state: LayeringState, event: Of<K>) => Violation | undefined;
};

/** A precondition, and then what changes. */
const guarded =
  <K extends LayerEvent['kind']>(
    may: (state: LayeringState, event: Of<K>) => Violation | undefined,
    change: (state: LayeringState, event: Of<K>) => void,
  ) =>
  (state: LayeringState, event: Of<K>): Violation | undefined => {
    const violation = may(state, event);
    if (!violation) change(state, event);
    return violation;
  };

const always = (): undefined => undefined;

const begin = (state: LayeringState, event: Of<'call'>): void => {
  const { setting, lent } = state;
  const { component, caller, activation, args, hart, tid } = event;
  const shape = shapeOf(setting, component, args[0]);
  const parent = running(state, hart);
  const call: Activation = {
    id: activation,
    component,
    caller,
    parent,
    tid,
    args,
    shape,
    loans: loansAtEntry(setting, caller, shape, args),
    waitsAt: semaphoreOf({ component, caller, parent, args, shape }, 'wait'),
  };
  viewOf(state, hart).stack.push(call);
  if (call.loans.length > 0) {
    lent.add(call);
    count(state, 'memoryLent');
  }
  countCall(state, call, viewOf(state, hart).stack[0] ?? call);
};

const countCall = (state: LayeringState, call: Activation, outermost: Activation): void => {
  const [operation] = call.args;
  if (call.component === 1 && outermost.args[0] === Gate.ecall) count(state, 'callReachedLayerOne');
  if (call.caller === VECTOR && operation === Gate.interrupt) {
    count(state, 'interruptEnteredLayerOne');
    if (state.parked.size > 0) count(state, 'interruptWhileInLayer');
  }
  const signal = semaphoreOf(call, 'signal');
  if (signal && waitersAt(state, signal.semaphore).length > 0) count(state, 'waiterSignalled');
};

const goOn = (state: LayeringState, { hart, activation }: Of<'resume'>): void => {
  const call = state.parked.get(activation);
  if (!call) return;
  state.parked.delete(activation);
  viewOf(state, hart).stack.push(call);
};

/** What a call had called, and has not come back, is over with it: an exception went through. */
const leave = (state: LayeringState, { hart, activation, waits }: Of<'leave'>): void => {
  const { stack } = viewOf(state, hart);
  if (!stack.some(({ id }) => id === activation)) return;
  for (let call = stack.pop(); call; call = stack.pop()) {
    if (call.id === activation && waits) {
      state.parked.set(activation, call);
      if (call.waitsAt) count(state, 'waitedInLayer');
      return;
    }
    state.lent.delete(call);
    if (call.id === activation) return;
  }
};

const STEPS: Steps = {
  trap: guarded<'trap'>(always, (state, { hart, cause }) => {
    state.booted = true;
    viewOf(state, hart).cause = cause;
  }),
  return: guarded<'return'>(always, (state, { hart }) => {
    state.booted = true;
    viewOf(state, hart).cause = undefined;
  }),
  call: guarded<'call'>(mayCall, begin),
  resume: guarded<'resume'>(always, goOn),
  leave: guarded<'leave'>(always, leave),
  assigned: guarded<'assigned'>(always, ({ owners }, { frame, owner }) => {
    // A frame that changes hands goes to the end: pages of a layer are in the order in which it got them.
    owners.delete(frame);
    if (owner !== 0) owners.set(frame, owner);
  }),
  touched: guarded<'touched'>(mayTouch, (state) => count(state, 'lentMemoryTouched')),
  smuggled: guarded<'smuggled'>(smuggled, always),
  dma: guarded<'dma'>(mayTransfer, always),
  hardware: guarded<'hardware'>(mayReach, (state, { hart }) => {
    if (running(state, hart)) count(state, 'hardwareReached');
  }),
};

export const layeringStep = (state: LayeringState, event: LayerEvent): Violation | undefined =>
  (STEPS[event.kind] as (state: LayeringState, event: LayerEvent) => Violation | undefined)(
    state,
    event,
  );
