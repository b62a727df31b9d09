/**
 * A machine whose kernel does nothing but what it is asked about modules, one operation in each activation. An operation
 * that waits goes on in the next one; in between devices complete, and their interrupts are taken.
 */
import type { Hart } from '../../hardware/contract.ts';
import type { Core } from '../../hardware/core.ts';
import { Arena, assemble, boot } from '../../hardware/run.ts';
import { createModules, type ModulesBuild, moduleRoutines } from '../../kernels/modules/index.ts';
import type { ModuleRoutines, Modules, Work } from '../../kernels/modules/loader.ts';
import type { DeviceId, DeviceSettings } from '../../spec/devices.ts';
import {
  type ModuleFacts,
  type ModuleOperation,
  type ModuleSettings,
  moduleFrames,
} from '../../spec/modules.ts';
import type { RunLog } from '../../spec/records.ts';
import { Cause, type Frame } from '../../spec/riscv.ts';
import { WORKLOAD_FORMAT, type Workload } from '../../spec/workload.ts';
import { TRUST } from './signing.ts';

export interface ModuleWorld {
  readonly files: readonly ModuleFacts[];
  readonly settings: ModuleSettings;
  /** Pages that all modules together may have. */
  readonly pages: number;
  /** How its devices behave; with it, what the hardware did is seen. */
  readonly devices?: DeviceSettings;
}

/** What is not as in the reference loader. */
export type Changes = Pick<ModulesBuild, 'routines' | 'facilities' | 'programs' | 'trust'>;

/** The machine as an observer has it: no loader is asked. */
export interface Hardware {
  readonly core: Core;
  readonly kernelRoot: Frame;
  /** What it did since the operation before, where the world has devices. */
  readonly log: RunLog | undefined;
}

export interface Observer {
  /** After each operation. True: it has seen enough. */
  after(modules: Modules, answer: number, operation: ModuleOperation, hardware: Hardware): boolean;
  /** In the middle of one: before and after a module is bound, and before its code runs. */
  during?(hardware: Hardware): void;
  /** Behind the last of them. */
  atEnd?(hardware: Hardware): void;
}

/** Frames before the first free one: the kernel's text and tables, and the text of no program. */
const BEFORE = 4;
/** Pages of a leaf table. */
const LEAF = 1024;
/** Room in the window for each page, for addresses are not always used again. */
const SPARE = 4;

const workloadOf = (
  frames: number,
  steps: number,
  devices: DeviceSettings | undefined,
): Workload => ({
  format: WORKLOAD_FORMAT,
  harts: 1,
  frames,
  tlbEntries: 64,
  ipiDelay: 0,
  programs: [{ bodies: [[]] }],
  start: [],
  schedule: [],
  interrupts: [],
  steps,
  ...(devices && { devices }),
});

/** Where runs that are observed leave what they saw, one after the other. */
const ARENA = new Arena();

/** Activations in which an operation may wait: no device takes so long. */
const PATIENCE = 1000;

/** To its end, with nobody else in between. */
const atOnce = (work: Work): number => {
  if (typeof work === 'number') return work;
  for (let steps = 0; steps < PATIENCE; steps++) {
    const { done, value } = work.next();
    if (done) return value;
  }
  throw new Error('an interrupt routine waits without end');
};

const isInterrupt = (cause: number): boolean => cause >>> 31 === 1;

interface Doing {
  readonly operation: ModuleOperation;
  readonly work: Exclude<Work, number>;
  waited: number;
}

/** What the kernel does, each time that it runs. */
interface Activations {
  advance(modules: Modules, hart: Hart): void;
  /** There is nothing more to do. */
  over: boolean;
}

/** Operations one after the other; one that waits is done step by step. */
class Course implements Activations {
  readonly #rest: Iterator<ModuleOperation>;
  readonly #observer: Observer;
  readonly #hardware: Hardware;
  #doing: Doing | undefined;
  over = false;

  constructor(operations: Iterable<ModuleOperation>, observer: Observer, hardware: Hardware) {
    this.#rest = operations[Symbol.iterator]();
    this.#observer = observer;
    this.#hardware = hardware;
  }

  advance(modules: Modules, hart: Hart): void {
    if (this.over) return;
    if (this.#doing) this.#goOn(modules, this.#doing);
    else this.#begin(modules, hart);
  }

  #begin(modules: Modules, hart: Hart): void {
    const { done, value: operation } = this.#rest.next();
    if (done) {
      this.over = true;
      return;
    }
    const work = modules.perform(hart, operation);
    if (typeof work === 'number') this.#finished(modules, operation, work);
    else this.#goOn(modules, { operation, work, waited: 0 });
  }

  #goOn(modules: Modules, doing: Doing): void {
    const { done, value } = doing.work.next();
    if (done) {
      this.#finished(modules, doing.operation, value);
      return;
    }
    doing.waited += 1;
    if (doing.waited > PATIENCE) throw new Error(`${doing.operation.op} waits without end`);
    this.#doing = doing;
  }

  #finished(modules: Modules, operation: ModuleOperation, answer: number): void {
    this.#doing = undefined;
    this.over = this.#observer.after(modules, answer, operation, this.#hardware);
    this.#hardware.core.log?.clear();
  }
}

/** The same routines, with somebody who looks on. */
const watched = (routines: ModuleRoutines, look: () => void): Partial<ModuleRoutines> => ({
  relocate: (loader, entry) => {
    look();
    routines.relocate(loader, entry);
    look();
  },
  enter: (loader, ...what) => {
    look();
    return routines.enter(loader, ...what);
  },
});

/**
 * Does the operations one after the other, until the observer has seen enough.
 * @returns why the machine stopped before its time; nothing: it did not
 */
export const runModules = (
  world: ModuleWorld,
  operations: Iterable<ModuleOperation>,
  observer: Observer,
  changed: Changes = {},
): string | undefined =>
  run(world, (hardware) => new Course(operations, observer, hardware), changed, observer);

/** Operations that go on by turns: whose turn it is the schedule says, and when that has ended everybody's in a row. */
export const byTurns = (
  modules: Modules,
  hart: Hart,
  operations: readonly ModuleOperation[],
  schedule: readonly number[],
): readonly number[] => {
  const begun = new Map<number, Work>();
  const answers = new Map<number, number>();
  const advance = (index: number): void => {
    const operation = operations[index];
    if (!operation || answers.has(index)) return;
    const work = begun.get(index) ?? modules.perform(hart, operation);
    begun.set(index, work);
    const { done, value } = typeof work === 'number' ? { done: true, value: work } : work.next();
    if (done) answers.set(index, value as number);
  };
  for (const index of schedule) advance(index);
  for (let round = 0; answers.size < operations.length; round++) {
    if (round > PATIENCE) throw new Error('operations wait for each other without end');
    for (const index of operations.keys()) advance(index);
  }
  return [...operations.keys()].map((index) => answers.get(index) ?? Number.NaN);
};

/** The same where `next` says what is done in each activation. True: there is nothing more to do. */
export const runActivations = (
  world: ModuleWorld,
  next: (modules: Modules, hart: Hart) => boolean,
  changed: Changes = {},
): string | undefined => {
  const activations: Activations = {
    over: false,
    advance: (modules, hart) => {
      if (!activations.over) activations.over = next(modules, hart);
    },
  };
  return run(world, () => activations, changed, {});
};

const run = (
  { files, settings, pages, devices }: ModuleWorld,
  activationsOf: (hardware: Hardware) => Activations,
  changed: Changes,
  observer: Pick<Observer, 'during' | 'atEnd'>,
): string | undefined => {
  const tables = Math.ceil((pages * SPARE) / LEAF);
  const setup = { ...settings, policy: settings.policy.name, files, pages };
  const frames = BEFORE + moduleFrames(setup) + tables;
  const { core, machine, image } = assemble(
    workloadOf(frames, Number.MAX_SAFE_INTEGER, devices),
    devices ? { arena: ARENA } : { observe: false },
  );
  const hardware: Hardware = { core, kernelRoot: image.kernelRoot, log: core.log };
  const routines: ModuleRoutines = { ...moduleRoutines, ...changed.routines };
  let modules: Modules | undefined;
  const course = activationsOf(hardware);
  let error: unknown;
  const handler = (hart: Hart): void => {
    if (!modules) return;
    try {
      if (!isInterrupt(hart.scause))
        throw new Error(`supervisor mode faults at 0x${hart.stval.toString(16)}`);
      if (hart.scause === Cause.externalInterrupt) {
        for (let device = machine.claim(); device >= 0; device = machine.claim())
          atOnce(modules.interrupt(hart, device as DeviceId));
      } else course.advance(modules, hart);
    } catch (thrown) {
      error = thrown;
      throw thrown;
    }
    if (course.over) hart.idle();
    else hart.idle(1);
  };
  const kernel = {
    boot: () => {
      modules = createModules(machine, {
        files,
        settings,
        root: image.kernelRoot,
        frames: image.freeFrames,
        tables,
        pages,
        trust: TRUST,
        ...changed,
        routines: { ...routines, ...watched(routines, () => observer.during?.(hardware)) },
      });
      return handler;
    },
  };
  boot(core, kernel, machine, image);
  core.run();
  observer.atEnd?.(hardware);
  if (!core.halted) return undefined;
  return error instanceof Error ? error.message : 'the machine has stopped';
};
