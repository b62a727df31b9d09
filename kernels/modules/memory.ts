/** Where modules are: frames of RAM, and pages of a window of the kernel's address space with tables of its own. */
import { MODULE_WINDOW } from '../../spec/layout.ts';
import {
  type Frame,
  frameOf,
  PAGE_SHIFT,
  PAGE_SIZE,
  Pte,
  pte,
  type Rights,
  type VirtualAddress,
  WORDS_PER_FRAME,
} from '../../spec/riscv.ts';
import {
  type Entry,
  type Loader,
  type ModuleMemory,
  RECORD_WORDS,
  RecordWord,
  SECTIONS,
  type Section,
  wordAt,
} from './loader.ts';

const { V, R, W, X, G, A, D } = Pte;

/** What each of the loader's frames is for. */
export interface LoaderFrames {
  /** Text of programs, as it stands in the files: no table leads there. */
  readonly text: Frame;
  readonly control: Frame;
  readonly registered: Frame;
  /** Who holds references on modules (holders.ts). */
  readonly holders: Frame;
  readonly tables: readonly Frame[];
  readonly records: readonly Frame[];
  /** A root and a leaf table for each file. */
  readonly processes: readonly Frame[];
  /** For sections. */
  readonly free: readonly Frame[];
}

/** @param frames they hold zeros */
export const shareOut = (
  frames: readonly Frame[],
  files: number,
  tables: number,
  pages: number,
): LoaderFrames => {
  let next = 0;
  const take = (count: number): readonly Frame[] => {
    next += count;
    return frames.slice(next - count, next);
  };
  const [text = 0, control = 0, registered = 0, holders = 0] = take(4);
  return {
    text,
    control,
    registered,
    holders,
    tables: take(tables),
    records: take(Math.ceil((files * RECORD_WORDS) / WORDS_PER_FRAME)),
    processes: take(2 * files),
    free: take(pages),
  };
};

export const memoryOf = (ram: Uint32Array, root: Frame, frames: LoaderFrames): ModuleMemory => {
  const { control, registered, holders, tables, free } = frames;
  for (const [index, leaf] of tables.entries()) {
    ram[root * WORDS_PER_FRAME + (MODULE_WINDOW >>> 22) + index] = pte(leaf, V);
  }
  for (const frame of [...free].reverse()) {
    ram[frame * WORDS_PER_FRAME] = ram[control * WORDS_PER_FRAME] ?? 0;
    ram[control * WORDS_PER_FRAME] = frame;
  }
  ram[control * WORDS_PER_FRAME + 1] = free.length;
  return {
    tables,
    control,
    registered,
    holders,
    records: frames.records
      .flatMap((frame) =>
        Array.from(
          { length: WORDS_PER_FRAME / RECORD_WORDS },
          (_, index) => frame * WORDS_PER_FRAME + index * RECORD_WORDS,
        ),
      )
      .reverse(),
    runs: new Map(),
    nextPage: 0,
  };
};

const headOf = ({ memory }: Loader): number => memory.control * WORDS_PER_FRAME;

export const freeCount = (loader: Loader): number => loader.ram[headOf(loader) + 1] ?? 0;

/** A frame of zeros; 0: there is none. A free frame keeps what was in it, but for its first word. */
export const takeFrame = (loader: Loader): Frame => {
  const { ram } = loader;
  const head = headOf(loader);
  const frame = ram[head] ?? 0;
  if (frame === 0) return 0;
  const first = frame * WORDS_PER_FRAME;
  ram[head] = ram[first] ?? 0;
  ram[head + 1] = freeCount(loader) - 1;
  ram.fill(0, first, first + WORDS_PER_FRAME);
  return frame;
};

export const giveFrame = (loader: Loader, frame: Frame): void => {
  const { ram } = loader;
  const head = headOf(loader);
  ram[frame * WORDS_PER_FRAME] = ram[head] ?? 0;
  ram[head] = frame;
  ram[head + 1] = freeCount(loader) + 1;
};

/** Where the entry of a page of the window lies, in words of RAM. */
const entryAt = ({ memory }: Loader, page: number): number =>
  (memory.tables[page >>> 10] ?? 0) * WORDS_PER_FRAME + (page & 1023);

const vaOf = (page: number): VirtualAddress => (MODULE_WINDOW + page * PAGE_SIZE) >>> 0;

const setEntry = (loader: Loader, page: number, value: number): void => {
  loader.ram[entryAt(loader, page)] = value;
  loader.hart.fence(vaOf(page));
};

/** Where a word of the window lies in RAM, as a device addresses it; 0: nowhere. */
export const physicalOf = (loader: Loader, va: VirtualAddress): number => {
  const page = (va - MODULE_WINDOW) >>> PAGE_SHIFT;
  const entry = loader.ram[entryAt(loader, page)] ?? 0;
  return entry & V ? frameOf(entry) * PAGE_SIZE + (va & (PAGE_SIZE - 1)) : 0;
};

/** The first page of a section, and how many it has. */
const placeOf = (
  loader: Loader,
  entry: Entry,
  section: Section,
): { first: number; pages: number } => {
  const { pages } = entry.facts;
  let first = wordAt(loader, entry, RecordWord.page);
  for (const one of SECTIONS) {
    if (one === section) break;
    first += pages[one];
  }
  return { first, pages: pages[section] };
};

export const addressOf = (loader: Loader, entry: Entry, section: Section): VirtualAddress =>
  vaOf(placeOf(loader, entry, section).first);

const sizeOf = ({ facts: { pages } }: Entry): number =>
  SECTIONS.reduce((sum, section) => sum + pages[section], 0);

/** A run of pages that nobody has: one of exactly this length, or new ones. −1: the window is full. */
const takeRun = ({ memory }: Loader, pages: number): number => {
  const used = memory.runs.get(pages)?.pop();
  if (used !== undefined) return used;
  const first = memory.nextPage;
  if (first + pages > memory.tables.length * WORDS_PER_FRAME) return -1;
  memory.nextPage = first + pages;
  return first;
};

const giveRun = ({ memory }: Loader, first: number, pages: number): void => {
  const runs = memory.runs.get(pages);
  if (runs) runs.push(first);
  else memory.runs.set(pages, [first]);
};

export const layOut = (loader: Loader, entry: Entry): boolean => {
  const pages = sizeOf(entry);
  if (pages > freeCount(loader)) return false;
  const first = takeRun(loader, pages);
  if (first < 0) return false;
  loader.ram[entry.record + RecordWord.page] = first;
  for (let page = first; page < first + pages; page++) {
    setEntry(loader, page, pte(loader.routines.takeFrame(loader), V | R | W | G | A | D));
  }
  return true;
};

const RIGHTS: Readonly<Record<Section, Rights>> = {
  text: R | X,
  rodata: R,
  data: R | W,
  init: R | X,
};

export const protect = (loader: Loader, entry: Entry): void => protectWith(loader, entry, RIGHTS);

export const protectWith = (
  loader: Loader,
  entry: Entry,
  rights: Readonly<Record<Section, Rights>>,
): void => {
  for (const section of SECTIONS) {
    const { first, pages } = placeOf(loader, entry, section);
    for (let page = first; page < first + pages; page++) {
      const frame = frameOf(loader.ram[entryAt(loader, page)] ?? 0);
      setEntry(
        loader,
        page,
        pte(frame, V | rights[section] | (rights[section] & W ? D : 0) | G | A),
      );
    }
  }
};

/** The pages of a section that are mapped. */
export const pagesOf = (
  loader: Loader,
  entry: Entry,
  section: Section,
): { readonly va: VirtualAddress; readonly frame: Frame }[] => {
  const { first, pages } = placeOf(loader, entry, section);
  return Array.from({ length: pages }, (_, index) => first + index)
    .filter((page) => (loader.ram[entryAt(loader, page)] ?? 0) & V)
    .map((page) => ({ va: vaOf(page), frame: frameOf(loader.ram[entryAt(loader, page)] ?? 0) }));
};

export const release = (loader: Loader, entry: Entry, section: Section): void => {
  const { first, pages } = placeOf(loader, entry, section);
  for (let page = first; page < first + pages; page++) {
    const old = loader.ram[entryAt(loader, page)] ?? 0;
    if (!(old & V)) continue;
    setEntry(loader, page, 0);
    loader.routines.giveFrame(loader, frameOf(old));
  }
};

export const releaseAll = (loader: Loader, entry: Entry): void => {
  for (const section of SECTIONS) loader.routines.release(loader, entry, section);
  giveRun(loader, wordAt(loader, entry, RecordWord.page), sizeOf(entry));
};

// ---- what can be seen

export const freeFrames = (loader: Loader): readonly Frame[] => {
  const found: Frame[] = [];
  for (let frame = loader.ram[headOf(loader)] ?? 0; frame !== 0; ) {
    found.push(frame);
    if (found.length > loader.machine.frames) throw new Error('the list of free frames has no end');
    frame = loader.ram[frame * WORDS_PER_FRAME] ?? 0;
  }
  return found.sort((a, b) => a - b);
};

export const mappings = (
  loader: Loader,
): { va: VirtualAddress; frame: Frame; rights: Rights }[] => {
  const found = [];
  for (let page = 0; page < loader.memory.tables.length << (PAGE_SHIFT - 2); page++) {
    const entry = loader.ram[entryAt(loader, page)] ?? 0;
    if (entry & V)
      found.push({ va: vaOf(page), frame: frameOf(entry), rights: entry & (R | W | X) });
  }
  return found;
};
