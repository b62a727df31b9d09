/**
 * Loadable modules as an extension of a kernel: the calls of spec/calls/modules.ts, for any kernel that is built of the
 * core's routines. Without modules in the image it costs nothing, and the calls find none.
 *
 * What a module does for a call may wait: then the hart waits in the kernel, and others run. Where modules run in user
 * mode, the hart goes there on behalf of the call, and what it traps with comes back to the call. A hart that leaves code
 * of modules forgets all translations: so a module can go without interrupting anybody.
 */
import type { Hart, Kernel, Wait } from '../../hardware/contract.ts';
import { Call, KILLED_STATUS } from '../../spec/abi.ts';
import { MODULE_CALLS, ModuleStateNumber, UnloadFlag } from '../../spec/calls/modules.ts';
import type { DeviceId, DeviceName } from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import { EXTENSION_POINTS, isInner } from '../../spec/extensions.ts';
import { MODULE_TABLES, type ModuleOperation, settingsOf } from '../../spec/modules.ts';
import { Cause, satp, type Word, wordIn } from '../../spec/riscv.ts';
import { buildCore, type CoreBuild } from '../core/build.ts';
import type { CallRoutine, Routines, State, Waiting } from '../core/kernel.ts';
import { Control, HartWord, hartAt, SpaceWord, type Task, TaskWord } from '../core/layout.ts';
import { routines as core } from '../core/routines.ts';
import { get } from '../core/tables.ts';
import { isDoomed, runningOn } from '../core/tasks.ts';
import { finishCall, leave } from '../core/trap.ts';
import { createModules, type ModulesBuild } from './index.ts';
import { finish } from './life.ts';
import type { Modules, Steps, Work } from './loader.ts';
import { type Crossing, isCrossing, type Outcome } from './process.ts';

/** What is not as in the reference loader, and where its modules run. */
export interface ModulesIn
  extends Pick<ModulesBuild, 'home' | 'devices' | 'routines' | 'facilities' | 'programs'> {
  readonly devices?: readonly DeviceName[];
}

/** A call that goes on after others have run. */
interface Doing {
  readonly task: Task;
  readonly steps: Steps;
  /** The hart is in user mode on its behalf; how often a timer has interrupted it there. */
  inModule: boolean;
  crossed: boolean;
  turns: number;
}

interface Extension {
  readonly k: State;
  readonly modules: Modules | undefined;
  readonly names: readonly string[];
  /** By hart. */
  readonly doing: (Doing | undefined)[];
  /** Devices that have interrupted, and whose modules have not been told. */
  readonly raised: DeviceId[];
}

/** Instructions that a module has between two timer interrupts, and after how many of them it is taken to be lost. */
const SLICE = 200;
const MAX_TURNS = 16;

export const withModules = (
  base: Partial<Routines> = {},
  build: ModulesIn = {},
): Pick<Routines, 'attach' | 'call' | 'trap' | 'strayInterrupt' | 'releaseSpace'> => {
  const under: Routines = { ...core, ...base };
  let last: Extension | undefined;
  const of = (k: State): Extension => {
    if (last?.k !== k) last = { k, modules: undefined, names: [], doing: [], raised: [] };
    return last;
  };
  return {
    attach: (k) => {
      under.attach(k);
      last = { k, modules: modulesOf(k, build), names: namesOf(k), doing: [], raised: [] };
    },
    call: (k, hart, task) => {
      if (hart.a7 < Call.loadModule || hart.a7 > Call.ask) {
        under.call(k, hart, task);
        return;
      }
      const extension = of(k);
      const work = workOf(extension, hart, task);
      if (typeof work === 'number') finishCall(k, hart, task, work);
      else begin(extension, hart, task, work);
    },
    trap: (k, hart) => {
      const extension = of(k);
      const doing = extension.doing[hart.id];
      if (doing?.inModule) return fromModule(extension, hart, doing, under);
      const waiting = under.trap(k, hart);
      const begun = extension.doing[hart.id] ?? tell(extension, hart);
      return begun && !begun.inModule ? after(waiting, extension, hart, begun) : waiting;
    },
    strayInterrupt: (k, _, device) => {
      const { modules, raised } = of(k);
      if (modules) raised.push(device);
    },
    releaseSpace: (k, space) => {
      of(k).modules?.letGoAll(get(k, space, SpaceWord.id));
      under.releaseSpace(k, space);
    },
  };
};

const namesOf = (k: State): readonly string[] =>
  k.image.modules?.setup.files.map(({ name }) => name) ?? [];

const modulesOf = (k: State, build: ModulesIn): Modules | undefined => {
  const { modules } = k.image;
  if (!modules) return undefined;
  const { setup, frames } = modules;
  return createModules(k.machine, {
    ...build,
    files: setup.files,
    settings: settingsOf(setup),
    pages: setup.pages,
    faults: setup.faults ?? [],
    root: wordIn(k.control, Control.kernelRoot),
    frames,
    tables: MODULE_TABLES,
  });
};

// ---- the calls

/** What a call on modules has to do. */
const workOf = ({ k, modules, names }: Extension, hart: Hart, task: Task): Work => {
  const { a0, a1, a2, a7 } = hart;
  if (!modules) return withoutModules(a7, a0);
  const module = names[a0] ?? '';
  const space = get(k, get(k, task, TaskWord.space), SpaceWord.id);
  const caller = get(k, task, TaskWord.tid);
  if (a7 === Call.ask) return asked(modules, hart, caller);
  switch (a7) {
    case Call.loadModule:
      return loading(modules, hart, module);
    case Call.unloadModule:
      if (a1 & ~UnloadFlag.force) return -Errno.EINVAL;
      return unloading(modules, hart, module, (a1 & UnloadFlag.force) !== 0);
    case Call.moduleState:
      return modules.stateOf(module);
    case Call.holdModule:
      return modules.hold(hart, module, space);
    case Call.releaseModule:
      return modules.letGo(hart, module, space);
    default:
      return modules.perform(hart, { op: 'use', module, request: a1, argument: a2, caller });
  }
};

/** A task knows nothing of the points at which only modules ask. */
const asked = (modules: Modules, hart: Hart, caller: Word): Work => {
  const { a0: number, a1: request, a2: argument } = hart;
  const point = EXTENSION_POINTS[number];
  if (!point || isInner(point)) return -Errno.EINVAL;
  return modules.perform(hart, { op: 'ask', point, request, argument, caller });
};

/** A machine that was booted without files of modules. */
const withoutModules = (number: Word, first: Word): number => {
  if (number === Call.releaseModule) return -Errno.EINVAL;
  if (number !== Call.ask) return -Errno.ENOENT;
  const point = EXTENSION_POINTS[first];
  return point && !isInner(point) ? -Errno.ENODEV : -Errno.EINVAL;
};

/** What the calls answer there: so a kernel without modules pays nothing for them. */
export const callsWithoutModules: ReadonlyMap<number, CallRoutine> = new Map(
  MODULE_CALLS.map(({ name }) => [
    Call[name],
    (_k, _hart, _task, a0) => withoutModules(Call[name], a0),
  ]),
);

const stateIn = (modules: Modules, module: string): number => modules.stateOf(module) & 3;

/** Where loads are counted, one that is LIVE already is only counted. */
function* loading(modules: Modules, hart: Hart, module: string): Steps {
  const loaded = yield* finish(modules.perform(hart, { op: 'load', module }));
  if (loaded < 0 || stateIn(modules, module) !== ModuleStateNumber.coming) return loaded;
  return yield* finish(modules.perform(hart, { op: 'init', module }));
}

function* unloading(modules: Modules, hart: Hart, module: string, force: boolean): Steps {
  const operation: ModuleOperation = { op: 'unload', module, force };
  const unloaded = yield* finish(modules.perform(hart, operation));
  if (unloaded < 0 || stateIn(modules, module) !== ModuleStateNumber.going) return unloaded;
  return yield* finish(modules.perform(hart, { op: 'exit', module }));
}

// ---- going on

/** As far as it comes at once; most calls are over then. */
const begin = (extension: Extension, hart: Hart, task: Task, steps: Steps): void => {
  const { done, value } = steps.next();
  hart.fence();
  if (done) {
    finishCall(extension.k, hart, task, value);
    return;
  }
  const doing = { task, steps, inModule: false, crossed: false, turns: 0 };
  extension.doing[hart.id] = doing;
  if (isCrossing(value)) cross(extension, hart, doing, value);
};

/** To user mode, where the module's code is; the way back is a trap. */
const cross = (
  { k }: Extension,
  hart: Hart,
  doing: Doing,
  { root, tid, context }: Crossing,
): void => {
  k.control[hartAt(hart.id) + HartWord.space] = 0; // it is on the tables of no address space
  hart.satp = satp(root);
  hart.fence();
  hart.scontext = tid;
  hart.restore(context);
  hart.stimecmp = hart.time + SLICE;
  doing.inModule = true;
  doing.crossed = true;
  doing.turns = 0;
};

/** Behind what the hart waits for anyway. */
function* after(
  waiting: Waiting | undefined,
  extension: Extension,
  hart: Hart,
  doing: Doing,
): Waiting {
  if (waiting) yield* waiting;
  yield undefined;
  yield* goOn(extension, hart, doing, undefined);
}

/** To its end, or until its module runs in user mode. */
function* goOn(
  extension: Extension,
  hart: Hart,
  doing: Doing,
  outcome: Outcome | undefined,
): Waiting {
  let received = outcome;
  for (;;) {
    const { done, value } = doing.steps.next(received);
    hart.fence();
    if (done) {
      extension.doing[hart.id] = undefined;
      yield* finished(extension, hart, doing, value);
      return;
    }
    if (isCrossing(value)) {
      cross(extension, hart, doing, value);
      return;
    }
    received = undefined;
    yield value as Wait;
  }
}

/** A hart that ran a module has trapped. Interrupts are looked at, and it goes on; all else ends the crossing. */
const fromModule = (
  extension: Extension,
  hart: Hart,
  doing: Doing,
  under: Routines,
): Waiting | undefined => {
  const { k } = extension;
  acknowledge(k, hart);
  if (hart.scause === Cause.softwareInterrupt) return undefined;
  if (hart.scause === Cause.externalInterrupt) {
    under.externalInterrupt(k, hart);
    return undefined;
  }
  if (hart.scause === Cause.timerInterrupt) {
    doing.turns += 1;
    hart.stimecmp = hart.time + SLICE;
    if (doing.turns < MAX_TURNS) return undefined;
  }
  doing.inModule = false;
  const outcome = outcomeOf(hart);
  hart.satp = satp(wordIn(k.control, Control.kernelRoot));
  const running = runningOn(k, hart);
  hart.scontext = running === 0 ? 0 : get(k, running, TaskWord.tid);
  return goOn(extension, hart, doing, outcome);
};

const outcomeOf = (hart: Hart): Outcome => {
  if (hart.scause !== Cause.userEcall) return 'fault';
  const context = hart.save();
  context[0] = hart.sepc + 4;
  return { context };
};

const acknowledge = (k: State, hart: Hart): void => {
  const at = hartAt(hart.id);
  if (k.control[at + HartWord.requested] !== k.control[at + HartWord.done])
    k.routines.acknowledge(k, hart);
};

/** The caller goes on with the result, unless it was killed meanwhile; what was done for nobody leaves the hart as it was. */
function* finished(
  extension: Extension,
  hart: Hart,
  { task, crossed }: Doing,
  result: number,
): Waiting {
  const { k } = extension;
  acknowledge(k, hart);
  const running = runningOn(k, hart);
  if (running !== 0) {
    if (running === task) finishCall(k, hart, task, result);
    if (isDoomed(k, running)) k.routines.stop(k, hart, running, KILLED_STATUS);
    else if (crossed) k.routines.switchTo(k, hart, running);
  }
  const more = leave(k, hart);
  if (more) yield* more;
  const next = tell(extension, hart);
  if (next) yield* goOn(extension, hart, next, undefined);
}

/** The modules of the next device that has interrupted are told, on behalf of nobody. */
const tell = (extension: Extension, hart: Hart): Doing | undefined => {
  const { modules, raised } = extension;
  const device = raised.shift();
  if (device === undefined || !modules) return undefined;
  const steps = finish(modules.interrupt(hart, device));
  const doing = { task: 0, steps, inModule: false, crossed: false, turns: 0 };
  extension.doing[hart.id] = doing;
  return doing;
};

// ---- kernels

export interface ModularBuild extends CoreBuild {
  readonly modules?: ModulesIn;
}

/** The same kernel, which says that it has these calls, and where modules run. */
const claimingModules = (kernel: Kernel, home: 'kernel' | 'user'): Kernel => ({
  ...kernel,
  implements: [...kernel.implements, 'modules'],
  modules: home,
});

/** The bare kernel with modules. */
export const buildModular = ({
  name = 'modular',
  modules = {},
  ...replace
}: ModularBuild = {}): Kernel => {
  const { fairness: _, ...base } = replace;
  const kernel = buildCore({ ...replace, ...withModules(base, modules), name });
  return claimingModules(kernel, modules.home ?? 'kernel');
};
