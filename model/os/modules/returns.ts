/** What a call on modules returns, held against what the model knows of them. */
import type { ModuleCallName } from '../../../spec/calls/modules.ts';
import { Errno, errnoOf, resultName } from '../../../spec/errno.ts';
import type { ReturnEvent } from '../../../spec/events.ts';
import type { Clause } from '../../../spec/properties.ts';
import { A0 } from '../../../spec/riscv.ts';
import { type OsState, type Task, take } from '../state.ts';
import type { Violation } from '../violation.ts';
import { possibleAnswers } from './concurrency.ts';
import { advance, endWork, type OsModules } from './works.ts';

const CLAUSES: Readonly<Record<ModuleCallName, Clause>> = {
  loadModule: 'wrong-result-modules',
  unloadModule: 'wrong-result-modules',
  holdModule: 'wrong-result-modules',
  releaseModule: 'wrong-result-modules',
  moduleState: 'module-state-differs',
  useModule: 'module-answer-differs',
  ask: 'module-answer-differs',
};

const IN_USE: readonly number[] = [-Errno.EAGAIN, -Errno.EBUSY];

const clauseOf = (name: ModuleCallName, seen: number, allowed: readonly number[]): Clause =>
  name === 'unloadModule' && seen === 0 && allowed.some((answer) => IN_USE.includes(answer))
    ? 'module-gone-in-use'
    : CLAUSES[name];

/** Alone, it takes its steps one after the other. */
const finish = (modules: OsModules, tid: number, seen: number): OsModules => {
  let now = modules;
  for (;;) {
    const work = now.works.find((one) => one.tid === tid);
    if (!work || work.answer !== undefined) return now;
    now = advance(now, work, seen);
  }
};

export const moduleReturns = (
  state: OsState,
  task: Task,
  name: ModuleCallName,
  event: ReturnEvent,
): Violation | undefined => {
  const { modules } = state;
  const seen = (event.registers[A0] ?? 0) | 0;
  if (!modules) return withoutModules(state, task, name, event);
  const before = modules;
  const after = finish(modules, task.tid, seen);
  const work = after.works.find(({ tid }) => tid === task.tid);
  if (work?.answer !== seen) {
    const allowed = possibleAnswers(before, task.tid, seen);
    return {
      clause: clauseOf(name, seen, allowed),
      hart: event.hart,
      tid: task.tid,
      expected: [...new Set(allowed)].map((answer) => resultName(answer >>> 0)).join(' or '),
      observed: `${name} returns ${resultName(seen >>> 0)}`,
    };
  }
  count(state, task, name, seen, before, after);
  state.modules = endWork(after, task.tid);
  return undefined;
};

/** A machine that was booted without files of modules. */
const withoutModules = (
  state: OsState,
  task: Task,
  name: ModuleCallName,
  event: ReturnEvent,
): Violation | undefined => {
  const seen = (event.registers[A0] ?? 0) | 0;
  const [first = 0, flags = 0] = task.call?.args ?? [];
  const points = first < 4 ? -Errno.ENODEV : -Errno.EINVAL;
  const allowed =
    name === 'ask' ? points : name === 'releaseModule' ? -Errno.EINVAL : -Errno.ENOENT;
  const either = name === 'unloadModule' && flags > 1 ? [allowed, -Errno.EINVAL] : [allowed];
  if (either.includes(seen)) {
    take(state, `${name}Refused`);
    return undefined;
  }
  return {
    clause: CLAUSES[name],
    hart: event.hart,
    tid: task.tid,
    expected: either.map((answer) => resultName(answer >>> 0)).join(' or '),
    observed: `${name} returns ${resultName(seen >>> 0)}`,
  };
};

const count = (
  state: OsState,
  task: Task,
  name: ModuleCallName,
  seen: number,
  before: OsModules,
  after: OsModules,
): void => {
  const module = after.names[task.call?.args[0] ?? 0] ?? '';
  const refused = errnoOf(seen >>> 0) !== undefined;
  take(state, refused ? `${name}Refused` : name);
  const loaded = after.known.loaded.get(module);
  if (name === 'unloadModule' && IN_USE.includes(seen) && loaded?.state === 'live')
    take(state, 'moduleInUseKept');
  if (name === 'loadModule' && refused && (before.known.files.get(module)?.init ?? 0) === seen)
    take(state, 'moduleInitFailed');
  if (name === 'loadModule' && !refused && after.known.before.has(module))
    take(state, 'moduleLoadedAgain');
  if (seen === -Errno.EIO && after.known.settings && after.known.outside)
    take(state, 'moduleFailed');
};
