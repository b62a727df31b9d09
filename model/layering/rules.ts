/**
 * Preconditions: what may happen next. Each answers with the rule that is broken, or with nothing; none changes the state.
 * @see spec/layering.ts
 */
import { Gate } from '../../spec/layering.ts';
import { Cause, type Word } from '../../spec/riscv.ts';
import type { Violation } from '../os/violation.ts';
import { type Component, type LayerEvent, VECTOR } from './events.ts';
import { isLent, isLentFrame } from './loans.ts';
import { type Arrow, callText, chainOf, layerName, operationName, pathOf } from './path.ts';
import { type Activation, type LayeringState, running, shapeOf, viewOf } from './state.ts';
import { semaphoreOf, waitersAt } from './waiting.ts';

type Of<K extends LayerEvent['kind']> = Extract<LayerEvent, { readonly kind: K }>;

/** What every broken rule says: the arrow, in words and as a path. */
const broken = (
  state: LayeringState,
  event: LayerEvent,
  rule: Pick<Violation, 'clause' | 'expected' | 'observed'>,
  arrow: Arrow,
  waits?: readonly Activation[],
): Violation => ({
  ...rule,
  hart: event.hart,
  tid: event.tid,
  layers: pathOf(state, viewOf(state, event.hart).stack, arrow, waits),
});

/** The arrow of a call. */
const asked = ({ setting }: LayeringState, event: Of<'call'>, from: Component): Arrow => {
  const { component, args } = event;
  const shape = shapeOf(setting, component, args[0]);
  return { from, to: component, what: callText(setting, { component, args, shape }) };
};

/** A call: by the vector through a gate, or by a layer of an operation that a layer below it offers. */
export const mayCall = (state: LayeringState, event: Of<'call'>): Violation | undefined => {
  const [operation] = event.args;
  if (operation === undefined) return undefined; // the machine has stopped it already
  if (event.caller === VECTOR) return mayEnter(state, event, operation);
  return (
    goesUp(state, event, operation) ?? goesWrong(state, event, operation) ?? signalsUp(state, event)
  );
};

/** Before the first trap layers start: the linker lets them call each other. */
const mayEnter = (
  state: LayeringState,
  event: Of<'call'>,
  operation: Word,
): Violation | undefined => {
  const { setting, booted } = state;
  const { component, hart } = event;
  if (!booted) return undefined;
  const cause = viewOf(state, hart).cause ?? 0;
  const entered = `${operationName(setting, component, operation)} of ${layerName(setting, component)}`;
  if (component === 1 && (operation === Gate.interrupt || operation === Gate.dispatch))
    return undefined;
  if (cause & Cause.interrupt) {
    const rule = {
      clause: 'interrupt-above-one',
      expected: `an interrupt enters ${layerName(setting, 1)}, and calls nothing above it`,
      observed: `an interrupt entered ${entered}`,
    } as const;
    return broken(state, event, rule, asked(state, event, 0));
  }
  if (component === setting.top && (operation === Gate.ecall || operation === Gate.exception))
    return undefined;
  const rule = {
    clause: 'wrong-door',
    expected: `system calls and exceptions enter ${layerName(setting, setting.top)}, the topmost of the kernel`,
    observed: `the trap entered ${entered}`,
  } as const;
  return broken(state, event, rule, asked(state, event, setting.top + 1));
};

const goesUp = (
  state: LayeringState,
  event: Of<'call'>,
  operation: Word,
): Violation | undefined => {
  const { setting } = state;
  const { component, caller, hart } = event;
  if (component <= caller) return undefined;
  const observed = `${layerName(setting, caller)} called ${operationName(setting, component, operation)} of ${layerName(setting, component)}`;
  const inInterrupt = viewOf(state, hart).stack[0]?.args[0] === Gate.interrupt;
  const rule = inInterrupt
    ? ({
        clause: 'interrupt-above-one',
        expected: `an interrupt enters ${layerName(setting, 1)}, and calls nothing above it`,
        observed: `in an interrupt ${observed}`,
      } as const)
    : ({
        clause: 'upcall',
        expected: `${layerName(setting, caller)} calls only layers below it`,
        observed: `${observed}, above it`,
      } as const);
  return broken(state, event, rule, asked(state, event, caller));
};

/** Through its own door, by an operation that nobody offers it, or past the layer below. */
const goesWrong = (
  state: LayeringState,
  event: Of<'call'>,
  operation: Word,
): Violation | undefined => {
  const { setting } = state;
  const { component, caller } = event;
  const observed = `${layerName(setting, caller)} called ${operationName(setting, component, operation)} of ${layerName(setting, component)}`;
  if (component === caller || !shapeOf(setting, component, operation)) {
    const rule = {
      clause: 'wrong-door',
      expected: `${layerName(setting, caller)} calls only what the layers below it offer`,
      observed: component === caller ? `${observed}: itself` : `${observed}, which is not offered`,
    } as const;
    return broken(state, event, rule, asked(state, event, caller));
  }
  if (setting.discipline !== 'strict' || component === caller - 1) return undefined;
  const rule = {
    clause: 'layer-skipped',
    expected: `${layerName(setting, caller)} calls only ${layerName(setting, caller - 1)}`,
    observed: `${observed}, past ${layerName(setting, caller - 1)}`,
  } as const;
  return broken(state, event, rule, asked(state, event, caller));
};

/** A signal for which a layer below the signaller waits. */
const signalsUp = (state: LayeringState, event: Of<'call'>): Violation | undefined => {
  const { setting } = state;
  const { component, caller, args, hart } = event;
  const shape = shapeOf(setting, component, args[0]);
  const signal = semaphoreOf(
    { component, caller, args, shape, parent: running(state, hart) },
    'signal',
  );
  if (!signal) return undefined;
  for (const waiter of waitersAt(state, signal.semaphore)) {
    const { waitsAt } = waiter;
    if (!waitsAt || waitsAt.layer >= signal.layer) continue;
    const rule = {
      clause: 'waits-upward',
      expected: `what ${layerName(setting, waitsAt.layer)} waits for is signalled by itself or by a layer below it`,
      observed: `${layerName(setting, waitsAt.layer)} waits at semaphore ${signal.semaphore}, and ${layerName(setting, signal.layer)} signalled it`,
    } as const;
    const arrow = { from: waitsAt.layer, to: signal.layer, what: 'waits for it' };
    return broken(state, event, rule, arrow, chainOf(waiter));
  }
  return undefined;
};

export const mayTouch = (state: LayeringState, event: Of<'touched'>): Violation | undefined => {
  const { setting } = state;
  const { component, owner, va, bytes, writes, tid } = event;
  if (isLent(state, component, { from: va, bytes, writes, owner, tid })) return undefined;
  const rule = {
    clause: 'foreign-data',
    expected: `${layerName(setting, component)} reads and writes its own memory, and what a call that is not over has lent it`,
    observed: `${layerName(setting, component)} ${writes ? 'stored' : 'loaded'} ${bytes} ${bytes === 1 ? 'byte' : 'bytes'} at 0x${va.toString(16)}, in memory of ${layerName(setting, owner)}`,
  } as const;
  const what = `${writes ? 'stores' : 'loads'} ${bytes} at 0x${va.toString(16)}`;
  return broken(state, event, rule, { from: component, to: owner, what });
};

/** A device moves data for layer 1, which alone can have told it to. */
export const mayTransfer = (state: LayeringState, event: Of<'dma'>): Violation | undefined => {
  const { setting, owners } = state;
  const { frame, bytes, writes } = event;
  const owner = owners.get(frame) ?? 0;
  if (owner <= 1 || isLentFrame(state, 1, frame, writes)) return undefined;
  const rule = {
    clause: 'foreign-data',
    expected: `a device moves data for ${layerName(setting, 1)}: in memory of its own, or in what a call that is not over has lent it`,
    observed: `a device ${writes ? 'stored' : 'loaded'} ${bytes} bytes in frame ${frame}, of ${layerName(setting, owner)}`,
  } as const;
  return broken(state, event, rule, { from: 1, to: owner, what: `DMA, frame ${frame}` });
};

export const mayReach = (state: LayeringState, event: Of<'hardware'>): Violation | undefined => {
  const { setting } = state;
  const component = running(state, event.hart)?.component ?? 1;
  if (component === 1) return undefined;
  const rule = {
    clause: 'hardware-above-one',
    expected: `only ${layerName(setting, 1)} touches the hardware`,
    observed: `${layerName(setting, component)} ${event.what}`,
  } as const;
  return broken(state, event, rule, { from: component, to: 0, what: event.what });
};

/** The machine stopped the kernel, for something that is no integer was about to pass through a door. */
export const smuggled = (state: LayeringState, event: Of<'smuggled'>): Violation => {
  const { setting } = state;
  const call = running(state, event.hart);
  const [from, to] = [call?.caller ?? VECTOR, call?.component ?? 1];
  const rule = {
    clause: 'smuggled',
    expected: 'only integers pass between layers',
    observed: `${layerName(setting, from)} and ${layerName(setting, to)}: ${event.message}`,
  } as const;
  const above = from === VECTOR ? setting.top + 1 : from;
  return broken(state, event, rule, { from: above, to, what: 'no integer' });
};
