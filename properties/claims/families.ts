/**
 * Workloads to measure with, by what they are heavy in. Made of small parts, of a few numbers that fast-check generates
 * and shrinks; every task ends with `exit`, so that it is plain whether it has come to its end.
 */
import fc from 'fast-check';
import type { AbiGroup, CallName } from '../../spec/abi.ts';
import { OpenFlag, Whence } from '../../spec/files.ts';
import { bodyAddress, MAX_BODY, textAddress } from '../../spec/layout.ts';
import type { RegisterName } from '../../spec/riscv.ts';
import {
  type Argument,
  type Operation,
  type Program,
  WORKLOAD_FORMAT,
  type Workload,
} from '../../spec/workload.ts';

/** Families of which each task does the same thing; the mixed one has a task of each, beginning with the first. */
const PURE = ['file', 'datagram', 'console', 'memory', 'compute'] as const;
type PureName = (typeof PURE)[number];
export const FAMILIES = [...PURE, 'mixed'] as const;
export type FamilyName = (typeof FAMILIES)[number];

/** A workload of a family by numbers. */
export interface Shape {
  readonly family: FamilyName;
  /** 1 to 3. */
  readonly tasks: number;
  /** How often each does what it does, 1 to 6. */
  readonly rounds: number;
  /** Bytes of a transfer, 4 to 256. */
  readonly bytes: number;
  readonly harts: number;
  readonly tlbEntries: number;
}

/** The groups that a family calls. */
export const groupsOf: Readonly<Record<FamilyName, readonly AbiGroup[]>> = {
  file: ['tasks', 'memory', 'files'],
  datagram: ['tasks', 'memory', 'datagrams'],
  console: ['tasks', 'memory', 'console'],
  memory: ['tasks', 'memory'],
  compute: ['tasks'],
  mixed: ['tasks', 'memory', 'files', 'datagrams', 'console'],
};

const BYTES = [4, 16, 64, 256] as const;
const TLBS = [4, 16, 64] as const;

export const shapeOf = (family: FamilyName, harts?: number): fc.Arbitrary<Shape> =>
  fc.record({
    family: fc.constant(family),
    tasks: fc.integer({ min: 1, max: 3 }),
    rounds: fc.integer({ min: 1, max: 6 }),
    bytes: fc.constantFrom(...BYTES),
    harts: harts === undefined ? fc.integer({ min: 1, max: 4 }) : fc.constant(harts),
    tlbEntries: fc.constantFrom(...TLBS),
  });

/** Those that differ in one number. */
export const similarShapes = (shape: Shape): readonly Shape[] =>
  [
    ...TLBS.map((tlbEntries) => ({ ...shape, tlbEntries })),
    ...BYTES.map((bytes) => ({ ...shape, bytes })),
    ...[1, -1].map((more) => ({ ...shape, rounds: shape.rounds + more })),
    ...[1, -1].map((more) => ({ ...shape, harts: shape.harts + more })),
  ].filter(({ rounds, harts }) => rounds >= 1 && rounds <= 6 && harts >= 1 && harts <= 4);

/** A little simpler each, simplest first. */
export const simplerShapes = (shape: Shape): readonly Shape[] => {
  const { tasks, rounds, bytes, harts } = shape;
  return [
    ...(tasks > 1
      ? [
          { ...shape, tasks: 1 },
          { ...shape, tasks: tasks - 1 },
        ]
      : []),
    ...(rounds > 1
      ? [
          { ...shape, rounds: 1 },
          { ...shape, rounds: rounds - 1 },
        ]
      : []),
    ...(bytes > 4 ? [{ ...shape, bytes: 4 }] : []),
    ...(harts > 1
      ? [
          { ...shape, harts: 1 },
          { ...shape, harts: harts - 1 },
        ]
      : []),
  ];
};

const BUFFER = 0x2000;
const READ_WRITE = 6;
const FD: RegisterName = 'a4';

const call = (name: CallName, ...args: readonly Argument[]): Operation => ({
  op: 'call',
  call: name,
  args,
});
const store = (va: number, value: number): Operation => ({ op: 'store', va, value });
const load = (va: number): Operation => ({ op: 'load', va, rd: 'a3' });
const compute = (steps: number): Operation[] =>
  Array.from({ length: steps }, (_, i) => ({ op: 'set', rd: 'a5', value: i }));

/** What a task does before and in each of its rounds. */
interface Work {
  readonly before: readonly Operation[];
  round(round: number): readonly Operation[];
}

const pureOf = (family: FamilyName, index: number): PureName =>
  family === 'mixed' ? (PURE[index % PURE.length] ?? 'compute') : family;

const workOf = (family: PureName, bytes: number, index: number): Work => {
  switch (family) {
    case 'file':
      return {
        before: [
          call('map', BUFFER, READ_WRITE),
          store(BUFFER, 0x6b72_656b),
          call('open', textAddress(0), OpenFlag.readWrite | OpenFlag.create),
          { op: 'move', rd: FD, rs: 'a0' },
        ],
        round: () => [
          call('fwrite', FD, BUFFER, bytes),
          call('seek', FD, 0, Whence.set),
          call('read', FD, BUFFER, bytes),
        ],
      };
    case 'datagram':
      return {
        before: [call('map', BUFFER, READ_WRITE), call('bind', index + 1), store(BUFFER, 7)],
        round: () => [
          call('sendTo', index + 1, BUFFER, Math.min(bytes, 64)),
          call('receiveFrom', index + 1, BUFFER, 64),
        ],
      };
    case 'console':
      return {
        before: [call('map', BUFFER, READ_WRITE), store(BUFFER, 0x6b6f_2020)],
        round: () => [call('write', BUFFER, Math.min(bytes, 64))],
      };
    case 'memory':
      return {
        before: [],
        round: (round) => {
          const va = BUFFER + round * 0x1000;
          return [
            call('map', va, READ_WRITE),
            store(va, round),
            load(va),
            ...(round % 2 === 1 ? [call('unmap', va)] : []),
          ];
        },
      };
    case 'compute':
      return { before: [], round: () => [...compute(Math.min(24, bytes)), call('yield')] };
  }
};

/** Its bodies, each as long as it may be and going on in the next. */
const chained = (operations: readonly Operation[]): readonly (readonly Operation[])[] => {
  const bodies: Operation[][] = [];
  const room = MAX_BODY - 1;
  for (let at = 0; at < operations.length; at += room) {
    const body = operations.slice(at, at + room);
    if (at + room < operations.length)
      body.push({ op: 'jump', va: bodyAddress(bodies.length + 1) });
    bodies.push(body);
  }
  return bodies;
};

const programOf = (shape: Shape, index: number): Program => {
  const family = pureOf(shape.family, index);
  const { before, round } = workOf(family, shape.bytes, index);
  const rounds = Array.from({ length: shape.rounds }, (_, number) => round(number)).flat();
  const bodies = chained([...before, ...rounds, call('exit', index)]);
  return { bodies, ...(family === 'file' && { texts: [`file${index}`] }) };
};

/** Machine steps: far more than any of these needs, wherever its services are. */
const STEPS = 60_000;
const FRAMES = 128;

export const workloadOfShapes = (
  shapes: readonly Shape[],
  over: Partial<Workload> = {},
): Workload => {
  const programs = shapes.flatMap((shape) => Array.from({ length: shape.tasks }, () => shape));
  const [first] = shapes;
  return {
    format: WORKLOAD_FORMAT,
    harts: first?.harts ?? 1,
    frames: FRAMES,
    tlbEntries: first?.tlbEntries ?? 16,
    ipiDelay: 0,
    programs: programs.map(programOf),
    start: programs.map((_, index) => index),
    schedule: [],
    interrupts: [],
    steps: STEPS,
    ...over,
  };
};
