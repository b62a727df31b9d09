/**
 * Modules in user mode: each has tables of its own, in which only its sections and the registers of its devices can be
 * reached. A call of one of its routines is a crossing: the hart goes to user mode, and comes back with a system call or
 * a fault. A module that goes wrong is over: whoever asks it gets EIO, and what it had registered is taken back, until
 * it is unloaded.
 *
 * The kernel's own window leads to the same frames, without U, so that the loader can fill them; text is never executed
 * there.
 */
import { DEVICE_WINDOW, Device, deviceFrame, IommuRegister } from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import { FACILITIES } from '../../spec/extensions.ts';
import { MODULE_TID, MODULE_WINDOW } from '../../spec/layout.ts';
import {
  type Frame,
  PAGE_SHIFT,
  PAGE_SIZE,
  Pte,
  pte,
  type Rights,
  type VirtualAddress,
  WORDS_PER_FRAME,
  type Word,
} from '../../spec/riscv.ts';
import { clearPlace, INTERRUPTS, PlaceWord, removeHooks, TIMERS, taken } from './extensions.ts';
import { type FacilityRoutine, type FacilityRoutines, facilityRoutines } from './facilities.ts';
import { finish, routineAt } from './life.ts';
import {
  type Entry,
  type Loader,
  type ModuleRoutines,
  RecordWord,
  SECTIONS,
  type Section,
  type Steps,
  setWord,
  wordAt,
} from './loader.ts';
import { addressOf, pagesOf, protectWith, release, releaseAll } from './memory.ts';
import type { ModuleEntry } from './program.ts';
import { UpCall } from './user-code.ts';

const { V, R, W, X, U } = Pte;

/** What the kernel is to do: run user mode there, and give back what came of it. */
export interface Crossing {
  readonly root: Frame;
  readonly tid: number;
  /** Registers and pc. */
  readonly context: readonly Word[];
}
export const isCrossing = (value: unknown): value is Crossing =>
  typeof value === 'object' && value !== null && 'context' in value;

/** Why it came back: a system call, with its registers and pc behind it; or a fault, or too long a time. */
export type Outcome = { readonly context: Uint32Array } | 'fault';

const A0 = 10;
const A7 = 17;

const tidOf = (loader: Loader, { facts }: Entry): number =>
  MODULE_TID + [...loader.files.keys()].indexOf(facts.name);

function* cross(loader: Loader, entry: Entry, context: readonly Word[]): Steps<Outcome> {
  const root = loader.processes.get(entry.facts.name)?.root ?? 0;
  return (yield { root, tid: tidOf(loader, entry), context } satisfies Crossing) as Outcome;
}

const isOver = (loader: Loader, entry: Entry): boolean =>
  wordAt(loader, entry, RecordWord.over) !== 0;

/** One request after the other: it is one process. */
function* enter(
  loader: Loader,
  entry: Entry,
  routine: ModuleEntry,
  request: Word,
  argument: Word,
): Steps {
  const isFree = (): boolean => wordAt(loader, entry, RecordWord.busy) === 0;
  while (!isFree()) yield isFree;
  setWord(loader, entry, RecordWord.busy, 1);
  const answer = yield* run(loader, entry, routine, request, argument);
  setWord(loader, entry, RecordWord.busy, 0);
  return answer;
}

/** One of its routines, to its answer. */
function* run(
  loader: Loader,
  entry: Entry,
  routine: ModuleEntry,
  request: Word,
  argument: Word,
): Steps {
  if (isOver(loader, entry)) return -Errno.EIO;
  const context = new Array<Word>(32).fill(0);
  context[0] = routineAt(loader, entry, routine);
  context[A0] = addressOf(loader, entry, 'data');
  context[A0 + 1] = addressOf(loader, entry, 'rodata');
  context[A0 + 2] = entry.uses.length;
  context[A0 + 3] = request;
  context[A0 + 4] = argument;
  for (;;) {
    const outcome = yield* cross(loader, entry, context);
    if (outcome === 'fault') return loader.routines.giveUp(loader, entry);
    const [a0 = 0, a1 = 0, a2 = 0, a3 = 0] = outcome.context.subarray(A0);
    const number = outcome.context[A7];
    if (number === UpCall.answer) return a0 | 0;
    for (let word = 0; word < 32; word++) context[word] = outcome.context[word] ?? 0;
    context[A0] = (yield* asked(loader, entry, number, [a0, a1, a2, a3])) >>> 0;
  }
}

/** What a module asks of others, by its system call. */
function* asked(
  loader: Loader,
  entry: Entry,
  number: number | undefined,
  [a0, a1, a2, a3]: readonly [Word, Word, Word, Word],
): Steps {
  if (number === UpCall.rest) {
    yield undefined;
    return 0;
  }
  if (number === UpCall.import) {
    const owner = entry.uses[a0];
    return owner
      ? yield* finish(loader.routines.enter(loader, owner, 'use', a1, a2))
      : -Errno.ENOENT;
  }
  const name = number === UpCall.facility ? FACILITIES[a0] : undefined;
  const address = name && loader.facilities[a0];
  if (!address) return -Errno.ENOSYS;
  const waiting = loader.waiting.get(name);
  if (waiting) return yield* finish(waiting(loader, entry, a1, a2, a3));
  return (loader.hart.call(address, addressOf(loader, entry, 'data'), a1, a2, a3) as number) | 0;
}

/** By its record: if there is no such module any more, there is nothing that could be entered. */
function* ring(
  loader: Loader,
  it: ArrayLike<Word>,
  routine: ModuleEntry,
  request: Word,
  argument: Word,
): Steps {
  const entry = loader.byRecord.get(it[PlaceWord.record] ?? 0);
  if (!entry) return -Errno.EIO;
  return yield* finish(loader.routines.enter(loader, entry, routine, request, argument));
}

/** It has gone wrong. */
const giveUp = (loader: Loader, entry: Entry): number => {
  setWord(loader, entry, RecordWord.over, 1);
  const isOwn = (at: number): boolean => loader.ram[at + PlaceWord.record] === entry.record;
  removeHooks(loader, isOwn);
  for (const table of [TIMERS, INTERRUPTS])
    for (const at of [...taken(loader, table)]) if (isOwn(at)) clearPlace(loader, at);
  return -Errno.EIO;
};

/** Pages of registers, at the end of the window. */
const DEVICE_PAGE = 960;
const IOMMU = DEVICE_WINDOW + Device.iommu * PAGE_SIZE;

// ---- its tables

const entriesOf = (loader: Loader, entry: Entry): number =>
  (loader.processes.get(entry.facts.name)?.leaf ?? 0) * WORDS_PER_FRAME;

const RIGHTS: Readonly<Record<Section, Rights>> = {
  text: R | X,
  rodata: R,
  data: R | W,
  init: R | X,
};

/** Nothing of it is executed there. */
const IN_THE_KERNEL: Readonly<Record<Section, Rights>> = {
  text: R,
  rodata: R,
  data: R | W,
  init: R,
};

const leafIndex = (va: VirtualAddress): number => (va - MODULE_WINDOW) >>> PAGE_SHIFT;

/** The kernel's root but for the window, in which the module sees its own pages only. */
const protectInUser = (loader: Loader, entry: Entry): void => {
  const { ram, processes, root } = loader;
  protectWith(loader, entry, IN_THE_KERNEL);
  const own = processes.get(entry.facts.name);
  if (!own) return;
  ram.copyWithin(own.root * WORDS_PER_FRAME, root * WORDS_PER_FRAME, (root + 1) * WORDS_PER_FRAME);
  ram[own.root * WORDS_PER_FRAME + (MODULE_WINDOW >>> 22)] = pte(own.leaf, V);
  ram.fill(0, own.leaf * WORDS_PER_FRAME, (own.leaf + 1) * WORDS_PER_FRAME);
  for (const section of SECTIONS) {
    for (const { va, frame } of pagesOf(loader, entry, section)) {
      ram[entriesOf(loader, entry) + leafIndex(va)] = pte(frame, V | U | RIGHTS[section]);
    }
  }
};

const releaseInUser = (loader: Loader, entry: Entry, section: Section): void => {
  for (const { va } of pagesOf(loader, entry, section))
    loader.ram[entriesOf(loader, entry) + leafIndex(va)] = 0;
  release(loader, entry, section);
};

/** Its devices reach nothing any more, before anybody else gets its frames. */
const releaseAllInUser = (loader: Loader, entry: Entry): void => {
  const { ram, hart } = loader;
  for (const device of Object.values(Device)) {
    const at = entriesOf(loader, entry) + DEVICE_PAGE + device;
    if (((ram[at] ?? 0) & V) === 0) continue;
    ram[at] = 0;
    hart.store(IOMMU + IommuRegister.root + 4 * device, 0);
    hart.store(IOMMU + IommuRegister.invalidate, 1);
  }
  releaseAll(loader, entry);
};

export const userRoutines: Partial<ModuleRoutines> = {
  enter,
  ring,
  giveUp,
  relocate: () => {}, // it knows nobody's address: what it asks goes through the kernel
  protect: protectInUser,
  release: releaseInUser,
  releaseAll: releaseAllInUser,
};

// ---- its devices

/** Maps the registers, and confines the device to what the module reaches, by the same addresses. */
const mapRegisters: FacilityRoutine = (loader, entry, device, b) => {
  const direct = facilityRoutines.mapRegisters(loader, entry, device, b);
  const root = loader.processes.get(entry.facts.name)?.root;
  if (direct < 0 && direct > -4096) return direct;
  if (root === undefined) return -Errno.EINVAL;
  const page = DEVICE_PAGE + device;
  loader.ram[entriesOf(loader, entry) + page] = pte(deviceFrame(device as 0), V | R | W | U);
  const { hart } = loader;
  hart.store(IOMMU + IommuRegister.root + 4 * device, root);
  hart.store(
    IOMMU + IommuRegister.control,
    hart.load(IOMMU + IommuRegister.control) | (1 << device),
  );
  hart.store(IOMMU + IommuRegister.invalidate, 1);
  return MODULE_WINDOW + page * PAGE_SIZE;
};

export const userFacilities: Partial<FacilityRoutines> = {
  mapRegisters,
  dmaAddress: (_, __, va) => va,
};
