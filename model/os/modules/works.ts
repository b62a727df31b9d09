/**
 * Calls on modules that are under way, and their steps. Each step takes effect at one moment, at any time between the
 * ecall and the return; in which order those of several calls do shows only by and by (concurrency.ts).
 *
 * What a call of a task that has ended had begun goes on. An address space that has ended gives back what it held when
 * its last call is over.
 */
import type { CallName } from '../../../spec/abi.ts';
import { MODULE_CALLS, type ModuleCallName, UnloadFlag } from '../../../spec/calls/modules.ts';
import { Errno } from '../../../spec/errno.ts';
import { EXTENSION_POINTS, isInner } from '../../../spec/extensions.ts';
import { type ModuleSetup, settingsOf } from '../../../spec/modules.ts';
import type { Tid, Word } from '../../../spec/riscv.ts';
import { copyOf, lower, type ModulesState, nothingLoaded, numberOf } from '../../modules/state.ts';
import { step } from '../../modules/step.ts';

export interface ModuleWork {
  readonly tid: Tid;
  readonly space: number;
  readonly call: ModuleCallName | 'end';
  readonly args: readonly [Word, Word, Word];
  /** Steps taken. */
  readonly steps: number;
  /** What it returns, once it is over. */
  readonly answer: number | undefined;
}

/** Values that are replaced, never changed. */
export interface OsModules {
  readonly names: readonly string[];
  readonly known: ModulesState;
  /** References of address spaces: by `space module`. */
  readonly held: ReadonlyMap<string, number>;
  readonly works: readonly ModuleWork[];
}

export const modulesAtBoot = (
  setup: ModuleSetup | undefined,
  outside: boolean,
): OsModules | undefined =>
  setup && {
    names: setup.files.map(({ name }) => name),
    known: nothingLoaded(settingsOf(setup), setup.files, setup.pages, {
      outside,
      faults: setup.faults ?? [],
    }),
    held: new Map(),
    works: [],
  };

const NAMES: ReadonlySet<string> = new Set(MODULE_CALLS.map(({ name }) => name));
export const isModuleCall = (name: CallName | undefined): name is ModuleCallName =>
  name !== undefined && NAMES.has(name);

/** A step changes a copy of what is known. */
interface Draft {
  readonly known: ModulesState;
  readonly held: Map<string, number>;
  /** Answers of devices are what was seen. */
  readonly seen: number | undefined;
}

type Step = (draft: Draft, module: string, work: ModuleWork) => number | 'goes on';

const isIn = ({ loaded }: ModulesState, module: string, state: 'coming' | 'going'): boolean =>
  loaded.get(module)?.state === state;

const loads: Step = ({ known }, module) => {
  const answer = step(known, { op: 'load', module });
  return answer === 0 && isIn(known, module, 'coming') ? 'goes on' : answer;
};
const initialises: Step = ({ known }, module) => step(known, { op: 'init', module });

const unloads: Step = ({ known }, module, { args: [, flags] }) => {
  if (flags & ~UnloadFlag.force) return -Errno.EINVAL;
  const answer = step(known, { op: 'unload', module, force: (flags & UnloadFlag.force) !== 0 });
  return answer === 0 && isIn(known, module, 'going') ? 'goes on' : answer;
};
const exits: Step = ({ known }, module) => step(known, { op: 'exit', module });

const tellsState: Step = ({ known }, module) => numberOf(known, module);

const holderOf = (space: number, module: string): string => `${space} ${module}`;

const holds: Step = ({ known, held }, module, { space }) => {
  const answer = step(known, { op: 'get', module });
  const holder = holderOf(space, module);
  if (answer === 0) held.set(holder, (held.get(holder) ?? 0) + 1);
  return answer;
};

const releases: Step = ({ known, held }, module, { space }) => {
  const holder = holderOf(space, module);
  const count = held.get(holder) ?? 0;
  if (count === 0) return -Errno.EINVAL;
  if (count === 1) held.delete(holder);
  else held.set(holder, count - 1);
  return step(known, { op: 'put', module });
};

/**
 * In one step, but for a module that lets others go first, as all do in user space: that has a reference meanwhile.
 */
const uses: Step = (draft, module, { tid, args: [, request, argument] }) => {
  const { known, seen } = draft;
  const { program } = known.files.get(module) ?? {};
  if (program !== 'sleeper' && !known.outside)
    return step(known, { op: 'use', module, request, argument, caller: tid }, seen);
  if (known.loaded.get(module)?.state !== 'live') return -Errno.ENOENT;
  step(known, { op: 'get', module });
  return 'goes on';
};

const asks: Step = ({ known, seen }, _, { tid, args: [number, request, argument] }) => {
  const point = EXTENSION_POINTS[number];
  if (!point || isInner(point)) return -Errno.EINVAL;
  return step(known, { op: 'ask', point, request, argument, caller: tid }, seen);
};

const ends: Step = ({ known, held }, _, { space }) => {
  for (const [holder, count] of held) {
    const [owner, module = ''] = holder.split(' ');
    if (Number(owner) !== space) continue;
    held.delete(holder);
    const entry = known.loaded.get(module);
    for (let given = 0; entry && given < count; given++) lower(known, entry, 'users');
  }
  return 0;
};

const FIRST: Readonly<Record<ModuleWork['call'], Step>> = {
  loadModule: loads,
  unloadModule: unloads,
  moduleState: tellsState,
  holdModule: holds,
  releaseModule: releases,
  useModule: uses,
  ask: asks,
  end: ends,
};
const SECOND: Readonly<Partial<Record<ModuleWork['call'], Step>>> = {
  loadModule: initialises,
  unloadModule: exits,
};

/** While it is at work: GOING or not, its code runs. */
const works = ({ known, seen }: Draft, module: string, work: ModuleWork): number => {
  const [, request, argument] = work.args;
  const entry = known.loaded.get(module);
  if (!entry) return -Errno.ENOENT;
  return step(known, { op: 'use', module, request, argument, caller: work.tid }, seen);
};
const leaves: Step = ({ known }, module) => step(known, { op: 'put', module });

/** May it take its next step? An address space gives back what it holds when nothing of it is under way. */
export const mayAdvance = ({ works: all }: OsModules, work: ModuleWork): boolean =>
  work.answer === undefined &&
  (work.call !== 'end' || !all.some((one) => one !== work && one.space === work.space));

/** After its next step. */
export const advance = (
  modules: OsModules,
  work: ModuleWork,
  seen: number | undefined,
): OsModules => {
  const known = copyOf(modules.known);
  const held = new Map(modules.held);
  const draft: Draft = { known, held, seen };
  const module = modules.names[work.args[0]] ?? '';
  const next = nextOf(draft, module, work);
  const others = modules.works.filter((one) => one !== work);
  const over = next.answer !== undefined && work.call === 'end';
  return { ...modules, known, held, works: over ? others : [...others, next] };
};

const nextOf = (draft: Draft, module: string, work: ModuleWork): ModuleWork => {
  const steps = work.steps + 1;
  if (work.steps === 0) return { ...work, steps, ...ended(FIRST[work.call](draft, module, work)) };
  if (work.call !== 'useModule')
    return { ...work, steps, ...ended(SECOND[work.call]?.(draft, module, work) ?? 0) };
  // The answer is there, and the reference is given back after that.
  if (work.steps === 1) {
    const given = works(draft, module, work);
    return { ...work, steps, args: [work.args[0], given >>> 0, 0] };
  }
  leaves(draft, module, work);
  return { ...work, steps, answer: work.args[1] | 0 };
};

const ended = (answer: number | 'goes on'): Pick<ModuleWork, 'answer'> => ({
  answer: answer === 'goes on' ? undefined : answer,
});

/** A task has made a call. */
export const beginWork = (
  modules: OsModules,
  work: Pick<ModuleWork, 'tid' | 'space' | 'call' | 'args'>,
): OsModules => ({
  ...modules,
  works: [...modules.works, { ...work, steps: 0, answer: undefined }],
});

/** The call of this task has returned. */
export const endWork = (modules: OsModules, tid: Tid): OsModules => ({
  ...modules,
  works: modules.works.filter((work) => work.tid !== tid),
});

/** An address space has ended. */
export const leaveModules = (modules: OsModules, space: number): OsModules => {
  const ending: ModuleWork = {
    tid: 0,
    space,
    call: 'end',
    args: [0, 0, 0],
    steps: 0,
    answer: undefined,
  };
  const begun = { ...modules, works: [...modules.works, ending] };
  return mayAdvance(begun, ending) ? advance(begun, ending, undefined) : begun;
};

/** What a person reads: each call with its place. */
export const keyOfModules = ({ known, held, works: all }: OsModules): string =>
  JSON.stringify([
    [...known.loaded.values()].map(
      ({ facts, state, users, loads: count, inner, over, uses: to }) => [
        facts.name,
        state,
        users,
        count,
        inner,
        over,
        to,
      ],
    ),
    known.hooks,
    known.timers,
    known.interrupts,
    [...known.counts],
    [...held].sort(),
    all.map(({ tid, call, args, steps, answer }) => [tid, call, args, steps, answer]).sort(),
  ]);
