/**
 * The trap vector of a layered kernel: the only code that enters a layer from above all of them. It enters by gates: with
 * system calls and exceptions at the topmost layer, with interrupts at layer 1, and leaves by asking layer 1 whom to run.
 *
 * It keeps the activations that wait, for an activation cannot lie in RAM; whose turn it is, layer 1 knows.
 */
import type { Hart } from '../../../hardware/contract.ts';
import { Gate, type GateName, NO_RESULT } from '../../../spec/layering.ts';
import { Cause, Mode, type Word } from '../../../spec/riscv.ts';
import { PARK, type Steps } from './contract.ts';
import type { Link, Linked, Parked } from './linkage.ts';

/** Causes from here on are interrupts: the highest bit of scause. */
const INTERRUPT = 0x8000_0000;

/** Through a gate: as a call by nobody. */
const enter = (link: Link, layer: Linked, gate: GateName, ...args: Word[]): number | Steps => {
  const operation = layer.operations.get(Gate[gate]);
  if (!operation) throw new Error(`layer ${layer.number} (${layer.layer.name}) has no ${gate}`);
  const waits = operation.constructor.name === 'GeneratorFunction';
  const door = waits ? layer.waitingDoor : layer.door;
  return link.hart.call(door, Gate[gate], ...args) as number | Steps;
};

/** A result for the task that called, and the instruction behind the call. */
const answer = (hart: Hart, result: number): void => {
  if (result === NO_RESULT) return;
  hart.a0 = result;
  hart.sepc += 4;
};

/** To its end, or until it parks. */
const advance = (link: Link, activation: Parked): void => {
  const { hart } = link;
  const whose = link.running.get(hart.id) ?? 0;
  const { done, value } = activation.steps.next();
  if (done) {
    if (activation.answers) answer(hart, value);
    return;
  }
  if (value !== PARK) throw new Error('only layer 1 waits, and it yields PARK');
  link.parked.set(whose, activation);
};

const begin = (link: Link, result: number | Steps, answers: boolean): void => {
  if (typeof result === 'object') advance(link, { steps: result, answers });
  else if (answers) answer(link.hart, result);
};

/** Layer 1 chooses, until it is somebody who is in user mode, or nobody. */
const leave = (link: Link, processor: Linked): void => {
  for (;;) {
    const next = enter(link, processor, 'dispatch');
    if (typeof next !== 'number') throw new Error('dispatch never waits: it is a plain function');
    link.running.set(link.hart.id, next);
    const activation = link.parked.get(next);
    if (!activation) return;
    link.parked.delete(next);
    advance(link, activation);
  }
};

/** A stack that overflows: calls that never end. */
export const endless = (error: unknown): unknown => {
  if (error instanceof RangeError && error.message.includes('call stack'))
    error.message = 'a layer calls itself without end';
  return error;
};

export const vector =
  (link: Link) =>
  (hart: Hart): void => {
    link.hart = hart;
    try {
      handle(link, hart);
    } catch (error) {
      throw endless(error);
    }
  };

const handle = (link: Link, hart: Hart): void => {
  const [processor] = link.layers;
  const top = link.layers.at(-1);
  if (!processor || !top) return;
  const { scause, stval } = hart;
  if (scause >= INTERRUPT) enter(link, processor, 'interrupt', scause);
  else if (hart.spp === Mode.S) throw new Error(`a layer faulted: cause ${scause} at ${stval}`);
  else if (scause === Cause.userEcall)
    begin(link, enter(link, top, 'ecall', hart.a7, hart.a0, hart.a1, hart.a2), true);
  else begin(link, enter(link, top, 'exception', scause, stval), false);
  leave(link, processor);
};
