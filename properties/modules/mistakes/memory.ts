/** Mistakes in what a module has in memory, and with which rights. */
import type { Hart } from '../../../hardware/contract.ts';
import { moduleRoutines } from '../../../kernels/modules/index.ts';
import type { Loader } from '../../../kernels/modules/loader.ts';
import { counter } from '../../../kernels/modules/programs/counter.ts';
import { DIRECT_MAP, KERNEL_ROOT_FRAME } from '../../../spec/layout.ts';
import { Pte, WORDS_PER_FRAME } from '../../../spec/riscv.ts';
import { type ModuleMistake, without } from './mistake.ts';

const right = moduleRoutines;

/** More rights for pages of modules that have some of these. */
const addRights = (loader: Loader, from: number, added: number): void => {
  for (const table of loader.memory.tables) {
    const first = table * WORDS_PER_FRAME;
    for (let at = first; at < first + WORDS_PER_FRAME; at++) {
      const entry = loader.ram[at] ?? 0;
      if (entry & Pte.V && entry & from) loader.ram[at] = entry | added;
    }
  }
  loader.hart.fence();
};

/** A hart whose TLB forgets nothing. It can do nothing else. */
const UNFENCED = { fence: () => undefined } as unknown as Hart;

export const MEMORY_MISTAKES: readonly ModuleMistake[] = [
  {
    id: 'init-stays-executable',
    description: 'The sections of init are kept when it has run.',
    killedBy: 'modules/nothing-outlives',
    routines: { init: (loader, entry) => right.init(without(loader, 'release'), entry) },
  },
  {
    id: 'unmapped-too-little',
    description: 'Frames of a module are given back, and its pages still lead there.',
    killedBy: 'modules/nothing-outlives',
    routines: {
      release: (loader, entry, section) => {
        const tables = loader.memory.tables.map((table) =>
          loader.ram.slice(table * WORDS_PER_FRAME, (table + 1) * WORDS_PER_FRAME),
        );
        right.release(loader, entry, section);
        for (const [index, table] of loader.memory.tables.entries())
          loader.ram.set(tables[index] ?? [], table * WORDS_PER_FRAME);
      },
    },
  },
  {
    id: 'data-not-freed',
    description: 'The data of a module is unmapped, and its frames are lost.',
    killedBy: 'modules/restored',
    routines: {
      release: (loader, entry, section) =>
        right.release(section === 'data' ? without(loader, 'giveFrame') : loader, entry, section),
    },
  },
  {
    id: 'frame-freed-twice',
    description: 'A frame that is free is given back once more.',
    killedBy: 'modules/kernel-stays-up',
    bug: 'CVE-2017-2636: a buffer was freed twice.',
    routines: {
      giveFrame: (loader, frame) => {
        right.giveFrame(loader, frame);
        right.giveFrame(loader, frame);
      },
    },
  },
  {
    id: 'old-data-shows',
    description: 'A frame is handed out with what was in it.',
    killedBy: 'modules/calls',
    bug: 'CVE-2017-1088 (FreeBSD kldstat): memory was not cleared before it was handed out.',
    routines: {
      takeFrame: (loader) => {
        const next = loader.ram[loader.memory.control * WORDS_PER_FRAME] ?? 0;
        const old = loader.ram.slice(next * WORDS_PER_FRAME, (next + 1) * WORDS_PER_FRAME);
        const frame = right.takeFrame(loader);
        if (frame !== 0) loader.ram.set(old, frame * WORDS_PER_FRAME);
        return frame;
      },
    },
  },
  {
    id: 'text-stays-writable',
    description: 'Text becomes executable, and stays as writable as it was while it was relocated.',
    killedBy: 'modules/write-xor-execute',
    routines: {
      protect: (loader, entry) => {
        right.protect(loader, entry);
        addRights(loader, Pte.X, Pte.W | Pte.D);
      },
    },
  },
  {
    id: 'data-executable',
    description: 'Data can be executed.',
    killedBy: 'modules/write-xor-execute',
    routines: {
      protect: (loader, entry) => {
        right.protect(loader, entry);
        addRights(loader, Pte.W, Pte.X);
      },
    },
  },
  {
    id: 'empty-slot-called',
    description: 'What a module imports is not written into its read-only data, and is called.',
    killedBy: 'modules/kernel-stays-up',
    bug: 'CVE-2009-2692: an empty slot for an operation was called.',
    routines: { relocate: () => {} },
  },
  {
    id: 'relocated-when-executable',
    description:
      'Addresses of imports are written when text can already be executed, and still be written.',
    killedBy: 'modules/write-xor-execute',
    routines: {
      relocate: (loader, entry) => {
        right.protect(loader, entry);
        addRights(loader, Pte.R, Pte.W | Pte.D);
        right.relocate(loader, entry);
      },
    },
  },
  {
    id: 'init-with-rights-of-the-loader',
    description: 'The init of a module runs while its text can be written, as the loader could.',
    killedBy: 'modules/write-xor-execute',
    bug: 'CVE-2016-10088 (sg): a handler ran under limits that were meant for the kernel.',
    routines: {
      protect: (loader, entry) => {
        right.protect(loader, entry);
        addRights(loader, Pte.X, Pte.W | Pte.D);
      },
      init: (loader, entry) => {
        const work = right.init(loader, entry);
        if (entry && loader.entries.has(entry.facts.name)) right.protect(loader, entry);
        return work;
      },
    },
  },
  {
    id: 'tlb-still-writable',
    description:
      'Text becomes executable in the table, and the hart still remembers that it can be written.',
    killedBy: 'modules/write-xor-execute',
    bug: 'CVE-2018-18281: what had been remembered of a page was forgotten too late.',
    routines: { protect: (loader, entry) => right.protect({ ...loader, hart: UNFENCED }, entry) },
  },
  {
    id: 'direct-map-executable',
    description: 'The direct map, by which all of RAM can be written, can be executed.',
    killedBy: 'modules/write-xor-execute',
    routines: {
      protect: (loader, entry) => {
        right.protect(loader, entry);
        const at = KERNEL_ROOT_FRAME * WORDS_PER_FRAME + (DIRECT_MAP >>> 22);
        loader.ram[at] = (loader.ram[at] ?? 0) | Pte.X;
      },
    },
  },
  {
    id: 'address-told',
    description: 'A call of a module answers with where its data is.',
    killedBy: 'modules/calls',
    bug: 'CVE-2018-7755 (floppy): a pointer of the kernel was returned.',
    programs: {
      counter: {
        ...counter,
        use: (place, request, argument) =>
          place.imports === 0 ? place.data : counter.use(place, request, argument),
      },
    },
  },
];
