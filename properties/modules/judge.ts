/** A loader beside the model: every answer, and what can be seen of it, as often as is asked for. */
import type { Modules } from '../../kernels/modules/loader.ts';
import {
  listOf,
  type ModulesState,
  nothingLoaded,
  registeredOf,
} from '../../model/modules/state.ts';
import { step } from '../../model/modules/step.ts';
import { errnoName, errnoOf, resultName } from '../../spec/errno.ts';
import type { ModuleOperation } from '../../spec/modules.ts';
import type { RunLog } from '../../spec/records.ts';
import { type Frame, Pte } from '../../spec/riscv.ts';
import { Activity } from './activity.ts';
import type { ModulePropertyId } from './properties.ts';
import { type Changes, type ModuleWorld, runModules } from './world.ts';

export interface ModuleViolation {
  readonly property: ModulePropertyId;
  /** How many operations were done, the violating one included. */
  readonly done: number;
  readonly operation: ModuleOperation | undefined;
  readonly expected: string;
  readonly observed: string;
}

/** How often what happened: an operation with what it answered, and a few things beside. */
export type Tally = ReadonlyMap<string, number>;

export interface ModuleJudgement {
  readonly violation: ModuleViolation | undefined;
  readonly tally: Tally;
  readonly done: number;
}

export type Finding = Pick<ModuleViolation, 'property' | 'expected' | 'observed'>;

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

const differ = (
  property: ModulePropertyId,
  what: string,
  expected: unknown,
  observed: unknown,
): Finding | undefined => {
  const [wanted, seen] = [JSON.stringify(expected), JSON.stringify(observed)];
  if (wanted === seen) return undefined;
  return { property, expected: `${what}: ${wanted}`, observed: `${what}: ${seen}` };
};

/** Everything that can be seen of the modules that are there. */
const look = (
  model: ModulesState,
  modules: Modules,
  atBoot: readonly Frame[],
): Finding | undefined => {
  const free = modules.freeFrames();
  const mapped = modules.mappings();
  const known = new Set(free);
  const writable = new Set(mapped.filter(({ rights }) => rights & Pte.W).map(({ frame }) => frame));
  const both = mapped.find(({ frame, rights }) => rights & Pte.X && writable.has(frame));
  const stale = mapped.find(({ frame }) => known.has(frame));
  return (
    differ('modules/list', 'the modules that are there', listOf(model), modules.list()) ??
    differ(
      'modules/registrations',
      'what is registered',
      registeredOf(model),
      modules.registered(),
    ) ??
    differ('modules/list', 'the taint', [...model.taints].sort(), modules.taints()) ??
    (both && {
      property: 'modules/write-xor-execute',
      expected: `frame ${both.frame} is executable, so nobody can write it`,
      observed: `it is executable at 0x${both.va.toString(16)}, and writable`,
    }) ??
    (stale && {
      property: 'modules/nothing-outlives',
      expected: `frame ${stale.frame} is free, so no page leads to it`,
      observed: `the page at 0x${stale.va.toString(16)} does`,
    }) ??
    differ('modules/nothing-outlives', 'pages that are mapped', model.pagesUsed, mapped.length) ??
    (model.loaded.size === 0
      ? differ('modules/restored', 'the free frames', atBoot, free)
      : differ(
          'modules/restored',
          'frames that are free',
          atBoot.length - model.pagesUsed,
          free.length,
        ))
  );
};

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
  const tally = new Map<string, number>();
  const count = (what: string): void => void tally.set(what, (tally.get(what) ?? 0) + 1);
  const before = new Set<string>();
  let atBoot: readonly Frame[] | undefined;
  let found: Finding | undefined;
  let last: ModuleOperation | undefined;
  let done = 0;
  const activity = new Activity(model, count);
  const judgeActivity = (log: RunLog | undefined, operation?: ModuleOperation): void => {
    const forbidden = log && activity.judge(log, operation);
    if (forbidden) found ??= { property: 'modules/no-device-activity-outlives', ...forbidden };
  };
  const note = (operation: ModuleOperation, answer: number): void => {
    const { op } = operation;
    const errno = errnoOf(answer >>> 0);
    if (errno !== undefined) count(op === 'init' ? 'init failed' : `${op} ${errnoName(errno)}`);
    else count(HAS_RESULT.has(op) ? `${op} result` : `${op} 0`);
    if (op === 'load' && answer === 0) {
      if (before.has(operation.module)) count('load again');
      before.add(operation.module);
    }
    if (model.loaded.size === 0 && before.size > 0) count('nothing left');
  };
  const stopped = runModules(
    world,
    operations,
    (modules, answer, operation, log) => {
      done += 1;
      last = operation;
      atBoot ??= freeAtBoot(modules, model, answer);
      judgeActivity(log, operation);
      if (found) return true;
      if (log) activity.remember(modules, operation);
      const expected = step(model, operation, answer);
      note(operation, expected);
      if (expected !== answer) {
        found = {
          property: HAS_RESULT.has(operation.op) ? 'modules/calls' : 'modules/answers',
          expected: answerText(operation, expected),
          observed: answerText(operation, answer),
        };
      } else if (done % every === 0 || model.loaded.size === 0) {
        found = look(model, modules, atBoot);
      }
      const seen = { model, modules, operation, expected, answer };
      for (const view of views) found = view(seen, count, found);
      return found !== undefined;
    },
    changed,
    judgeActivity,
  );
  if (stopped !== undefined) {
    found ??= {
      property: 'modules/kernel-stays-up',
      expected: 'the kernel goes on',
      observed: `it stops: ${stopped}`,
    };
  }
  const violation = found && { ...found, done, operation: last };
  return { violation, tally, done };
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
