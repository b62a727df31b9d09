/**
 * The neighbours of a workload: the finite list of ways to make it one notch simpler. A workload is 1-minimal if none of
 * its neighbours fails in the same way; a story says how many there were, and that all of them were run.
 *
 * The list, in this order:
 *   - drop a task that boot starts, or start one of those that it spawns in its place; drop a program that nothing
 *     starts;
 *   - drop a body (empty it), or let a thread's take the place of its maker's; drop a step;
 *   - drop a hart (its turns go to hart 0); drop an interrupt; let one come earlier;
 *   - drop the schedule, or a turn of it, or give a turn to the hart before it;
 *   - merge two pages: all addresses in one become addresses in the other;
 *   - lower a value to the next on a short ladder: words and lengths to 1 or 0, an address within a page to the page's
 *     first word, a register to `a0`, a register that is stored to 0 or 1; interrupts less late; one frame of RAM less;
 *   - drop a step together with a turn of the schedule.
 */
import type { RegisterName } from '../../spec/riscv.ts';
import type { Argument, Operation, Program, Workload } from '../../spec/workload.ts';

import { withoutOperations } from './dropping.ts';

export interface Neighbour {
  /** What was changed, in words. */
  readonly change: string;
  readonly workload: Workload;
}

export function* neighbours(workload: Workload): Generator<Neighbour, void, void> {
  yield* fewerTasks(workload);
  yield* fewerSteps(workload);
  yield* fewerHarts(workload);
  yield* fewerFrames(workload);
  yield* fewerInterrupts(workload);
  yield* simplerSchedule(workload);
  yield* fewerPages(workload);
  yield* lowerValues(workload);
  yield* fewerStepsAndTurns(workload);
}

const without = <T>(list: readonly T[], index: number): T[] => list.filter((_, i) => i !== index);
const replaced = <T>(list: readonly T[], index: number, value: T): T[] =>
  list.map((old, i) => (i === index ? value : old));

/** Is the program started by boot or by some spawn? */
const isStarted = (workload: Workload, program: number): boolean =>
  workload.start.includes(program) ||
  workload.programs.some(({ bodies }) =>
    bodies.some((body) =>
      body.some(
        (operation) =>
          operation.op === 'call' && operation.call === 'spawn' && operation.args[0] === program,
      ),
    ),
  );

/** Programs that its tasks spawn, without itself. */
const spawnedBy = (workload: Workload, program: number): number[] => {
  const operations = workload.programs[program]?.bodies.flat() ?? [];
  const spawned = operations.flatMap((operation) => {
    const [child] = operation.op === 'call' && operation.call === 'spawn' ? operation.args : [];
    return typeof child === 'number' && child < workload.programs.length ? [child] : [];
  });
  return [...new Set(spawned)].filter((child) => child !== program);
};

function* fewerTasks(workload: Workload): Generator<Neighbour> {
  for (const [index, program] of workload.start.entries()) {
    for (const spawned of spawnedBy(workload, program)) {
      const start = replaced(workload.start, index, spawned);
      yield {
        change: `program ${spawned} in place of its parent`,
        workload: { ...workload, start },
      };
    }
    yield {
      change: `without the task of program ${program}`,
      workload: { ...workload, start: without(workload.start, index) },
    };
  }
  for (let program = workload.programs.length - 1; program >= 0; program--) {
    if (isStarted(workload, program)) continue;
    yield { change: `without program ${program}`, workload: withoutProgram(workload, program) };
  }
}

/** Later programs move down by one, and so do their numbers in spawn and start. */
const withoutProgram = (workload: Workload, program: number): Workload => {
  const renumber = (operation: Operation): Operation => {
    const [first] = operation.op === 'call' && operation.call === 'spawn' ? operation.args : [];
    return operation.op === 'call' &&
      typeof first === 'number' &&
      first > program &&
      first <= workload.programs.length
      ? { ...operation, args: [first - 1] }
      : operation;
  };
  return {
    ...workload,
    programs: without(workload.programs, program).map(({ bodies }) => ({
      bodies: bodies.map((body) => body.map(renumber)),
    })),
    start: workload.start.map((number) => (number > program ? number - 1 : number)),
  };
};

/** The workload with one body changed; empty bodies at the end are dropped. */
export const withBody = (
  workload: Workload,
  program: number,
  body: number,
  operations: readonly Operation[],
): Workload => {
  const programs = workload.programs.map((one, index): Program => {
    if (index !== program) return one;
    const bodies = replaced<readonly Operation[]>(one.bodies, body, operations);
    while (bodies.length > 1 && bodies.at(-1)?.length === 0) bodies.pop();
    return { bodies };
  });
  return { ...workload, programs };
};

/** Every body with its place, and every operation with its place in it. */
const bodiesOf = (
  workload: Workload,
): { program: number; body: number; operations: readonly Operation[] }[] =>
  workload.programs.flatMap(({ bodies }, program) =>
    bodies.map((operations, body) => ({ program, body, operations })),
  );

function* fewerSteps(workload: Workload): Generator<Neighbour> {
  for (const { program, body, operations } of bodiesOf(workload)) {
    if (operations.length > 1) {
      yield {
        change: `without body ${body} of program ${program}`,
        workload: withBody(workload, program, body, []),
      };
    }
    if (body > 0 && operations.length > 0) {
      yield {
        change: `body ${body} of program ${program} in place of its first`,
        workload: withBody(withBody(workload, program, 0, operations), program, body, []),
      };
    }
    for (let i = operations.length - 1; i >= 0; i--) {
      yield {
        change: `without step ${i + 1} of body ${body} of program ${program}`,
        workload: withoutStep(workload, operations, i),
      };
    }
  }
}

const withoutStep = (workload: Workload, body: readonly Operation[], step: number): Workload =>
  withoutOperations(workload, new Set(body.slice(step, step + 1)));

/** Where the order of two harts matters, a step may not go without its turn. */
function* fewerStepsAndTurns(workload: Workload): Generator<Neighbour> {
  for (const { program, body, operations } of bodiesOf(workload)) {
    for (let i = operations.length - 1; i >= 0; i--) {
      const fewer = withoutStep(workload, operations, i);
      for (const turn of turnsThatMatter(workload.schedule)) {
        yield {
          change: `without step ${i + 1} of body ${body} of program ${program}, and turn ${turn + 1}`,
          workload: { ...fewer, schedule: without(workload.schedule, turn) },
        };
      }
    }
  }
}

/** Within a run of turns of one hart all are alike: the first of each run. */
const turnsThatMatter = (schedule: readonly number[]): number[] =>
  [...schedule.keys()].filter((turn) => turn === 0 || schedule[turn] !== schedule[turn - 1]);

/** Harts above the one that goes move down by one; its own turns and interrupts go to hart 0. */
const withoutHart = (workload: Workload, gone: number): Workload => {
  const renumber = (hart: number): number => (hart === gone ? 0 : hart > gone ? hart - 1 : hart);
  return {
    ...workload,
    harts: workload.harts - 1,
    schedule: workload.schedule.map(renumber),
    interrupts: workload.interrupts.map(({ hart, after }) => ({ hart: renumber(hart), after })),
  };
};

function* fewerHarts(workload: Workload): Generator<Neighbour> {
  if (workload.harts === 1) return;
  for (let hart = workload.harts - 1; hart >= 0; hart--) {
    yield { change: `without hart ${hart}`, workload: withoutHart(workload, hart) };
  }
}

/** Programs, kernel and tables need some. */
const LEAST_FRAMES = 16;

function* fewerFrames(workload: Workload): Generator<Neighbour> {
  const frames = workload.frames - 1;
  if (frames >= LEAST_FRAMES)
    yield { change: 'with one frame less', workload: { ...workload, frames } };
}

function* fewerInterrupts(workload: Workload): Generator<Neighbour> {
  for (const [index, { hart, after }] of workload.interrupts.entries()) {
    yield {
      change: 'without an interrupt',
      workload: { ...workload, interrupts: without(workload.interrupts, index) },
    };
    for (const earlier of new Set([0, 1, after >>> 1, after - 1])) {
      if (earlier < 0 || earlier >= after) continue;
      const interrupts = replaced(workload.interrupts, index, { hart, after: earlier });
      yield { change: 'with an earlier interrupt', workload: { ...workload, interrupts } };
    }
  }
  for (const ipiDelay of new Set([0, 1, workload.ipiDelay - 1])) {
    if (ipiDelay >= 0 && ipiDelay < workload.ipiDelay) {
      yield { change: `interrupts ${ipiDelay} steps late`, workload: { ...workload, ipiDelay } };
    }
  }
}

function* simplerSchedule(workload: Workload): Generator<Neighbour> {
  const { schedule } = workload;
  if (schedule.length > 1)
    yield { change: 'without a schedule', workload: { ...workload, schedule: [] } };
  for (let i = schedule.length - 1; i >= 0; i--) {
    yield {
      change: `without turn ${i + 1}`,
      workload: { ...workload, schedule: without(schedule, i) },
    };
  }
  for (let i = 1; i < schedule.length; i++) {
    const before = schedule[i - 1];
    if (before === undefined || before === schedule[i]) continue;
    yield {
      change: `turn ${i + 1} to the hart before`,
      workload: { ...workload, schedule: replaced(schedule, i, before) },
    };
  }
}

const ADDRESS_CALLS = new Set<string | number>(['map', 'unmap', 'protect', 'share', 'write']);

/** The address that an operation is about, and the operation about another. */
const addressOf = (operation: Operation): number | undefined => {
  if ('va' in operation) return operation.va;
  const [first] =
    operation.op === 'call' && ADDRESS_CALLS.has(operation.call) ? operation.args : [];
  return typeof first === 'number' ? first : undefined;
};
const withAddress = (operation: Operation, va: number): Operation =>
  operation.op === 'call'
    ? { ...operation, args: [va, ...operation.args.slice(1)] }
    : 'va' in operation
      ? { ...operation, va }
      : operation;

const TEXT = 1;

function* fewerPages(workload: Workload): Generator<Neighbour> {
  const pages = new Set<number>();
  for (const { operations } of bodiesOf(workload)) {
    for (const operation of operations) {
      const va = addressOf(operation);
      if (va !== undefined) pages.add(va >>> 12);
    }
  }
  const sorted = [...pages].filter((page) => page !== TEXT && page !== 0).sort((a, b) => a - b);
  for (const [index, page] of sorted.entries()) {
    for (const target of new Set([2, ...sorted.slice(0, index)])) {
      if (target >= page) continue;
      const move = (operation: Operation): Operation => {
        const va = addressOf(operation);
        return va !== undefined && va >>> 12 === page
          ? withAddress(operation, target * 4096 + (va & 0xfff))
          : operation;
      };
      const programs = workload.programs.map(({ bodies }) => ({
        bodies: bodies.map((body) => body.map(move)),
      }));
      yield { change: `page ${page} made page ${target}`, workload: { ...workload, programs } };
    }
  }
}

/** Simpler words than this one. */
const ladder = (word: number): number[] => [0, 1, 2].filter((lower) => lower < word);

function* lowerValues(workload: Workload): Generator<Neighbour> {
  for (const { program, body, operations } of bodiesOf(workload)) {
    for (const [i, operation] of operations.entries()) {
      for (const simpler of simplerOperations(operation)) {
        yield {
          change: `a lower value at step ${i + 1} of body ${body} of program ${program}`,
          workload: withBody(workload, program, body, replaced(operations, i, simpler)),
        };
      }
    }
  }
}

const simplerArgument = (argument: Argument): Argument[] =>
  typeof argument === 'number' ? ladder(argument) : argument === 'a0' ? [] : ['a0'];

const FIRST_REGISTER: RegisterName = 't0';

function* simplerOperations(operation: Operation): Generator<Operation> {
  const va = addressOf(operation);
  if (va !== undefined && (va & 0xfff) !== 0 && va >>> 12 !== TEXT)
    yield withAddress(operation, va - (va & 0xfff));
  switch (operation.op) {
    case 'set':
      for (const value of ladder(operation.value)) yield { ...operation, value };
      return;
    case 'store':
      if (typeof operation.value === 'string')
        for (const value of [0, 1]) yield { ...operation, value };
      for (const value of simplerArgument(operation.value)) yield { ...operation, value };
      return;
    case 'load':
      if (operation.rd !== FIRST_REGISTER) yield { ...operation, rd: FIRST_REGISTER };
      return;
    case 'call':
      yield* simplerCall(operation);
  }
}

function* simplerCall(operation: Operation & { op: 'call' }): Generator<Operation> {
  const first =
    ADDRESS_CALLS.has(operation.call) || operation.call === 'thread' || operation.call === 'spawn'
      ? 1
      : 0;
  for (let i = first; i < operation.args.length; i++) {
    const argument = operation.args[i];
    if (argument === undefined || isRights(operation, i)) continue;
    for (const simpler of simplerArgument(argument)) {
      yield { ...operation, args: replaced(operation.args, i, simpler) };
    }
  }
}

/** Rights are bits, and not lower or higher. */
const isRights = ({ call }: { call: string | number }, index: number): boolean =>
  ((call === 'map' || call === 'protect') && index === 1) || (call === 'share' && index === 2);
