/**
 * Copying up: what is to be changed lies in the upper layer from now on, with its words, its owner and its mode, and so
 * do the directories that it lies in. Who had it open for reading reads the copy.
 *
 * What was copied in part is removed again. Holes stay holes. A setuid bit is not copied from a layer that is not to be
 * believed. Left out: the work directory, in which a copy is hidden until it is complete.
 */
import {
  Kind,
  type Names,
  OpenFor,
  openFileHow,
  pathWord,
  READ,
  SETUID,
  type Stat,
  statOf,
} from '../../../../spec/module-files.ts';
import type { Word } from '../../../../spec/riscv.ts';
import { askLower, askUpper, childOf, rootSight } from './layers.ts';
import {
  BUFFER,
  InOpen,
  type Mounted,
  OPEN,
  OPEN_IN,
  placeAt,
  placesOf,
  read,
  type Steps,
  type Union,
  write,
} from './layout.ts';

/** All that the names lead through is in the upper layer from now on. */
export function* copyUp(union: Union, mounted: Mounted, names: Names): Steps {
  let sight = yield* rootSight(union, mounted);
  for (let length = 1; length <= names.length; length++) {
    const part = names.slice(0, length);
    const child = yield* childOf(union, mounted, sight, part);
    if (typeof child === 'number') return child;
    sight = child;
    if (child.upper !== 0) continue;
    const done = yield* copyOne(union, mounted, pathWord(part), statOf(child.lower));
    if (done < 0) return done;
    sight = { upper: child.lower, lower: child.lower };
  }
  return 0;
}

const copyOne = (union: Union, mounted: Mounted, path: Word, stat: Stat): Steps => {
  const { copyDirectory, copyFile } = union.routines;
  const copy = stat.kind === Kind.directory ? copyDirectory : copyFile;
  return copy(union, mounted, path, stat);
};

/** The mode that a copy has. */
export const copiedMode = ({ lower }: Mounted, { mode }: Stat): number =>
  lower.nosuid ? mode & ~SETUID : mode;

/** What the mounter makes is his own. */
export function* copyOwner(union: Union, mounted: Mounted, path: Word, { owner }: Stat): Steps {
  if (owner === mounted.mounter) return 0;
  return yield* askUpper(union, mounted, 'chown', owner, path);
}

const copyMode = (union: Union, mounted: Mounted, path: Word, stat: Stat): Steps =>
  askUpper(union, mounted, 'chmod', union.routines.copiedMode(mounted, stat), path);

export function* copyDirectory(union: Union, mounted: Mounted, path: Word, stat: Stat): Steps {
  const made = yield* askUpper(union, mounted, 'mkdir', 0o700, path);
  if (made < 0) return made;
  const given = yield* union.routines.copyOwner(union, mounted, path, stat);
  if (given >= 0) return yield* copyMode(union, mounted, path, stat);
  yield* askUpper(union, mounted, 'rmdir', 0, path);
  return given;
}

export function* copyFile(union: Union, mounted: Mounted, path: Word, stat: Stat): Steps {
  const fetched = yield* fetch(union, mounted, path, stat);
  if (fetched < 0) return fetched;
  const made = yield* askUpper(union, mounted, 'create', 0o600, path);
  if (made < 0) return made;
  const filled = yield* fill(union, mounted, path, stat);
  if (filled < 0) {
    yield* askUpper(union, mounted, 'unlink', 0, path);
    return filled;
  }
  yield* union.routines.redirect(union, mounted, path);
  return yield* copyMode(union, mounted, path, stat);
}

/** The words of the lower file, into the buffer. */
function* fetch(union: Union, mounted: Mounted, path: Word, { words }: Stat): Steps {
  const number = yield* askLower(union, mounted, 'open', OpenFor.read, path);
  if (number < 0) return number;
  for (let word = 0; word < words; word++) {
    const answer = yield* askLower(union, mounted, 'read', openFileHow(number, word), 0);
    write(union, placeAt(union, BUFFER, word), 0, answer & (READ - 1));
  }
  return yield* askLower(union, mounted, 'close', openFileHow(number), 0);
}

function* fill(union: Union, mounted: Mounted, path: Word, stat: Stat): Steps {
  const given = yield* union.routines.copyOwner(union, mounted, path, stat);
  if (given < 0) return given;
  const number = yield* askUpper(union, mounted, 'open', OpenFor.write, path);
  if (number < 0) return number;
  const copied = yield* union.routines.copyWords(union, mounted, number, stat.words);
  yield* askUpper(union, mounted, 'close', openFileHow(number), 0);
  return copied < 0 ? copied : yield* askUpper(union, mounted, 'truncate', stat.words, path);
}

/** Words that are not 0, into the file that is open. */
export function* copyWords(union: Union, mounted: Mounted, number: number, words: number): Steps {
  for (let word = 0; word < words; word++) {
    const value = read(union, placeAt(union, BUFFER, word));
    if (value === 0) continue;
    const written = yield* askUpper(union, mounted, 'write', openFileHow(number, word), value);
    if (written < 0) return written;
  }
  return 0;
}

/** Those who read the lower file read the copy. It is the mounter's or he is the superuser: so he can open it. */
export function* redirect(union: Union, mounted: Mounted, path: Word): Steps {
  for (const at of placesOf(union, OPEN)) {
    const isLower = read(union, at, InOpen.layer) === OPEN_IN.lower;
    const isHere = read(union, at, InOpen.mount) === mounted.at;
    if (!isLower || !isHere || read(union, at, InOpen.path) !== path) continue;
    yield* askLower(union, mounted, 'close', openFileHow(read(union, at, InOpen.number)), 0);
    const number = yield* askUpper(union, mounted, 'open', OpenFor.read, path);
    if (number < 0) return number;
    write(union, at, InOpen.layer, OPEN_IN.upper);
    write(union, at, InOpen.number, number);
  }
  return 0;
}
