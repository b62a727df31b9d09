/** Mistakes in counting references, and in what is done with a module that is not there. */
import { moduleRoutines } from '../../../kernels/modules/index.ts';
import { finish } from '../../../kernels/modules/life.ts';
import { type Entry, RecordWord, setWord, wordAt } from '../../../kernels/modules/loader.ts';
import { Errno } from '../../../spec/errno.ts';
import { REFERENCE_LIMIT } from '../../../spec/modules.ts';
import type { ModuleMistake } from './mistake.ts';

const right = moduleRoutines;
const { users, dependants } = RecordWord;

/** What stands at address 0, read as a module. */
const NOBODY: Entry = {
  facts: {
    name: '',
    licence: '',
    vermagic: '',
    exports: [],
    imports: [],
    pages: { text: 1, rodata: 1, data: 1, init: 0 },
    writableText: false,
    exit: true,
    init: 0,
    signature: 'missing',
  },
  record: 0,
  uses: [],
  brought: [],
};

export const COUNT_MISTAKES: readonly ModuleMistake[] = [
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
    description: 'A reference that nobody has is given back, and nobody is warned.',
    killedBy: 'modules/answers',
    routines: {
      lower: (loader, entry, count) =>
        wordAt(loader, entry, count) === 0 || right.lower(loader, entry, count),
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
    id: 'put-unwarned',
    description: 'A reference that nobody has is refused without a warning.',
    killedBy: 'modules/list',
    routines: {
      lower: (loader, entry, count) => {
        const had = right.lower(loader, entry, count);
        if (!had) loader.warnings.delete('count below zero');
        return had;
      },
    },
  },
  {
    id: 'refcount-without-saturation',
    description: 'A count of references that has come to its limit begins again at 0.',
    killedBy: 'modules/counts-never-wrap',
    bug: 'CVE-2019-11487: a count of references did not saturate.',
    routines: {
      raise: (loader, entry, count) => {
        const limit = loader.settings.referenceLimit ?? REFERENCE_LIMIT;
        const before = wordAt(loader, entry, count);
        right.raise(loader, entry, count);
        if (before === limit) setWord(loader, entry, count, 0);
      },
    },
  },
  {
    id: 'saturated-comes-down',
    description:
      'A count of references that has come to its limit falls again, though some were not counted.',
    killedBy: 'modules/counts-never-wrap',
    routines: {
      lower: (loader, entry, count) => {
        const before = wordAt(loader, entry, count);
        const had = right.lower(loader, entry, count);
        if (had) setWord(loader, entry, count, before - 1);
        return had;
      },
    },
  },
  {
    id: 'reference-of-another',
    description:
      'A module whose init fails gives back a reference on a module that it does not import from.',
    killedBy: 'modules/list',
    bug: 'CVE-2019-15794 (overlayfs): the way of an error put the wrong file.',
    routines: {
      *init(loader, entry) {
        const answer = yield* finish(right.init(loader, entry));
        const [other] = [...loader.entries.values()].filter((one) => !entry?.uses.includes(one));
        if (answer >= 0 || answer === -Errno.EINVAL || !other || !entry?.uses[0]) return answer;
        setWord(loader, other, users, Math.max(0, wordAt(loader, other, users) - 1));
        setWord(loader, entry.uses[0], users, wordAt(loader, entry.uses[0], users) + 1);
        return answer;
      },
    },
  },
  {
    id: 'record-partly-filled',
    description: 'The record of a new module still counts the users of the one that had it before.',
    killedBy: 'modules/list',
    bug: 'CVE-2013-2141: a structure was told of which a part had not been filled.',
    routines: {
      prepare: (loader, file, brought) => {
        const next = loader.memory.records.at(-1) ?? 0;
        const before = loader.ram[next + users] ?? 0;
        const answer = right.prepare(loader, file, brought);
        const entry = loader.entries.get(file.facts.name);
        if (entry?.record === next) setWord(loader, entry, users, before);
        return answer;
      },
    },
  },
  {
    id: 'used-before-looked-for',
    description: 'A module is held before it is asked whether it is there.',
    killedBy: 'modules/answers',
    bug: 'CVE-2009-1897 (tun): a pointer was used, and only then compared with null.',
    routines: { get: (loader, entry) => right.get(loader, entry ?? NOBODY) },
  },
];
