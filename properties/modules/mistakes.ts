/** Loaders with one mistake each, and the property that must catch it. The right way: kernels/modules. */

import { moduleRoutines } from '../../kernels/modules/index.ts';
import { finish } from '../../kernels/modules/life.ts';
import {
  type Loader,
  type ModuleRoutines,
  Phase,
  RecordWord,
  setWord,
  wordAt,
} from '../../kernels/modules/loader.ts';
import { freeCount } from '../../kernels/modules/memory.ts';
import { Errno } from '../../spec/errno.ts';
import type { LoadRefusal, UnloadRefusal } from '../../spec/modules.ts';
import { Pte, WORDS_PER_FRAME } from '../../spec/riscv.ts';
import type { ModulePropertyId } from './properties.ts';
import type { Changes } from './world.ts';

export interface ModuleMistake extends Changes {
  readonly id: string;
  /** The mistake, in one sentence. */
  readonly description: string;
  readonly killedBy: ModulePropertyId;
  /** The bug in the wild that it restates: its id and one line of fact. */
  readonly bug?: string;
}

const right = moduleRoutines;
const { state, users, loads, dependants } = RecordWord;

/** The loader as a routine sees it that forgets to call others: for it, they do nothing. */
const without = (loader: Loader, ...names: readonly (keyof ModuleRoutines)[]): Loader => ({
  ...loader,
  routines: { ...loader.routines, ...Object.fromEntries(names.map((name) => [name, () => 0])) },
});

const loadsWithout = (unless: LoadRefusal): Partial<ModuleRoutines> => ({
  refusesLoad: (loader, facts, one) => one !== unless && right.refusesLoad(loader, facts, one),
});
const unloadsWithout = (unless: UnloadRefusal): Partial<ModuleRoutines> => ({
  refusesUnload: (loader, entry, one) => one !== unless && right.refusesUnload(loader, entry, one),
});

/** Entries of the window's tables, by what is wrong with their rights. */
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

export const MODULE_MISTAKES: readonly ModuleMistake[] = [
  {
    id: 'signature-unchecked',
    description: 'Signatures are said to be enforced, and nobody looks.',
    killedBy: 'modules/answers',
    bug: 'CVE-2021-35039: the flag was set, and the check was compiled out.',
    routines: loadsWithout('signature'),
  },
  {
    id: 'any-key-will-do',
    description: 'A signature by a key that nobody knows is taken for valid.',
    killedBy: 'modules/answers',
    bug: 'CVE-2016-9604: a caller could join the trusted set of keys.',
    routines: {
      refusesLoad: (loader, facts, unless) =>
        right.refusesLoad(loader, facts, unless) &&
        !(unless === 'signature' && facts.signature === 'unknown'),
    },
  },
  {
    id: 'writable-text-loaded',
    description: 'A module whose text could be written is loaded.',
    killedBy: 'modules/answers',
    routines: loadsWithout('writable text'),
  },
  {
    id: 'blacklist-ignored',
    description: 'What is blacklisted is loaded.',
    killedBy: 'modules/answers',
    routines: loadsWithout('blacklisted'),
  },
  {
    id: 'vermagic-ignored',
    description: 'A module of another kernel is loaded.',
    killedBy: 'modules/answers',
    routines: loadsWithout('vermagic'),
  },
  {
    id: 'loaded-twice',
    description: 'A module that is there already takes the place of itself.',
    killedBy: 'modules/answers',
    routines: loadsWithout('loaded'),
  },
  {
    id: 'exported-twice',
    description: 'A symbol that somebody exports already gets a second owner.',
    killedBy: 'modules/answers',
    routines: loadsWithout('exported twice'),
  },
  {
    id: 'gpl-for-everyone',
    description: 'GPL-only symbols are seen by every module.',
    killedBy: 'modules/answers',
    routines: {
      symbolError: (loader, facts) => right.symbolError(loader, { ...facts, licence: 'GPL' }),
    },
  },
  {
    id: 'version-ignored',
    description: 'The version of a symbol is not compared.',
    killedBy: 'modules/answers',
    routines: {
      symbolError: (loader, facts) =>
        right.symbolError(loader, {
          ...facts,
          imports: facts.imports.map(({ name }) => ({ name })),
        }),
    },
  },
  {
    id: 'last-import-decides',
    description: 'Imports are looked at from the last to the first, so another error is told.',
    killedBy: 'modules/answers',
    routines: {
      symbolError: (loader, facts) =>
        right.symbolError(loader, { ...facts, imports: [...facts.imports].reverse() }),
    },
  },
  {
    id: 'coming-is-live',
    description: 'Symbols of a module are given out before its init has run.',
    killedBy: 'modules/answers',
    bug: 'CVE-2019-19537: a character device could be opened while it came and went.',
    routines: {
      symbolError: (loader, facts) => {
        const error = right.symbolError(loader, facts);
        return error === Errno.EBUSY ? 0 : error;
      },
    },
  },
  {
    id: 'symbols-stay',
    description: 'The symbols of a module that is gone can still be found.',
    killedBy: 'modules/answers',
    bug: 'CVE-2017-6074: what had been freed was used again.',
    routines: {
      withdraw: (loader, entry) => right.withdraw({ ...loader, symbols: new Map() }, entry),
    },
  },
  {
    id: 'symbols-of-the-failed',
    description: 'A module whose init fails leaves its symbols behind.',
    killedBy: 'modules/answers',
    routines: {
      *init(loader, entry) {
        const kept = new Map(loader.symbols);
        const answer = yield* finish(right.init(loader, entry));
        if (answer < 0) for (const [name, one] of kept) loader.symbols.set(name, one);
        return answer;
      },
    },
  },
  {
    id: 'edge-dropped',
    description: 'A module that imports from another does not keep it there.',
    killedBy: 'modules/list',
    routines: {
      publish: (loader, entry) => right.publish(loader, { ...entry, uses: [] }),
    },
  },
  {
    id: 'edge-for-each-symbol',
    description: 'A module refers to another once for each symbol that it imports.',
    killedBy: 'modules/list',
    routines: {
      ownersOf: (loader, { imports }) =>
        imports.flatMap(({ name }) => right.resolve(loader, name)?.owner ?? []),
    },
  },
  {
    id: 'reference-leaked',
    description: 'The references of a module whose init fails are not given back.',
    killedBy: 'modules/list',
    bug: 'CVE-2016-0728: a reference leaked on the way of an error.',
    routines: {
      *init(loader, entry) {
        const answer = yield* finish(right.init(loader, entry));
        if (answer >= 0 || answer === -Errno.EINVAL) return answer;
        for (const owner of entry?.uses ?? [])
          setWord(loader, owner, dependants, wordAt(loader, owner, dependants) + 1);
        return answer;
      },
    },
  },
  {
    id: 'reference-put-twice',
    description: 'A module whose init fails gives its references back twice.',
    killedBy: 'modules/list',
    bug: 'CVE-2016-4557: put twice on the way of an error.',
    routines: {
      *init(loader, entry) {
        const answer = yield* finish(right.init(loader, entry));
        if (answer >= 0 || answer === -Errno.EINVAL) return answer;
        for (const owner of entry?.uses ?? [])
          setWord(loader, owner, dependants, wordAt(loader, owner, dependants) - 1);
        return answer;
      },
    },
  },
  {
    id: 'put-below-zero',
    description: 'A reference that nobody has can be given back.',
    killedBy: 'modules/answers',
    routines: {
      put: (loader, entry) => {
        if (!entry) return right.put(loader, entry);
        setWord(loader, entry, users, Math.max(0, wordAt(loader, entry, users) - 1));
        return 0;
      },
    },
  },
  {
    id: 'get-what-goes',
    description: 'Who looks a module up gets a reference, though it is GOING.',
    killedBy: 'modules/answers',
    bug: 'CVE-2020-0305: a lookup did not try to get a reference.',
    routines: {
      get: (loader, entry) => {
        if (!entry) return right.get(loader, entry);
        setWord(loader, entry, users, wordAt(loader, entry, users) + 1);
        return 0;
      },
    },
  },
  {
    id: 'count-wraps',
    description: 'The count of users is one bit wide.',
    killedBy: 'modules/list',
    bug: 'CVE-2019-11487: a count of references did not saturate.',
    routines: {
      get: (loader, entry) => {
        const answer = right.get(loader, entry);
        if (entry && answer === 0) setWord(loader, entry, users, wordAt(loader, entry, users) & 1);
        return answer;
      },
    },
  },
  {
    id: 'unloaded-in-use',
    description: 'A module is unloaded while somebody uses it.',
    killedBy: 'modules/answers',
    bug: 'CVE-2019-19537: unregistering raced an open.',
    routines: unloadsWithout('in use'),
  },
  {
    id: 'unloaded-under-others',
    description: 'A module is unloaded while others import from it.',
    killedBy: 'modules/answers',
    routines: unloadsWithout('depended on'),
  },
  {
    id: 'unloaded-without-exit',
    description: 'A module that cannot clean up is unloaded.',
    killedBy: 'modules/answers',
    routines: unloadsWithout('no exit'),
  },
  {
    id: 'unloaded-while-coming',
    description: 'A module is unloaded before its init has run.',
    killedBy: 'modules/answers',
    routines: unloadsWithout('not live'),
  },
  {
    id: 'force-over-dependants',
    description: 'Force overrides that others import from the module.',
    killedBy: 'modules/answers',
    routines: {
      unload: (loader, entry, force) => {
        const others = entry ? wordAt(loader, entry, dependants) : 0;
        if (!entry || !force || loader.settings.policy.counts)
          return right.unload(loader, entry, force);
        setWord(loader, entry, dependants, 0);
        const answer = right.unload(loader, entry, force);
        setWord(loader, entry, dependants, others);
        return answer;
      },
    },
  },
  {
    id: 'last-reference-ignored',
    description: 'Where loads are counted, the first unload is the last.',
    killedBy: 'modules/list',
    routines: {
      unload: (loader, entry, force) => {
        if (entry && loader.settings.policy.counts && wordAt(loader, entry, loads) > 1)
          setWord(loader, entry, loads, 1);
        return right.unload(loader, entry, force);
      },
    },
  },
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
    id: 'live-before-init',
    description: 'A module counts as LIVE before its init has run.',
    killedBy: 'modules/list',
    routines: {
      load: (loader, file) => {
        const fresh = !loader.entries.has(file.facts.name);
        const answer = right.load(loader, file);
        const entry = loader.entries.get(file.facts.name);
        if (fresh && answer === 0 && entry) setWord(loader, entry, state, Phase.live);
        return answer;
      },
    },
  },
  {
    id: 'memory-overdrawn',
    description: 'The frames that a module needs are counted without those of its init.',
    killedBy: 'modules/answers',
    routines: {
      refusesLoad: (loader, facts, unless) =>
        unless === 'memory'
          ? facts.pages.text + facts.pages.rodata > freeCount(loader)
          : right.refusesLoad(loader, facts, unless),
      layOut: (loader, entry) => {
        right.layOut(loader, entry);
        return true;
      },
    },
  },
];
