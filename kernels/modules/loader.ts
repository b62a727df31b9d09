/**
 * What the module loader is made of: its state, and the record of named routines that work on it. Routines call each
 * other through `loader.routines` only, so that replacing one in the record replaces it everywhere.
 *
 * Sections of modules lie in frames of RAM, mapped in the kernel's tables; unloading unmaps and frees them, so that a
 * stale pointer really faults, or reaches what is there now. State and counts of a module lie in RAM too, in its record.
 * So does what modules have registered (extensions.ts). Names do not: the tables of names and of symbols, and who imports
 * from whom, are kept beside it.
 *
 * A routine that runs code of modules may wait in it: it answers at once, or with steps. Meanwhile other harts may work
 * on modules, too.
 */
import type { Hart, Machine } from '../../hardware/contract.ts';
import type { DeviceId, DeviceName } from '../../spec/devices.ts';
import type { ExtensionPoint, Facility } from '../../spec/extensions.ts';
import type { ParameterValue } from '../../spec/module-parameters.ts';
import type {
  ExportedSymbol,
  FormRefusal,
  LoadRefusal,
  ModuleFacts,
  ModuleOperation,
  ModuleSettings,
  ModuleStatus,
  ModuleTaint,
  ModuleWarning,
  Registrations,
  UnloadRule,
} from '../../spec/modules.ts';
import type { Frame, Rights, VirtualAddress, Word } from '../../spec/riscv.ts';
import type { ModuleEntry } from './program.ts';

/** A module as it is stored: what it says of itself, and its code as words of text. */
export interface ModuleFile {
  readonly facts: ModuleFacts;
  readonly code: ModuleCode;
}

/** Text words of its routines, in the order of MODULE_ENTRIES. 0: it has none. */
export type ModuleCode = readonly Word[];

/**
 * The steps to an answer. They yield where others may go first, and what only the kernel around them can do (a crossing
 * to user mode): then they are given what came of it.
 */
export type Steps<R = number> = Generator<unknown, R, unknown>;
/** An answer, or the steps to it. */
export type Work = number | Steps;

/** Two frames of a module that runs in user mode: its root table, and the leaf table of the window. */
export interface ProcessTables {
  readonly root: Frame;
  readonly leaf: Frame;
}

/** A module that is there. */
export interface Entry {
  readonly facts: ModuleFacts;
  /** Its record: an address in words of RAM (`RecordWord`). */
  readonly record: number;
  /** Whom it imports from, once it is formed. */
  uses: readonly Entry[];
  /** What the load has brought. */
  readonly brought: readonly ParameterValue[];
}

/** Words of a module's record; `forced`: 1, it goes by force. */
export const RecordWord = {
  state: 0,
  users: 1,
  loads: 2,
  dependants: 3,
  page: 4,
  /** In user mode: it has gone wrong. */
  over: 5,
  /** In user mode: it serves a request, others wait. */
  busy: 6,
  forced: 7,
} as const;
export const RECORD_WORDS = 8;
/** Values of `RecordWord.state`; 0: the record is nobody's. */
export const Phase = { coming: 1, live: 2, going: 3, unformed: 4 } as const;

/** Sections in the order in which they lie in memory. */
export const SECTIONS = ['text', 'rodata', 'data', 'init'] as const;
export type Section = (typeof SECTIONS)[number];

/** How the loader knows whom to trust. */
export interface Trust {
  /** What stands behind the bytes of a module's file; nothing: nobody has signed it. */
  signatureOf(facts: ModuleFacts): Uint8Array | undefined;
  /** Whether one of the kernel's keys has signed these bytes. */
  verify(bytes: Uint8Array, signature: Uint8Array): boolean;
}

/** Who exports a symbol; no owner: the kernel itself. */
export interface Exporter {
  readonly owner: Entry | undefined;
  readonly symbol: ExportedSymbol;
}

/** A facility that may answer with steps. */
export type WaitingRoutine = (loader: Loader, entry: Entry, a: Word, b: Word, c: Word) => Work;

export interface Loader {
  readonly machine: Machine;
  readonly settings: ModuleSettings;
  readonly routines: ModuleRoutines;
  readonly ram: Uint32Array;
  readonly files: ReadonlyMap<string, ModuleFile>;
  readonly memory: ModuleMemory;
  readonly entries: Map<string, Entry>;
  /** The same modules by their records. */
  readonly byRecord: Map<number, Entry>;
  readonly symbols: Map<string, Exporter>;
  readonly taints: Set<ModuleTaint>;
  /** Words of text that each of a module's routines takes. */
  readonly slots: number;
  /** Tables by module, where modules run in user mode. */
  readonly processes: ReadonlyMap<string, ProcessTables>;
  /** Devices that modules may have: no service of the kernel drives them. */
  readonly devices: readonly DeviceName[];
  readonly warnings: Set<ModuleWarning>;
  readonly trust: Trust | undefined;
  /** Addresses of the kernel's facilities, in the order of FACILITIES. */
  readonly facilities: VirtualAddress[];
  /** Facilities that may wait: what they wait for can be a crossing to user mode, which no call by address passes on. */
  readonly waiting: ReadonlyMap<Facility, WaitingRoutine>;
  /** The root table of the kernel. */
  readonly root: Frame;
  /** The hart that does the present operation. */
  hart: Hart;
  /** The task for which it is done; 0: none. */
  caller: Word;
}

/** The words of a place in the tables of registrations (extensions.ts). */
export type Registered = ArrayLike<Word>;

/** Frames and addresses for modules. */
export interface ModuleMemory {
  /** The leaf tables of the window, one after the other. */
  readonly tables: readonly Frame[];
  /** The frame whose first two words are the head of the list of free frames, and how many there are. */
  readonly control: Frame;
  /** The frame of what modules have registered (extensions.ts). */
  readonly registered: Frame;
  /** The frame of who holds references on modules (holders.ts). */
  readonly holders: Frame;
  /** Records that nobody has. */
  readonly records: number[];
  /** Runs of pages that were used before, by their length; and the first page that never was. */
  readonly runs: Map<number, number[]>;
  nextPage: number;
}

export interface ModuleRoutines {
  // ---- holders.ts
  /** One of a user's references, which lies in the address space with this number. */
  hold(loader: Loader, entry: Entry, space: number): number;
  letGo(loader: Loader, entry: Entry | undefined, space: number): Work;
  /** An address space has ended: what it held is given back, and takes nothing along. */
  letGoAll(loader: Loader, space: number): void;

  // ---- memory.ts
  takeFrame(loader: Loader): Frame;
  giveFrame(loader: Loader, frame: Frame): void;
  /** Frames and addresses for all sections, writable and not executable. False: there is no room. */
  layOut(loader: Loader, entry: Entry): boolean;
  /** Each section gets the rights that it has from now on: W^X. */
  protect(loader: Loader, entry: Entry): void;
  /** Unmaps a section and gives its frames back. */
  release(loader: Loader, entry: Entry, section: Section): void;
  /** All that it has in memory. */
  releaseAll(loader: Loader, entry: Entry): void;

  // ---- symbols.ts
  resolve(loader: Loader, name: string): Exporter | undefined;
  /** What is wrong with the first import that cannot be resolved; 0: nothing. */
  symbolError(loader: Loader, facts: ModuleFacts): number;
  /** The modules that it imports from. */
  ownersOf(loader: Loader, facts: ModuleFacts): readonly Entry[];
  /** The addresses of what it imports, into its read-only data. */
  relocate(loader: Loader, entry: Entry): void;
  /** Its symbols can be found; one reference on each module that it imports from. */
  publish(loader: Loader, entry: Entry): void;
  withdraw(loader: Loader, entry: Entry): void;

  // ---- rules.ts
  /** Whether a refusal applies. */
  refusesLoad(loader: Loader, facts: ModuleFacts, unless: LoadRefusal): boolean;
  refusesForm(loader: Loader, facts: ModuleFacts, unless: FormRefusal): boolean;
  refusesUnload(loader: Loader, entry: Entry | undefined, unless: UnloadRule['unless']): boolean;
  /** Whether one of the kernel's keys has signed the file as it is. */
  verifies(loader: Loader, facts: ModuleFacts): boolean;

  // ---- counts.ts
  raise(loader: Loader, entry: Entry, count: Count): void;
  /** False: there was none. */
  lower(loader: Loader, entry: Entry, count: Count): boolean;

  // ---- load.ts
  /** UNFORMED. */
  prepare(loader: Loader, file: ModuleFile, brought: readonly ParameterValue[]): number;
  /** COMING, or gone. */
  form(loader: Loader, entry: Entry | undefined): number;
  /** Both. */
  load(loader: Loader, file: ModuleFile, brought: readonly ParameterValue[]): number;
  /** Values of its parameters into its data: 0, or the error of the first one that is wrong. */
  setParameters(loader: Loader, entry: Entry): number;
  /** LIVE, or gone. */
  init(loader: Loader, entry: Entry | undefined): Work;
  /** All that is kept of it goes. */
  dismantle(loader: Loader, entry: Entry): void;

  // ---- life.ts
  unload(loader: Loader, entry: Entry | undefined, force: boolean): number;
  exit(loader: Loader, entry: Entry | undefined): Work;
  /** It is no more, and refers to nobody. */
  forget(loader: Loader, entry: Entry): Work;
  get(loader: Loader, entry: Entry | undefined): number;
  put(loader: Loader, entry: Entry | undefined): Work;
  use(loader: Loader, entry: Entry | undefined, request: Word, argument: Word): Work;
  /** Has one of its routines run: those of init are in a section of their own, if there is one. */
  enter(loader: Loader, entry: Entry, routine: ModuleEntry, request: Word, argument: Word): Work;

  /** In user mode: it has gone wrong. Answers with what its caller is told. */
  giveUp(loader: Loader, entry: Entry): number;
  /** The same by what stands in a table of registrations, whether or not the module is still there. */
  ring(loader: Loader, it: Registered, routine: ModuleEntry, request: Word, argument: Word): Work;

  // ---- extensions.ts
  /** Lets time pass: timers that are due go off. */
  tick(loader: Loader): Work;
  /** A device has interrupted. */
  interrupt(loader: Loader, device: DeviceId): Work;
  /** A request to whoever has registered at a point. */
  ask(loader: Loader, point: ExtensionPoint, request: Word, argument: Word): Work;
  /** Whether hooks at `security` refuse what is to be asked at another point: 0, or their error. */
  guard(loader: Loader, point: ExtensionPoint, request: Word, argument: Word): Work;
  /** What those answer who have registered at a point: of a request that is guarded. */
  answer(loader: Loader, point: ExtensionPoint, request: Word, argument: Word): Work;
  /** A reference on the module that has registered at a point with this key. */
  pin(loader: Loader, point: ExtensionPoint, key: number): number;
  unpin(loader: Loader, point: ExtensionPoint, key: number): Work;
}

/** What saturates. */
export type Count = typeof RecordWord.users | typeof RecordWord.loads;

export const wordAt = ({ ram }: Loader, entry: Entry, word: number): number =>
  ram[entry.record + word] ?? 0;

export const setWord = ({ ram }: Loader, entry: Entry, word: number, value: number): void => {
  ram[entry.record + word] = value;
};

/** What the loader can be asked, and what can be seen of it. */
export interface Modules {
  /** The answer, or steps to it: between two of them other harts may do something. */
  perform(hart: Hart, operation: ModuleOperation): Work;
  /** A device has interrupted, and this was claimed. */
  interrupt(hart: Hart, device: DeviceId): Work;
  /** References of an address space, by the number of that. */
  hold(hart: Hart, module: string, space: number): Work;
  letGo(hart: Hart, module: string, space: number): Work;
  letGoAll(space: number): void;
  /** As the call moduleState returns it. */
  stateOf(module: string): number;
  registered(): Registrations;
  list(): readonly ModuleStatus[];
  taints(): readonly ModuleTaint[];
  warnings(): readonly ModuleWarning[];
  /** Frames that nobody has, ascending. */
  freeFrames(): readonly Frame[];
  /** Every page of the window that is mapped. */
  mappings(): readonly {
    readonly va: VirtualAddress;
    readonly frame: Frame;
    readonly rights: Rights;
  }[];
}
