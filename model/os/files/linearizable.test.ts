/**
 * Random runs of a system whose calls on files take effect at random moments between ecall and return: the judge
 * accepts every one of them, and follows few states. Runs in which a result is spoilt are refused or were possible.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallName } from '../../../spec/abi.ts';
import { OpenFlag } from '../../../spec/files.ts';
import { textAddress } from '../../../spec/layout.ts';
import { A0, type Word } from '../../../spec/riscv.ts';
import type { Operation } from '../../../spec/workload.ts';
import { call, Run, workload } from '../testing.ts';
import { requestOf } from './request.ts';
import { nothingServed, type Served, serviceOutcome } from './served.ts';

const TEXTS = ['/a', '/b', '/d', '/d/a', '/d/b', '/d/'];
const { readWrite, create, exclusive, truncate } = OpenFlag;

const path = fc.integer({ min: 0, max: TEXTS.length - 1 }).map(textAddress);
const fd = fc.integer({ min: 3, max: 5 });
const small = fc.integer({ min: 0, max: 9 });
const flags = fc.constantFrom(
  readWrite,
  readWrite | create,
  readWrite | create | exclusive,
  readWrite | create | truncate,
);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(path, flags).map(([at, how]) => call('open', at, how)),
  fd.map((at) => call('close', at)),
  fd.map((at) => call('dup', at)),
  fc.tuple(fd, path, small).map(([at, from, n]) => call('fwrite', at, from, n)),
  fc.tuple(fd, small).map(([at, n]) => call('seek', at, n, 0)),
  fc.tuple(fd, small).map(([at, n]) => call('truncate', at, n)),
  path.map((at) => call('unlink', at)),
  path.map((at) => call('mkdir', at)),
  path.map((at) => call('rmdir', at)),
  fc.tuple(path, path).map(([from, to]) => call('rename', from, to)),
  fc.tuple(path, path).map(([from, to]) => call('link', from, to)),
  fd.map((port) => call('bind', port)),
  fc.tuple(fd, path, small).map(([port, from, n]) => call('sendTo', port, from, n)),
);

const HARTS = 3;
/** Bodies of three programs, the moves of their tasks, and whether they are threads of one address space. */
const scenario = fc.record({
  bodies: fc.array(fc.array(operation, { minLength: 4, maxLength: 4 }), {
    minLength: HARTS,
    maxLength: HARTS,
  }),
  moves: fc.array(fc.integer({ min: 0, max: HARTS - 1 }), { minLength: 30, maxLength: 36 }),
  threads: fc.boolean(),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

interface Progress {
  phase: 'user' | 'asked' | 'done';
  result: Word;
  calls: number;
}

const withTasks = (bodies: Operation[][]): Run => {
  const run = new Run({
    ...workload(HARTS, []),
    programs: bodies.map((body) => ({ bodies: [body], texts: TEXTS })),
    start: [0, 1, 2],
  });
  for (let hart = 0; hart < HARTS; hart++) run.wake(hart).back(hart + 1, { hart });
  return run;
};

const withThreads = ([first = [], ...others]: Operation[][]): Run => {
  const starting = [call('thread', 0x1100), call('thread', 0x1200)];
  const bodies = [[...starting, ...first], ...others];
  const run = new Run({ ...workload(HARTS, []), programs: [{ bodies, texts: TEXTS }], start: [0] });
  run.wake().back(1).calls(1).back(1, { a0: 2 }).calls(1).back(1, { a0: 3 });
  return run.wake(1).back(2, { hart: 1 }).wake(2).back(3, { hart: 2 });
};

/** Plays it: each move takes a task one step further: it asks, its call takes effect, it returns. */
const play = (
  { bodies, moves, threads }: Scenario,
  spoil = -1,
): { readonly run: Run; readonly most: number } => {
  const run = threads ? withThreads(bodies) : withTasks(bodies);
  let served: Served = nothingServed();
  let most = 0;
  let returned = 0;
  const tasks = bodies.map((): Progress => ({ phase: 'user', result: 0, calls: 0 }));
  for (const move of moves) {
    const progress = tasks[move];
    const tid = move + 1;
    if (!progress || progress.calls === 4) continue;
    if (progress.phase === 'user') {
      run.calls(tid, move);
      progress.phase = 'asked';
    } else if (progress.phase === 'asked') {
      const step = bodies[move]?.[progress.calls];
      const task = run.state.tasks.get(tid);
      if (step?.op !== 'call' || !task) continue;
      const [a0, a1, a2] = step.args.map(Number);
      const args = [a0 ?? 0, a1 ?? task.registers[A0 + 1] ?? 0, a2 ?? 0] as const;
      const request = requestOf(run.state, task, step.call as CallName & 'open', args);
      const { errors, result, after } = serviceOutcome(served, task.space, request);
      progress.result = errors[0] === undefined ? result : -errors[0] >>> 0;
      served = after;
      progress.phase = 'done';
    } else {
      const a0 = returned === spoil ? (progress.result + 1) >>> 0 : progress.result;
      run.back(tid, { a0, hart: move });
      most = Math.max(most, run.judge.size);
      returned += 1;
      progress.calls += 1;
      progress.phase = 'user';
    }
  }
  return { run, most };
};

describe('calls on files that take effect at any moment', () => {
  test('are accepted, with few states', () => {
    let widest = 0;
    fc.assert(
      fc.property(scenario, (given) => {
        const { run, most } = play(given);
        widest = Math.max(widest, most);
        expect(run.violation).toBeUndefined();
      }),
      { numRuns: 800, seed: 5 },
    );
    expect(widest).toBeLessThan(24);
  });

  test('are refused when a result is one more than it was, nearly always', () => {
    let refused = 0;
    let runs = 0;
    fc.assert(
      fc.property(scenario, fc.integer({ min: 0, max: 8 }), (given, spoil) => {
        runs += 1;
        if (play(given, spoil).run.violation) refused += 1;
      }),
      { numRuns: 300, seed: 5 },
    );
    expect(refused / runs).toBeGreaterThan(0.5);
  });
});
