/** For tests: runs of a layered kernel told by hand, as records of the machine. */
import type { Discipline, LayerClaim } from '../../spec/layering.ts';
import { RECORD_WORDS, RecordKind } from '../../spec/records.ts';
import { Cause, Mode } from '../../spec/riscv.ts';
import { TRANSITION_NAMES, type Transition } from '../../spec/transitions.ts';
import type { Violation } from '../os/violation.ts';
import { LayerDecoder } from './decode.ts';
import { VECTOR } from './events.ts';
import { brokenInvariants } from './invariants.ts';
import { initialLayering, type LayeringState } from './state.ts';
import { layeringStep } from './step.ts';

/** Operations of LAYERS, by their place. */
export const Op = { wait: 0, signal: 1, transfer: 2, move: 0, pause: 1, free: 2 } as const;

const semaphores: LayerClaim['offers'] = [
  { name: 'wait', args: ['semaphore'], waits: true, semaphore: 'wait' },
  { name: 'signal', args: ['semaphore'], semaphore: 'signal' },
];

/** N = 5: a processor, two layers in between, and programs. */
const LAYERS: readonly LayerClaim[] = [
  {
    name: 'processor',
    pages: 1,
    offers: [...semaphores, { name: 'transfer', args: ['frame', 'writes', 'length'] }],
  },
  {
    name: 'memory',
    pages: 1,
    offers: [
      { name: 'move', args: ['value', 'writes', 'length'] },
      { name: 'pause', args: ['semaphore'], waits: true, semaphore: 'wait' },
      { name: 'free', args: ['semaphore'], semaphore: 'signal' },
    ],
  },
  { name: 'files', pages: 2, offers: [{ name: 'look', args: ['reads', 'length'], waits: true }] },
];

/** Each method is what the machine writes for one thing that happens. */
export class Story {
  readonly #words: number[] = [];
  readonly #discipline: Discipline;
  readonly #layers: readonly LayerClaim[];
  readonly #callers: { component: number; activation: number }[] = [];
  #activations = 0;
  #tid = 1;

  constructor(discipline: Discipline = 'strict', layers: readonly LayerClaim[] = LAYERS) {
    this.#discipline = discipline;
    this.#layers = layers;
  }

  record(kind: number, ...payload: number[]): this {
    const row = [kind | (Mode.S << 12), 0, this.#tid, ...payload];
    this.#words.push(...row, ...Array.from({ length: RECORD_WORDS - row.length }, () => 0));
    return this;
  }

  /** The hart goes back to user mode, and a task traps. */
  trap(cause: number = Cause.userEcall, tid = 1): this {
    this.record(RecordKind.return);
    for (let row = 0; row < 4; row++) this.record(0);
    this.#tid = tid;
    return this.record(RecordKind.trap, cause);
  }

  /** A call by whoever runs now. */
  call(component: number, operation: number, ...args: number[]): this {
    this.#activations += 1;
    const caller = this.#callers.at(-1)?.component ?? VECTOR;
    this.#callers.push({ component, activation: this.#activations });
    this.record(RecordKind.enter, component, 0, caller, this.#activations, 0);
    return this.record(RecordKind.passed, operation, ...args);
  }

  /** The innermost calls come back. */
  leave(times = 1): this {
    for (let time = 0; time < times; time++) this.#leave(0);
    return this;
  }

  #leave(waits: number): number {
    const left = this.#callers.pop();
    const caller = this.#callers.at(-1)?.component ?? VECTOR;
    this.record(RecordKind.leave, left?.component ?? 0, caller, left?.activation ?? 0, waits);
    return left?.activation ?? 0;
  }

  /** All calls wait; answers with how they go on. */
  park(): () => Story {
    const waiting = [...this.#callers];
    while (this.#callers.length > 0) this.#leave(1);
    return () => {
      for (const { component, activation } of waiting) {
        const caller = this.#callers.at(-1)?.component ?? VECTOR;
        this.record(RecordKind.enter, component, 0, caller, activation, 1);
        this.#callers.push({ component, activation });
      }
      return this;
    };
  }

  touch(va: number, bytes: number, writes: boolean, owner: number): this {
    const component = this.#callers.at(-1)?.component ?? 0;
    return this.record(RecordKind.touched, va, bytes, writes ? 1 : 0, owner, component);
  }

  /** What the judge says of it, with every invariant checked after every step. */
  judge(): { violation: Violation | undefined; state: LayeringState } {
    const words = Uint32Array.from(this.#words);
    const decoder = new LayerDecoder({ words, length: words.length, messages: [] });
    const state = initialLayering(this.#layers, this.#discipline, 1);
    for (let event = decoder.read(); event; event = decoder.read()) {
      const violation = layeringStep(state, event);
      if (violation) return { violation, state };
      const broken = brokenInvariants(state);
      if (broken.length > 0) throw new Error(`after ${event.kind}: ${broken.join('; ')}`);
    }
    return { violation: undefined, state };
  }

  get clause(): string | undefined {
    return this.judge().violation?.clause;
  }

  /** How often a transition was taken. */
  taken(transition: Transition): number {
    return this.judge().state.taken[TRANSITION_NAMES.indexOf(transition)] ?? 0;
  }
}
