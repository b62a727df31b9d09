/**
 * A kernel's loadable modules: `createModules` at boot, `perform` in a trap. The reference loader, and any other that is
 * made of its routines.
 */
import type { Hart, Machine } from '../../hardware/contract.ts';
import { Errno } from '../../spec/errno.ts';
import type { ModuleFacts, ModuleOperation, ModuleSettings } from '../../spec/modules.ts';
import type { Frame } from '../../spec/riscv.ts';
import { installProgram } from './code.ts';
import * as extensions from './extensions.ts';
import { type FacilityRoutines, facilityRoutines, installFacilities } from './facilities.ts';
import * as life from './life.ts';
import {
  type Entry,
  type Loader,
  type ModuleCode,
  type ModuleRoutines,
  type Modules,
  Phase,
  RecordWord,
  type Work,
  wordAt,
} from './loader.ts';
import * as memory from './memory.ts';
import { type ModulePrograms, modulePrograms } from './programs/index.ts';
import * as rules from './rules.ts';
import * as symbols from './symbols.ts';

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
  refusesUnload: rules.refusesUnload,
  load: life.load,
  init: life.init,
  unload: life.unload,
  exit: life.exit,
  forget: life.forget,
  get: life.get,
  put: life.put,
  use: life.use,
  enter: life.enter,
  tick: extensions.tick,
  interrupt: extensions.interrupt,
  ask: extensions.ask,
  guard: extensions.guard,
};

/** What a kernel gives its modules. */
export interface ModulesBuild {
  readonly files: readonly ModuleFacts[];
  readonly settings: ModuleSettings;
  /** The root table of the kernel. */
  readonly root: Frame;
  /** Frames that the loader may use as it likes; they hold zeros. */
  readonly frames: readonly Frame[];
  /** Leaf tables of the window: 1,024 pages of modules each. */
  readonly tables: number;
  readonly routines?: Partial<ModuleRoutines>;
  readonly facilities?: Partial<FacilityRoutines>;
  readonly programs?: Partial<ModulePrograms>;
}

/** Frames that the loader needs beside those of sections. */
export const framesBeside = (files: number, tables: number): number =>
  3 + tables + Math.ceil(files / 128);

export const createModules = (machine: Machine, build: ModulesBuild): Modules => {
  const { files, settings, root, tables, routines } = build;
  const [text = 0, ...frames] = build.frames;
  const [hart] = machine.harts;
  if (!hart) throw new Error('the machine has no hart');
  const { ram } = machine;
  const codeOf = installerOf(machine, text, { ...modulePrograms, ...build.programs });
  const facilities = { ...facilityRoutines, ...build.facilities };
  const loader: Loader = {
    machine,
    settings,
    routines: { ...moduleRoutines, ...routines },
    ram,
    files: new Map(
      files.map((facts) => [facts.name, { facts, code: codeOf(facts.program ?? 'counter') }]),
    ),
    memory: memory.memoryOf(ram, root, frames, tables, files.length),
    entries: new Map(),
    byRecord: new Map(),
    symbols: new Map(
      settings.kernelExports.map((symbol) => [symbol.name, { owner: undefined, symbol }]),
    ),
    taints: new Set(),
    facilities: installFacilities(machine, facilities, () => loader),
    hart,
  };
  return {
    perform: (on, operation) => onHart(loader, on, () => workOf(loader, operation)),
    interrupt: (on, device) => onHart(loader, on, () => loader.routines.interrupt(loader, device)),
    registered: () => extensions.registered(loader),
    list: () =>
      [...loader.entries.values()]
        .map((entry) => statusOf(loader, entry))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    taints: () => [...loader.taints].sort(),
    freeFrames: () => memory.freeFrames(loader),
    mappings: () => memory.mappings(loader),
  };
};

/** A program is installed when the first file has it. */
const installerOf = (
  machine: Machine,
  text: Frame,
  programs: ModulePrograms,
): ((name: keyof ModulePrograms) => ModuleCode) => {
  const installed = new Map<string, ModuleCode>();
  return (name) => {
    const known = installed.get(name);
    if (known) return known;
    const code = installProgram(machine, text, name, programs[name]);
    installed.set(name, code);
    return code;
  };
};

const workOf = (loader: Loader, operation: ModuleOperation): Work => {
  const { routines, entries, files } = loader;
  switch (operation.op) {
    case 'load': {
      const file = files.get(operation.module);
      return file ? routines.load(loader, file) : -Errno.ENOENT;
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

/** Whoever goes on after others have worked here is again the one that does the operation. */
const onHart = (loader: Loader, hart: Hart, begin: () => Work): Work => {
  loader.hart = hart;
  const work = begin();
  return typeof work === 'number' ? work : goOn(loader, hart, work);
};

function* goOn(loader: Loader, hart: Hart, steps: Exclude<Work, number>) {
  for (;;) {
    loader.hart = hart;
    const { done, value } = steps.next();
    if (done) return value;
    yield value;
  }
}

const STATES = { [Phase.coming]: 'coming', [Phase.live]: 'live', [Phase.going]: 'going' } as const;

const statusOf = (loader: Loader, entry: Entry): ReturnType<Modules['list']>[number] => {
  const phase = wordAt(loader, entry, RecordWord.state);
  return {
    name: entry.facts.name,
    state: STATES[phase as 1 | 2 | 3],
    references:
      wordAt(loader, entry, RecordWord.users) + wordAt(loader, entry, RecordWord.dependants),
    uses: entry.uses.map(({ facts }) => facts.name).sort(),
  };
};
