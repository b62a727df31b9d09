/**
 * A kernel's loadable modules: `createModules` at boot, `perform` in a trap. The reference loader, and any other that is
 * made of its routines.
 */
import type { Machine } from '../../hardware/contract.ts';
import { Errno } from '../../spec/errno.ts';
import type { ModuleFacts, ModuleSettings } from '../../spec/modules.ts';
import type { Frame } from '../../spec/riscv.ts';
import { installCode } from './code.ts';
import * as life from './life.ts';
import {
  type Entry,
  type Loader,
  type ModuleRoutines,
  type Modules,
  Phase,
  RecordWord,
  wordAt,
} from './loader.ts';
import * as memory from './memory.ts';
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
}

/** Frames that the loader needs beside those of sections. */
export const framesBeside = (files: number, tables: number): number =>
  2 + tables + Math.ceil(files / 128);

export const createModules = (machine: Machine, build: ModulesBuild): Modules => {
  const { files, settings, root, tables, routines } = build;
  const [text = 0, ...frames] = build.frames;
  const code = installCode(machine, text);
  const [hart] = machine.harts;
  if (!hart) throw new Error('the machine has no hart');
  const { ram } = machine;
  const loader: Loader = {
    machine,
    settings,
    routines: { ...moduleRoutines, ...routines },
    ram,
    files: new Map(files.map((facts) => [facts.name, { facts, code }])),
    memory: memory.memoryOf(ram, root, frames, tables, files.length),
    entries: new Map(),
    symbols: new Map(
      settings.kernelExports.map((symbol) => [symbol.name, { owner: undefined, symbol }]),
    ),
    taints: new Set(),
    hart,
  };
  return {
    perform: (on, operation) => {
      const { routines: all, entries } = loader;
      const { module: name } = operation;
      loader.hart = on;
      if (operation.op === 'unload') return all.unload(loader, entries.get(name), operation.force);
      if (operation.op !== 'load') return all[operation.op](loader, entries.get(name));
      const file = loader.files.get(name);
      return file ? all.load(loader, file) : -Errno.ENOENT;
    },
    list: () =>
      [...loader.entries.values()]
        .map((entry) => statusOf(loader, entry))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    taints: () => [...loader.taints].sort(),
    freeFrames: () => memory.freeFrames(loader),
    mappings: () => memory.mappings(loader),
  };
};

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
