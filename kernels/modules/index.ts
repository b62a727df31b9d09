/**
 * A kernel's loadable modules: `createModules` at boot, `perform` in a trap. The reference loader, and any other that is
 * made of its routines.
 */
import type { Hart, Machine } from '../../hardware/contract.ts';
import { REFERENCES_SHIFT } from '../../spec/calls/modules.ts';
import { Device, type DeviceName } from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import { WAITING_FACILITIES } from '../../spec/extensions.ts';
import type {
  ModuleFacts,
  ModuleFault,
  ModuleOperation,
  ModuleSettings,
} from '../../spec/modules.ts';
import type { Frame, Word } from '../../spec/riscv.ts';
import { installProgram } from './code.ts';
import * as counts from './counts.ts';
import * as extensions from './extensions.ts';
import { type FacilityRoutines, facilityRoutines, installFacilities } from './facilities.ts';
import { withFaults } from './faults.ts';
import * as holders from './holders.ts';
import * as life from './life.ts';
import * as load from './load.ts';
import {
  type Entry,
  type Loader,
  type ModuleCode,
  type ModuleRoutines,
  type Modules,
  Phase,
  type ProcessTables,
  RecordWord,
  type Steps,
  type Trust,
  type Work,
  wordAt,
} from './loader.ts';
import * as memory from './memory.ts';
import * as parameters from './parameters.ts';
import { userFacilities, userRoutines } from './process.ts';
import { type ModulePrograms, modulePrograms } from './programs/index.ts';
import * as rules from './rules.ts';
import * as symbols from './symbols.ts';
import { installUserProgram, USER_SLOTS } from './user-code.ts';

export const moduleRoutines: ModuleRoutines = {
  takeFrame: memory.takeFrame,
  giveFrame: memory.giveFrame,
  layOut: memory.layOut,
  protect: memory.protect,
  release: memory.release,
  releaseAll: memory.releaseAll,
  resolve: symbols.resolve,
  symbolError: symbols.symbolError,
  ownersOf: symbols.ownersOf,
  relocate: symbols.relocate,
  publish: symbols.publish,
  withdraw: symbols.withdraw,
  refusesLoad: rules.refusesLoad,
  refusesForm: rules.refusesForm,
  refusesUnload: rules.refusesUnload,
  verifies: rules.verifies,
  raise: counts.raise,
  lower: counts.lower,
  prepare: load.prepare,
  form: load.form,
  load: load.load,
  setParameters: parameters.setParameters,
  init: load.init,
  dismantle: load.dismantle,
  unload: life.unload,
  exit: life.exit,
  forget: life.forget,
  get: life.get,
  put: life.put,
  use: life.use,
  enter: life.enter,
  giveUp: life.giveUp,
  ring: extensions.ring,
  hold: holders.hold,
  letGo: holders.letGo,
  letGoAll: holders.letGoAll,
  tick: extensions.tick,
  interrupt: extensions.interrupt,
  ask: extensions.ask,
  guard: extensions.guard,
  answer: extensions.answer,
  pin: extensions.pin,
  unpin: extensions.unpin,
};

/** What a kernel gives its modules. */
export interface ModulesBuild {
  readonly files: readonly ModuleFacts[];
  readonly settings: ModuleSettings;
  /** The root table of the kernel. */
  readonly root: Frame;
  /** As many as `moduleFrames` says, with more tables where there are more; they hold zeros. */
  readonly frames: readonly Frame[];
  /** Leaf tables of the window: 1,024 pages of modules each. In user mode one. */
  readonly tables: number;
  /** Pages that all sections together may have. */
  readonly pages: number;
  /** Where modules run: in the kernel unless it says otherwise. */
  readonly home?: 'kernel' | 'user';
  /** Devices that they may have: all, unless it says otherwise. */
  readonly devices?: readonly DeviceName[];
  readonly faults?: readonly ModuleFault[];
  /** Who has signed a file, and by which keys. Without it the kernel believes what it was booted with. */
  readonly trust?: Trust;
  readonly routines?: Partial<ModuleRoutines>;
  readonly facilities?: Partial<FacilityRoutines>;
  readonly programs?: Partial<ModulePrograms>;
}

const DEVICES = Object.keys(Device) as DeviceName[];

export const createModules = (machine: Machine, build: ModulesBuild): Modules => {
  const { files, settings, root, tables, pages, home = 'kernel', devices = DEVICES } = build;
  const [hart] = machine.harts;
  if (!hart) throw new Error('the machine has no hart');
  const { ram } = machine;
  const frames = memory.shareOut(build.frames, files.length, tables, pages);
  const inUser = home === 'user';
  const codeOf = installerOf(machine, frames.text, build);
  const facilities: FacilityRoutines = {
    ...facilityRoutines,
    ...(inUser ? userFacilities : {}),
    ...build.facilities,
  };
  const loader: Loader = {
    machine,
    settings,
    routines: { ...moduleRoutines, ...(inUser ? userRoutines : {}), ...build.routines },
    ram,
    files: new Map(files.map((facts) => [facts.name, { facts, code: codeOf(facts) }])),
    memory: memory.memoryOf(ram, root, frames),
    entries: new Map(),
    byRecord: new Map(),
    symbols: new Map(
      settings.kernelExports.map((symbol) => [symbol.name, { owner: undefined, symbol }]),
    ),
    taints: new Set(),
    warnings: new Set(),
    trust: build.trust,
    slots: inUser ? USER_SLOTS : 1,
    processes: new Map(inUser ? tablesOf(files, frames.processes) : []),
    devices,
    facilities: [],
    waiting: new Map(WAITING_FACILITIES.map((name) => [name, facilities[name]])),
    root,
    hart,
    caller: 0,
  };
  loader.facilities.push(...installFacilities(machine, facilities, loader));
  return {
    hold: (on, name, space) => onHart(loader, on, 0, () => holding(loader, name, space)),
    letGo: (on, name, space) =>
      onHart(loader, on, 0, () => loader.routines.letGo(loader, loader.entries.get(name), space)),
    letGoAll: (space) => loader.routines.letGoAll(loader, space),
    stateOf: (name) => stateNumber(loader, loader.entries.get(name)),
    perform: (on, operation) =>
      onHart(loader, on, callerOf(operation), () => workOf(loader, operation)),
    interrupt: (on, device) =>
      onHart(loader, on, 0, () => loader.routines.interrupt(loader, device)),
    registered: () => extensions.registered(loader),
    list: () =>
      [...loader.entries.values()]
        .map((entry) => statusOf(loader, entry))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    taints: () => [...loader.taints].sort(),
    warnings: () => [...loader.warnings].sort(),
    freeFrames: () => memory.freeFrames(loader),
    mappings: () => memory.mappings(loader),
  };
};

const tablesOf = (files: readonly ModuleFacts[], frames: readonly Frame[]) =>
  files.map(({ name }, index): [string, ProcessTables] => [
    name,
    { root: frames[2 * index] ?? 0, leaf: frames[2 * index + 1] ?? 0 },
  ]);

/** A program is installed when the first file has it; one that goes wrong, for its module alone. */
const installerOf = (
  machine: Machine,
  text: Frame,
  { home, programs, faults = [] }: ModulesBuild,
): ((facts: ModuleFacts) => ModuleCode) => {
  const all: ModulePrograms = { ...modulePrograms, ...programs };
  const install = home === 'user' ? installUserProgram : installProgram;
  const installed = new Map<string, ModuleCode>();
  return ({ name, program = 'counter' }) => {
    const own = faults.filter(({ module }) => module === name);
    if (own.length > 0) return install(machine, text, name, withFaults(all[program], own));
    const known = installed.get(program);
    if (known) return known;
    const code = install(machine, text, program, all[program]);
    installed.set(program, code);
    return code;
  };
};

const workOf = (loader: Loader, operation: ModuleOperation): Work => {
  const { routines, entries, files } = loader;
  switch (operation.op) {
    case 'load':
    case 'prepare': {
      const file = files.get(operation.module);
      const { op, parameters: brought = [] } = operation;
      return file ? routines[op](loader, file, brought) : -Errno.ENOENT;
    }
    case 'unload':
      return routines.unload(loader, entries.get(operation.module), operation.force);
    case 'use': {
      const { request = 0, argument = 0 } = operation;
      return routines.use(loader, entries.get(operation.module), request, argument);
    }
    case 'ask':
      return routines.ask(loader, operation.point, operation.request, operation.argument);
    case 'tick':
      return routines.tick(loader);
    default:
      return routines[operation.op](loader, entries.get(operation.module));
  }
};

const callerOf = (operation: ModuleOperation): Word =>
  'caller' in operation ? (operation.caller ?? 0) : 0;

/** Whoever goes on after others have worked here is again the one that does the operation, for the same task. */
const onHart = (loader: Loader, hart: Hart, caller: Word, begin: () => Work): Work => {
  loader.hart = hart;
  loader.caller = caller;
  const work = begin();
  return typeof work === 'number' ? work : goOn(loader, hart, caller, work);
};

function* goOn(loader: Loader, hart: Hart, caller: Word, steps: Steps): Steps {
  let received: unknown;
  for (;;) {
    loader.hart = hart;
    loader.caller = caller;
    const { done, value } = steps.next(received);
    if (done) return value;
    received = yield value;
  }
}

const holding = (loader: Loader, name: string, space: number): number => {
  const entry = loader.entries.get(name);
  return entry ? loader.routines.hold(loader, entry, space) : -Errno.ENOENT;
};

/** As the call moduleState returns it. */
const stateNumber = (loader: Loader, entry: Entry | undefined): number => {
  const phase = entry ? wordAt(loader, entry, RecordWord.state) : Phase.unformed;
  if (!entry || phase === Phase.unformed) return -Errno.ENOENT;
  const references =
    wordAt(loader, entry, RecordWord.users) + wordAt(loader, entry, RecordWord.dependants);
  return phase | (references << REFERENCES_SHIFT);
};

const STATES = {
  [Phase.unformed]: 'unformed',
  [Phase.coming]: 'coming',
  [Phase.live]: 'live',
  [Phase.going]: 'going',
} as const;

const statusOf = (loader: Loader, entry: Entry): ReturnType<Modules['list']>[number] => {
  const phase = wordAt(loader, entry, RecordWord.state);
  return {
    name: entry.facts.name,
    state: STATES[phase as keyof typeof STATES],
    references:
      wordAt(loader, entry, RecordWord.users) + wordAt(loader, entry, RecordWord.dependants),
    uses: entry.uses.map(({ facts }) => facts.name).sort(),
  };
};
