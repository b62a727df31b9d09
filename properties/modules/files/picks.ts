/** Requests that aim at what will be there when they are asked. */
import fc from 'fast-check';
import {
  type FileOperation,
  MODE_BITS,
  type Names,
  OpenFor,
  openFileHow,
  statOf,
} from '../../../spec/module-files.ts';
import type { Aim, Course } from './course.ts';
import { directoryMode, fileMode, NAMES } from './planted.ts';
import { ask, type FileSystem } from './requests.ts';

/** Does something in a tree. */
export type Pick = (course: Course, system: FileSystem, mount: number) => void;

export const caller = fc.constantFrom(0, 0, 0, 0, 0, 1, 1, 2);
const word = fc.constantFrom(0, 1, 2, 3, 7, 8, 9, 16, 31, 32);

/** @param weights of files, directories, free places, anything, files with a setuid bit */
const aimAt = (
  ...weights: readonly [number, number, number, number, number?]
): fc.Arbitrary<Aim> => {
  const kinds = (['file', 'directory', 'free', 'any', 'setuid'] as const).map((at, index) => ({
    weight: weights[index] ?? 0,
    arbitrary: fc.constant(at),
  }));
  return fc.record({ at: fc.oneof(...kinds), which: fc.nat(1000) });
};
const NEW = aimAt(2, 2, 14, 2);
const FILE = aimAt(12, 2, 1, 2, 2);
const DIRECTORY = aimAt(2, 14, 1, 2);
const EITHER = aimAt(8, 8, 1, 2);

const request = (
  operation: FileOperation,
  names: fc.Arbitrary<Aim>,
  how: fc.Arbitrary<number> = fc.constant(0),
  others: fc.Arbitrary<Aim> = fc.constant({ at: 'any', which: 0 }),
): fc.Arbitrary<Pick> =>
  fc.tuple(caller, names, others, how).map(
    ([user, one, other, value]): Pick =>
      (course, system, mount) => {
        const aimed = [one, other].map((aim) => course.aim(system, mount, aim));
        const [path = [], second = []] = aimed;
        course.do(
          ask(system, operation, { caller: user, mount, names: path, others: second, how: value }),
        );
      },
  );

/** A file is opened, written and read at once, and closed unless it stays open. */
const opened: fc.Arbitrary<Pick> = fc
  .tuple(
    caller,
    aimAt(12, 1, 0, 1),
    fc.array(fc.tuple(word, fc.constantFrom(0, 4, 9)), { minLength: 1, maxLength: 5 }),
    fc.boolean(),
  )
  .map(
    ([user, aim, words, closes]): Pick =>
      (course, system, mount) => {
        const names = course.aim(system, mount, aim);
        const how = OpenFor.read | OpenFor.write;
        const number = course.do(ask(system, 'open', { caller: user, mount, names, how })) & 15;
        for (const [index, argument] of words) {
          const at = { caller: user, mount, how: openFileHow(number, index) };
          course.do(ask(system, 'write', { ...at, argument }), ask(system, 'read', at));
        }
        if (closes) course.do(ask(system, 'close', { how: openFileHow(number) }));
      },
  );

/** A file that is open, seldom one that is not. */
const fileAsked: fc.Arbitrary<Pick> = fc
  .tuple(
    caller,
    fc.constantFrom<FileOperation>('read', 'read', 'read', 'write', 'write', 'close'),
    fc.nat(30),
    word,
    fc.constantFrom(0, 3, 9),
  )
  .map(
    ([user, operation, which, index, argument]): Pick =>
      (course, system, mount) => {
        const open = course.openIn(system);
        const number = which % 10 === 0 ? which % 16 : (open[which % open.length] ?? 0);
        const how = openFileHow(number, operation === 'close' ? 0 : index);
        course.do(ask(system, operation, { caller: user, mount, how, argument }));
      },
  );

/** What happens to one file, or one directory. */
const story = (
  aim: fc.Arbitrary<Aim>,
  tell: (course: Course, system: FileSystem, at: { mount: number; names: Names }) => void,
): fc.Arbitrary<Pick> =>
  aim.map(
    (one): Pick =>
      (course, system, mount) => {
        tell(course, system, { mount, names: course.aim(system, mount, one) });
      },
  );

const numberOf = (answer: number): number => answer & 15;

/** Somebody reads it while somebody else writes it. */
const readWhileWritten = story(aimAt(8, 0, 0, 1, 1), (course, system, at) => {
  const reader = numberOf(course.do(ask(system, 'open', { ...at, how: OpenFor.read })));
  const writer = numberOf(course.do(ask(system, 'open', { ...at, how: OpenFor.write })));
  course.do(
    ask(system, 'write', { how: openFileHow(writer, 1), argument: 11 }),
    ask(system, 'read', { how: openFileHow(reader, 1) }),
    ask(system, 'close', { how: openFileHow(writer) }),
  );
});

/** It is cut, and grows again. */
const cutAndGrown = story(FILE, (course, system, at) => {
  const number = numberOf(
    course.do(ask(system, 'open', { ...at, how: OpenFor.read | OpenFor.write })),
  );
  const word = { how: openFileHow(number, 2) };
  course.do(
    ask(system, 'write', { ...word, argument: 12 }),
    ask(system, 'truncate', { ...at, how: 1 }),
    ask(system, 'truncate', { ...at, how: 4 }),
    ask(system, 'read', word),
    ask(system, 'close', { how: openFileHow(number) }),
  );
});

/** Its owner, who is not the superuser, writes what runs as himself. */
const writtenSetuid = story(aimAt(1, 0, 0, 0, 4), (course, system, at) => {
  const { owner } = statOf(course.do(ask(system, 'stat', at)));
  const number = course.do(ask(system, 'open', { ...at, caller: owner, how: OpenFor.write }));
  const how = openFileHow(numberOf(number));
  course.do(
    ask(system, 'write', { caller: owner, how, argument: 13 }),
    ask(system, 'stat', at),
    ask(system, 'close', { how }),
  );
});

/** Others than its owner run it; then it gets a second name, under the one that is not planted in the root. */
const runAndLinked = story(aimAt(0, 0, 0, 0, 1), (course, system, at) => {
  for (const other of [0, 2]) course.do(ask(system, 'exec', { ...at, caller: other }));
  course.do(ask(system, 'link', { ...at, others: [NAMES.length] }));
});

/** It loses its name while it is open. */
const unlinkedWhileOpen = story(FILE, (course, system, at) => {
  const how = OpenFor.read | OpenFor.write;
  const number = numberOf(course.do(ask(system, 'open', { ...at, how })));
  const word = { how: openFileHow(number) };
  course.do(
    ask(system, 'write', { ...word, argument: 14 }),
    ask(system, 'unlink', at),
    ask(system, 'read', word),
    ask(system, 'close', word),
  );
});

/** It goes to the root, under the one name that is not planted there. */
const movedUp = story(DIRECTORY, (course, system, at) => {
  course.do(ask(system, 'unlink', { ...at, names: [NAMES.length] }));
  course.do(ask(system, 'rename', { ...at, others: [NAMES.length] }));
});

/** A new directory is to take its place. */
const replacedByEmpty = story(DIRECTORY, (course, system, { mount, names }) => {
  const fresh = { mount, names: [NAMES.length] };
  course.do(
    ask(system, 'mkdir', { ...fresh, how: 0o755 }),
    ask(system, 'rename', { ...fresh, others: names }),
  );
});

const weighted = (weight: number, arbitrary: fc.Arbitrary<Pick>) => ({ weight, arbitrary });

export const pickArbitrary: fc.Arbitrary<Pick> = fc.oneof(
  weighted(5, request('create', NEW, fileMode)),
  weighted(4, request('mkdir', NEW, directoryMode)),
  weighted(7, request('unlink', FILE)),
  weighted(7, request('rmdir', DIRECTORY)),
  weighted(9, request('rename', EITHER, fc.constantFrom(0, 0, 0, 0, 0, 0, 1), aimAt(3, 3, 8, 1))),
  weighted(4, request('link', FILE, fc.constant(0), NEW)),
  weighted(1, request('same', FILE, fc.constant(0), FILE)),
  weighted(5, request('chmod', EITHER, fc.oneof(fileMode, directoryMode, fc.nat(MODE_BITS)))),
  weighted(2, request('chown', EITHER, fc.nat(2))),
  weighted(1, request('opaque', DIRECTORY, fc.nat(1))),
  weighted(1, request('whiteout', NEW, fc.nat(1))),
  weighted(4, request('truncate', FILE, fc.constantFrom(0, 1, 2, 9, 32, 33))),
  weighted(2, request('exec', aimAt(3, 1, 0, 1, 5))),
  weighted(1, request('stat', EITHER)),
  weighted(1, request('next', DIRECTORY, fc.nat(3))),
  weighted(1, request('statfs', EITHER)),
  weighted(5, request('open', aimAt(8, 2, 1, 1), fc.constantFrom(1, 1, 1, 2, 3, 0))),
  weighted(4, fileAsked),
  weighted(5, opened),
  weighted(3, readWhileWritten),
  weighted(2, cutAndGrown),
  weighted(4, writtenSetuid),
  weighted(7, runAndLinked),
  weighted(2, unlinkedWhileOpen),
  weighted(3, movedUp),
  weighted(2, replacedByEmpty),
);
