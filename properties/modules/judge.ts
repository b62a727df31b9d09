/** A loader beside the model: every answer, and what can be seen of it, as often as is asked for. */
import type { Modules } from '../../kernels/modules/loader.ts';
import { type ModulesState, nothingLoaded } from '../../model/modules/state.ts';
import { step } from '../../model/modules/step.ts';
import { errnoName, errnoOf, resultName } from '../../spec/errno.ts';
import type { ModuleOperation } from '../../spec/modules.ts';
import type { RunLog } from '../../spec/records.ts';
import type { Frame } from '../../spec/riscv.ts';
import { Activity } from './activity.ts';
import { type Finding, look, lookAtRights } from './look.ts';
import { type Changes, type ModuleWorld, runModules } from './world.ts';

export interface ModuleViolation extends Finding {
  /** How many operations were done, the violating one included. */
  readonly done: number;
  readonly operation: ModuleOperation | undefined;
}

/** How often what happened: an operation with what it answered, and a few things beside. */
export type Tally = ReadonlyMap<string, number>;

export interface ModuleJudgement {
  readonly violation: ModuleViolation | undefined;
  readonly tally: Tally;
  readonly done: number;
}

/** An operation that was done on both, and what it answered. */
export interface Done {
  /** As it is now. */
  readonly model: ModulesState;
  readonly modules: Modules;
  readonly operation: ModuleOperation;
  readonly expected: number;
  readonly answer: number;
}
/**
 * A property of one use looks at each operation too, and counts what a run must have done for it to mean something. What
 * it answers with stands in place of what was found.
 */
export type ModuleView = (
  done: Done,
  count: (what: string) => void,
  found: Finding | undefined,
) => Finding | undefined;

/** What is found bears the name of the use; where nothing is, what was found stands. */
export const naming =
  (view: (done: Done, count: (what: string) => void) => Finding | undefined): ModuleView =>
  (done, count, found) =>
    view(done, count) ?? found;

/** The operation, as a person reads it. */
const operationText = (operation: ModuleOperation): string => {
  const { op } = operation;
  if (op === 'tick') return op;
  const hex = (word = 0): string => `0x${word.toString(16)}`;
  if (op === 'ask')
    return `ask ${operation.point} ${hex(operation.request)} ${hex(operation.argument)}`;
  if (op === 'use' && operation.request !== undefined)
    return `use ${operation.module} ${hex(operation.request)} ${hex(operation.argument)}`;
  return `${op} ${operation.module}`;
};

export const answerText = (operation: ModuleOperation, answer: number): string =>
  `${operationText(operation)} answers ${resultName(answer >>> 0)}`;

const HAS_RESULT: ReadonlySet<ModuleOperation['op']> = new Set(['use', 'ask', 'tick']);

/** How often what happened, of the operations done so far. */
class Counts {
  readonly tally = new Map<string, number>();
  readonly #before = new Set<string>();

  count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }

  note(operation: ModuleOperation, answer: number, model: ModulesState): void {
    const { op } = operation;
    const errno = errnoOf(answer >>> 0);
    if (errno !== undefined) {
      this.count(`${op} ${errnoName(errno)}`);
      if (op === 'init') this.count('init failed');
    } else this.count(HAS_RESULT.has(op) ? `${op} result` : `${op} 0`);
    if ((op === 'load' || op === 'prepare') && answer === 0) {
      if (this.#before.has(operation.module)) this.count('load again');
      this.#before.add(operation.module);
    }
    for (const warning of model.warnings) this.count(warning);
    if (model.loaded.size === 0 && this.#before.size > 0) this.count('nothing left');
  }
}

/**
 * @param every after so many operations all that can be seen is compared; answers always are
 * @param looking what is looked at in a special way; made anew for each run, for a view may remember
 */
export const judgeModules = (
  world: ModuleWorld,
  operations: Iterable<ModuleOperation>,
  changed: Changes = {},
  every = 1,
  looking: () => readonly ModuleView[] = () => [],
): ModuleJudgement => {
  const views = looking();
  const model = nothingLoaded(world.settings, world.files, world.pages);
  const counts = new Counts();
  let atBoot: readonly Frame[] | undefined;
  let found: Finding | undefined;
  let last: ModuleOperation | undefined;
  let done = 0;
  const activity = new Activity(model, (what) => counts.count(what));
  const judgeActivity = (log: RunLog | undefined, operation?: ModuleOperation): void => {
    const forbidden = log && activity.judge(log, operation);
    if (forbidden) found ??= { property: 'modules/no-device-activity-outlives', ...forbidden };
  };
  const stopped = runModules(
    world,
    operations,
    {
      during: (hardware) => {
        if ((done + 1) % every === 0) found ??= lookAtRights(hardware);
      },
      after: (modules, answer, operation, hardware) => {
        const { log } = hardware;
        done += 1;
        last = operation;
        atBoot ??= freeAtBoot(modules, model, answer);
        judgeActivity(log, operation);
        if (found) return true;
        if (log) activity.remember(modules, operation);
        const expected = step(model, operation, answer);
        counts.note(operation, expected, model);
        if (expected !== answer) {
          found = {
            property: HAS_RESULT.has(operation.op) ? 'modules/calls' : 'modules/answers',
            expected: answerText(operation, expected),
            observed: answerText(operation, answer),
          };
        } else if (done % every === 0 || model.loaded.size === 0) {
          found = look(model, modules, atBoot, hardware);
        }
        const seen = { model, modules, operation, expected, answer };
        const count = (what: string): void => counts.count(what);
        for (const view of views) found = view(seen, count, found);
        return found !== undefined;
      },
      atEnd: ({ log }) => judgeActivity(log),
    },
    changed,
  );
  if (stopped !== undefined) {
    found ??= {
      property: 'modules/kernel-stays-up',
      expected: 'the kernel goes on',
      observed: `it stops: ${stopped}`,
    };
  }
  const violation = found && { ...found, done, operation: last };
  return { violation, tally: counts.tally, done };
};

/** Runs begin with an operation that changes nothing: what is free behind it was free at boot. */
const freeAtBoot = (
  modules: Modules,
  { loaded }: ModulesState,
  answer: number,
): readonly Frame[] => {
  if (loaded.size > 0 || answer >= 0) throw new Error('the first operation must be refused');
  return modules.freeFrames();
};
