/** What unionfs does with one name: makes it in the upper layer, or hides what lies below with a whiteout. */
import { Errno } from '../../../../spec/errno.ts';
import {
  type FileOperation,
  Kind,
  type Names,
  pathWord,
  Right,
} from '../../../../spec/module-files.ts';
import type { Word } from '../../../../spec/riscv.ts';
import { ask, askUpper, childOf, isInLower, isWhiteout, kindOf, nextIn, topOf } from './layers.ts';
import type { Above, Call, Mounted, Sight, Spot, Steps, Union } from './layout.ts';
import { permission, walk, walkToParent } from './walk.ts';

export const parentOf = (names: Names): Names => names.slice(0, -1);

const CHANGES = Right.write | Right.search;
export const mayChange = (union: Union, call: Call, parent: Sight): number =>
  union.routines.permissionToChange(union, call, parent, CHANGES);

export const permissionToChange = permission;

/** A place for something new, which the caller may make there; or an errno. */
function* placeFor(union: Union, call: Call, names: Names): Steps<Spot | number> {
  if (names.length === 0) return -Errno.EEXIST;
  const parent = yield* walkToParent(union, call, names);
  if (typeof parent === 'number') return parent;
  const sight = yield* childOf(union, call.mounted, parent, names);
  if (typeof sight === 'number') return sight;
  if (topOf(sight) !== 0) return -Errno.EEXIST;
  if (union.routines.isReadOnly(call.mounted)) return -Errno.EROFS;
  const refused = mayChange(union, call, parent);
  return refused < 0 ? refused : { names, parent, sight };
}

/** Does something where a whiteout may lie; should it fail, that lies there again. */
export function* inPlaceOf(
  union: Union,
  mounted: Mounted,
  { names, sight }: Spot,
  make: () => Steps,
): Steps {
  const path = pathWord(names);
  if (!isWhiteout(sight.upper)) return yield* make();
  const removed = yield* askUpper(union, mounted, 'unlink', 0, path);
  if (removed < 0) return removed;
  const answer = yield* make();
  if (answer < 0) yield* askUpper(union, mounted, 'whiteout', 0, path);
  return answer;
}

/** What is new belongs to the caller. A directory that lies in a merged one must not let the lower layer through. */
const make = (operation: FileOperation) =>
  function* (union: Union, call: Call): Steps {
    const { mounted, names, caller, how } = call;
    const spot = yield* placeFor(union, call, names);
    if (typeof spot === 'number') return spot;
    const copied = yield* union.routines.copyUp(union, mounted, parentOf(names));
    if (copied < 0) return copied;
    const own = { upper: mounted.upper, mounter: caller };
    const made = yield* inPlaceOf(union, mounted, spot, () =>
      askUpper(union, own, operation, how, pathWord(names)),
    );
    if (made < 0 || operation !== 'mkdir' || spot.parent.lower === 0) return made;
    return yield* union.routines.makeOpaque(union, own, pathWord(names));
  };
export const create = make('create');
export const mkdir = make('mkdir');

/** Whoever makes a directory owns it, and may do that. */
export const makeOpaque = (union: Union, on: Above, path: Word): Steps =>
  askUpper(union, on, 'opaque', 1, path);

/** Nobody hides what lies below but the union itself. */
export function* whiteout(union: Union, call: Call): Steps {
  const spot = yield* placeFor(union, call, call.names);
  return typeof spot === 'number' ? spot : -Errno.EPERM;
}

/** What is there already, to be removed by the caller; or an errno. */
function* toRemove(union: Union, call: Call): Steps<Spot | number> {
  const { names, mounted } = call;
  const parent = yield* walkToParent(union, call, names);
  if (typeof parent === 'number') return parent;
  if (union.routines.isReadOnly(mounted)) return -Errno.EROFS;
  const sight = yield* childOf(union, mounted, parent, names);
  if (typeof sight === 'number') return sight;
  if (topOf(sight) === 0) return -Errno.ENOENT;
  const refused = mayChange(union, call, parent);
  return refused < 0 ? refused : { names, parent, sight };
}

/** Takes away what lies above, and hides what lies below. */
export function* takeAway(
  union: Union,
  mounted: Mounted,
  { names, parent, sight }: Spot,
  operation: 'unlink' | 'rmdir',
): Steps {
  const isBelow = yield* isInLower(union, mounted, parent, names);
  if (isBelow) return yield* askUpper(union, mounted, 'whiteout', 1, pathWord(names));
  if (sight.upper === 0) return 0;
  return yield* askUpper(union, mounted, operation, 0, pathWord(names));
}

export function* unlink(union: Union, call: Call): Steps {
  const { mounted, names } = call;
  const spot = names.length === 0 ? -Errno.EISDIR : yield* toRemove(union, call);
  if (typeof spot === 'number') return spot;
  if (kindOf(topOf(spot.sight)) === Kind.directory) return -Errno.EISDIR;
  const copied = yield* union.routines.copyUp(union, mounted, parentOf(names));
  return copied < 0 ? copied : yield* union.routines.takeAway(union, mounted, spot, 'unlink');
}

/** 0, where nothing of a directory shows. */
export function* emptiness(
  union: Union,
  mounted: Mounted,
  { names, sight }: Pick<Spot, 'names' | 'sight'>,
): Steps {
  const first = yield* nextIn(union, mounted, sight, pathWord(names), 0);
  return first > 0 ? -Errno.ENOTEMPTY : first;
}

/** Whiteouts in the upper part of a directory in which nothing shows go; first it becomes opaque, so nothing ever does. */
export function* clearWhiteouts(
  union: Union,
  mounted: Mounted,
  { names, sight }: Pick<Spot, 'names' | 'sight'>,
): Steps {
  const path = pathWord(names);
  let first = sight.upper === 0 ? 0 : yield* askUpper(union, mounted, 'next', 0, path);
  if (first <= 0) return first;
  const opaque = yield* askUpper(union, mounted, 'opaque', 1, path);
  if (opaque < 0) return opaque;
  while (first > 0) {
    const inside = pathWord([...names, first & 31]);
    const removed = yield* askUpper(union, mounted, 'unlink', 0, inside);
    if (removed < 0) return removed;
    first = yield* askUpper(union, mounted, 'next', 0, path);
  }
  return first;
}

export function* rmdir(union: Union, call: Call): Steps {
  const { mounted, names } = call;
  const spot = names.length === 0 ? -Errno.EBUSY : yield* toRemove(union, call);
  if (typeof spot === 'number') return spot;
  if (kindOf(topOf(spot.sight)) !== Kind.directory) return -Errno.ENOTDIR;
  const full = yield* emptiness(union, mounted, spot);
  if (full < 0) return full;
  const copied = yield* union.routines.copyUp(union, mounted, parentOf(names));
  if (copied < 0) return copied;
  const cleared = yield* clearWhiteouts(union, mounted, spot);
  return cleared < 0 ? cleared : yield* union.routines.takeAway(union, mounted, spot, 'rmdir');
}

export function* link(union: Union, call: Call): Steps {
  const { mounted, names, others, argument } = call;
  const old = yield* walk(union, call, names);
  if (typeof old === 'number') return old;
  const spot = yield* placeFor(union, call, others);
  if (typeof spot === 'number') return spot;
  if (kindOf(topOf(old)) === Kind.directory) return -Errno.EPERM;
  for (const needed of [names, parentOf(others)]) {
    const copied = yield* union.routines.copyUp(union, mounted, needed);
    if (copied < 0) return copied;
  }
  return yield* inPlaceOf(union, mounted, spot, () =>
    askUpper(union, mounted, 'link', 0, argument),
  );
}

export function* same(union: Union, call: Call): Steps {
  const { mounted, names, others, argument } = call;
  const one = yield* walk(union, call, names);
  if (typeof one === 'number') return one;
  const other = yield* walk(union, call, others);
  if (typeof other === 'number') return other;
  if (pathWord(names) === pathWord(others)) return 1;
  if ((one.upper === 0) !== (other.upper === 0)) return 0;
  const layer = one.upper === 0 ? mounted.lower : mounted.upper;
  return layer ? yield* ask(union, layer, mounted.mounter, 'same', 0, argument) : 0;
}
