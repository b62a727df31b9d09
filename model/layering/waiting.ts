/**
 * Who waits for whom. A wait or a signal is the affair of the layer that asked for it: those below it, which offer
 * semaphores in turn, only pass it on.
 *
 * Dijkstra's argument: if what a layer waits for is always signalled by itself or by a layer below it, then no layers can
 * wait for each other in a circle, for the lowest of them would wait for somebody above.
 */
import type { Component } from './events.ts';
import type { Activation, LayeringState, Waiting } from './state.ts';

type Asking = Pick<Activation, 'component' | 'caller' | 'parent' | 'args' | 'shape'>;

/** The layer that asked for a wait or a signal: whoever called the topmost operation of the same kind in the chain. */
const asker = ({ caller, parent, shape }: Asking): Component =>
  parent && parent.shape?.semaphore === shape?.semaphore ? asker(parent) : caller;

/** The semaphore that layer 1 is asked to wait at, or to signal; none: it is no such call. */
export const semaphoreOf = (call: Asking, kind: 'wait' | 'signal'): Waiting | undefined => {
  const { component, args, shape } = call;
  if (component !== 1 || shape?.semaphore !== kind) return undefined;
  const semaphore = args[1 + shape.args.indexOf('semaphore')];
  return semaphore === undefined ? undefined : { semaphore, layer: asker(call) };
};

/** Those that wait at the semaphore. */
export const waitersAt = ({ parked }: LayeringState, semaphore: number): readonly Activation[] =>
  [...parked.values()].filter(({ waitsAt }) => waitsAt?.semaphore === semaphore);
