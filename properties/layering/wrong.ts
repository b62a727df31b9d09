/** For tests: every way of breaking the layers of the small kernel, and the clause that says so. */
import type { Kernel } from '../../hardware/contract.ts';
import type { Handler, Steps } from '../../kernels/layered/link/contract.ts';
import { Gate } from '../../spec/layering.ts';
import { serviceSegment } from '../../spec/layout.ts';
import type { Clause } from '../../spec/properties.ts';
import type { Workload } from '../../spec/workload.ts';
import type { Mistake } from '../mutants/layers.ts';
import { CONSOLE, smallKernel, TURN } from './small.ts';

const HELLO = 0x1000;

/** Two tasks that write, yield and end; the second computes first. */
export const workload: Workload = {
  format: 1,
  harts: 1,
  frames: 40,
  tlbEntries: 8,
  ipiDelay: 0,
  programs: [
    {
      bodies: [
        [
          { op: 'call', call: 'write', args: [HELLO, 5] },
          { op: 'call', call: 'yield', args: [] },
          { op: 'set', rd: 's2', value: 7 },
          { op: 'call', call: 'write', args: [HELLO, 0] },
          { op: 'call', call: 'exit', args: [0] },
        ],
      ],
    },
    {
      bodies: [
        [
          { op: 'call', call: 'yield', args: [] },
          { op: 'call', call: 'write', args: [HELLO, 3] },
          { op: 'loop' },
        ],
      ],
    },
  ],
  start: [0, 1],
  schedule: [],
  interrupts: [],
  steps: 120,
} as Workload;

/** Below, by its number, whatever the layer above has of its interface. */
const down = (operation: Handler | undefined, ...args: number[]): number =>
  operation?.(...args) as number;

const pokes: Mistake = (_, __, { memory }) => ({
  rest: () => {
    memory.store(CONSOLE, 33);
    return 0;
  },
});

export const callsUp: Mistake = (_, __, { memory, door }) => ({
  rest: () =>
    memory.call(door + (serviceSegment(3) - serviceSegment(2)), Gate.exception, 0) as number,
});

const callsItself: Mistake = (_, __, { memory, door }) => ({
  rest: () => memory.call(door, 4) as number,
});

const asksTheGate: Mistake = (_, __, { memory, door }) => ({
  rest: () => memory.call(door - (serviceSegment(2) - serviceSegment(1)), Gate.dispatch) as number,
});

const looksAbove: Mistake = (_, __, { memory }) => ({
  rest: () => memory.load(serviceSegment(3)) & 0,
});

const readsFurther: Mistake = ({ send }, _, { memory }) => ({
  *send(va = 0, length = 0): Steps {
    memory.load((va + length + 8) & ~3);
    return yield* send?.(va, length) as Steps;
  },
});

const keepsTheBuffer: Mistake = ({ send }, { turn }, { own, memory }) => ({
  *send(va = 0, length = 0): Steps {
    own.set(0, va);
    return yield* send?.(va, length) as Steps;
  },
  rest: () => {
    if (own.get(0) !== 0) memory.load(own.get(0));
    return down(turn);
  },
});

export const waitsForThoseAbove: Mistake = (_, { wait, put }) => ({
  *send(va = 0, length = 0): Steps {
    yield* wait?.(TURN + 1) as Steps;
    return down(put, va, length);
  },
});
const signalsThoseBelow: Mistake = ({ ecall }, { release }) => ({
  *ecall(number = 0, a0 = 0, a1 = 0): Steps {
    if (number === 3) down(release, TURN + 1);
    return yield* ecall?.(number, a0, a1) as Steps;
  },
});

const tellsThoseAbove: Mistake = ({ interrupt }, __, { memory, door }) => ({
  interrupt: () => {
    memory.call(door + 2 * (serviceSegment(2) - serviceSegment(1)), Gate.exception, 0);
    return down(interrupt);
  },
});

const smuggles: Mistake = ({ ecall }, { send }) => ({
  *ecall(number = 0, a0 = 0, a1 = 0): Steps {
    if (number === 3) yield* send?.({} as number, 0) as Steps;
    return yield* ecall?.(number, a0, a1) as Steps;
  },
});

export const goesPast: Mistake = ({ ecall }, { turn }) => ({
  *ecall(number = 0, a0 = 0, a1 = 0): Steps {
    if (number === 3) return down(turn);
    return yield* ecall?.(number, a0, a1) as Steps;
  },
});

export interface Case {
  /** Whose kernel: ends a sentence. */
  readonly name: string;
  readonly kernel: Kernel;
  readonly clause: Clause;
}

const wrong = (
  name: string,
  mistakes: Readonly<Record<number, Mistake>>,
  clause: Clause,
): Case => ({ name, kernel: smallKernel(mistakes), clause });

export const cases: readonly Case[] = [
  wrong('whose layer 2 reaches a device', { 2: pokes }, 'hardware-above-one'),
  wrong('whose layer 2 calls layer 3', { 2: callsUp }, 'upcall'),
  wrong('whose layer 2 calls itself through its door', { 2: callsItself }, 'wrong-door'),
  wrong('whose layer 2 asks layer 1 to dispatch', { 2: asksTheGate }, 'wrong-door'),
  wrong('whose layer 2 reads a page of layer 3', { 2: looksAbove }, 'foreign-data'),
  wrong('whose layer 2 reads behind what it was lent', { 2: readsFurther }, 'foreign-data'),
  wrong('whose layer 2 reads what it was lent before', { 2: keepsTheBuffer }, 'foreign-data'),
  wrong(
    'whose layer 2 waits for layer 3',
    { 2: waitsForThoseAbove, 3: signalsThoseBelow },
    'waits-upward',
  ),
  wrong('whose interrupts call layer 3', { 1: tellsThoseAbove }, 'interrupt-above-one'),
  wrong('whose layer 3 passes an object down', { 3: smuggles }, 'smuggled'),
  {
    name: 'whose layer 3 calls layer 1 although it promises strict layers',
    kernel: smallKernel({ 3: goesPast }, { doors: 'relaxed' }),
    clause: 'layer-skipped',
  },
];
