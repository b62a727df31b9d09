/** Mistakes in what a load is refused for, and in when symbols can be found. */
import { moduleRoutines } from '../../../kernels/modules/index.ts';
import { finish } from '../../../kernels/modules/life.ts';
import {
  type Loader,
  Phase,
  RecordWord,
  setWord,
  wordAt,
} from '../../../kernels/modules/loader.ts';
import { freeCount } from '../../../kernels/modules/memory.ts';
import { Errno } from '../../../spec/errno.ts';
import {
  formsWithout,
  loadsWithout,
  type ModuleMistake,
  unloadsWithout,
  without,
} from './mistake.ts';

const right = moduleRoutines;
const { state } = RecordWord;

/** What was wrong with the symbols of each module when it was laid out, by the loader's table of symbols. */
const FIRST_LOOK = new WeakMap<Loader['symbols'], Map<string, number>>();
const firstLook = ({ symbols }: Loader): Map<string, number> => {
  const known = FIRST_LOOK.get(symbols) ?? new Map<string, number>();
  FIRST_LOOK.set(symbols, known);
  return known;
};

export const LOADING_MISTAKES: readonly ModuleMistake[] = [
  {
    id: 'permission-unchecked',
    description: 'Modules are loaded and unloaded, though nobody may any more.',
    killedBy: 'modules/answers',
    bug: 'CVE-2021-21551 (a driver of Dell): a call was served without a check of who made it.',
    routines: { ...loadsWithout('disabled'), ...unloadsWithout('disabled') },
  },
  {
    id: 'format-before-signature',
    description: 'The rules of a load are asked from the last to the first.',
    killedBy: 'modules/answers',
    routines: {
      prepare: (loader, file, brought) => {
        const { settings } = loader;
        const policy = { ...settings.policy, load: settings.policy.load.toReversed() };
        return right.prepare({ ...loader, settings: { ...settings, policy } }, file, brought);
      },
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
    routines: formsWithout('exported twice'),
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
    id: 'live-before-init',
    description: 'A module counts as LIVE before its init has run.',
    killedBy: 'modules/list',
    routines: {
      form: (loader, entry) => {
        const answer = right.form(loader, entry);
        if (entry && answer === 0) setWord(loader, entry, state, Phase.live);
        return answer;
      },
    },
  },
  {
    id: 'memory-overdrawn',
    description: 'The frames that a module needs are counted without those of its init.',
    killedBy: 'modules/kernel-stays-up',
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
  {
    id: 'symbols-looked-at-once',
    description:
      'What was found of symbols when a module was laid out still counts when it is bound.',
    killedBy: 'modules/answers',
    bug: 'CVE-2016-6480 (aacraid): what had been checked was read again, and had changed.',
    routines: {
      prepare: (loader, file, brought) => {
        const answer = right.prepare(loader, file, brought);
        firstLook(loader).set(file.facts.name, right.symbolError(loader, file.facts));
        return answer;
      },
      symbolError: (loader, facts) => firstLook(loader).get(facts.name) ?? 0,
    },
  },
  {
    id: 'unformed-can-be-found',
    description: 'Symbols of a module are given out while it is laid out.',
    killedBy: 'modules/answers',
    routines: {
      resolve: (loader, name) => {
        for (const owner of loader.entries.values()) {
          const symbol = owner.facts.exports.find((one) => one.name === name);
          if (symbol && wordAt(loader, owner, state) === Phase.unformed) return { owner, symbol };
        }
        return right.resolve(loader, name);
      },
      refusesForm: ({ routines, ...loader }, facts, unless) =>
        right.refusesForm(
          unless === 'exported twice'
            ? { ...loader, routines: { ...routines, resolve: right.resolve } }
            : { ...loader, routines },
          facts,
          unless,
        ),
    },
  },
  {
    id: 'refused-and-kept',
    description: 'A module that cannot be bound stays UNFORMED, with all that it has.',
    killedBy: 'modules/list',
    routines: { form: (loader, entry) => right.form(without(loader, 'dismantle'), entry) },
  },
  {
    id: 'relocations-past-the-end',
    description:
      'Addresses of imports are written behind the read-only data, where it is too small.',
    killedBy: 'modules/answers',
    routines: formsWithout('relocations'),
  },
  {
    id: 'withdraws-what-is-not-its-own',
    description: 'A module that is refused for exporting a symbol twice takes it from its owner.',
    killedBy: 'modules/answers',
    bug: 'CVE-2019-15794 (overlayfs): the way of an error gave back what was another’s.',
    routines: {
      withdraw: (loader, entry) => {
        for (const { name } of entry.facts.exports) loader.symbols.delete(name);
        right.withdraw(loader, entry);
      },
    },
  },
  {
    id: 'record-told',
    description: 'A load answers with where the kernel keeps its record of the module.',
    killedBy: 'modules/answers',
    bug: 'CVE-2021-39636 (ip_tables): pointers of the kernel’s own were told.',
    routines: {
      load: (loader, file, brought) => {
        const answer = right.load(loader, file, brought);
        return answer < 0 ? answer : (loader.entries.get(file.facts.name)?.record ?? 0);
      },
    },
  },
  {
    id: 'taint-of-the-last',
    description:
      'The taint of a proprietary module is forgotten when one with a free licence comes.',
    killedBy: 'modules/order-independence',
    routines: {
      prepare: (loader, file, brought) => {
        const answer = right.prepare(loader, file, brought);
        if (answer === 0 && file.facts.licence !== 'Proprietary')
          loader.taints.delete('proprietary');
        return answer;
      },
    },
  },
];
