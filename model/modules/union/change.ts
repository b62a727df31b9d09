/** Requests that change a union: each is refused for the first rule that applies, or done in the upper layer. */
import { Errno } from '../../../spec/errno.ts';
import { Kind, MAX_WORDS, type Names, Right, SETUID } from '../../../spec/module-files.ts';
import { type FileCall, refusal } from '../files/call.ts';
import { isUnder, nodeOf } from '../files/tree.ts';
import { copyUp, inPlaceOf } from './copy-up.ts';
import {
  canSearch,
  childOf,
  follow,
  isDirectory,
  liesBelow,
  list,
  permits,
  rootOf,
  type Sight,
  shown,
} from './sight.ts';
import type { Asked, UnionMount, World } from './world.ts';

export interface UnionCall extends FileCall {
  readonly union: UnionMount;
}

const CHANGES = Right.write | Right.search;
const parentOf = (names: Names): Names => names.slice(0, -1);
const lastOf = (names: Names): number => names.at(-1) ?? 0;

export const lookUp = (world: World, { union, caller }: UnionCall, names: Names) =>
  follow(world.disk, rootOf(world.disk, world.unions, union), names, caller);

/** Has the upper layer do something, as the mounter unless it says otherwise. */
const above = (world: World, { upper, mounter }: UnionMount, asked: Partial<Asked>): number =>
  upper ? world.ask(upper, { operation: 'stat', caller: mounter, ...asked }) : -Errno.EROFS;

/** The directory that a path lies in, which the caller may search; or an errno. */
const parentFor = (world: World, call: UnionCall, names: Names): Sight | number => {
  const parent = lookUp(world, call, parentOf(names));
  if (typeof parent === 'number') return parent;
  const cannot = canSearch(world.disk, parent, call.caller);
  return cannot < 0 ? cannot : parent;
};

interface Spot {
  readonly names: Names;
  readonly parent: Sight;
  readonly sight: Sight;
}

const mayChange = (world: World, { caller }: UnionCall, parent: Sight): boolean =>
  permits(world.disk, parent, caller, CHANGES);

/** Where the caller may make something that is not there yet. */
const spotFor = (world: World, call: UnionCall, names: Names): Spot | number => {
  if (names.length === 0) return -Errno.EEXIST;
  const parent = parentFor(world, call, names);
  if (typeof parent === 'number') return parent;
  const sight = childOf(world.disk, parent, lastOf(names));
  if (typeof sight === 'number') return sight;
  const refused = refusal(
    [shown(world.disk, sight) !== undefined, Errno.EEXIST],
    [call.union.readOnly, Errno.EROFS],
    [!mayChange(world, call, parent), Errno.EACCES],
  );
  return refused < 0 ? refused : { names, parent, sight };
};

/** It is the caller's; and if it is a directory in a merged one it is opaque. */
const make =
  (operation: 'create' | 'mkdir') =>
  (world: World, call: UnionCall): number => {
    const { union, names, caller, how } = call;
    const spot = spotFor(world, call, names);
    if (typeof spot === 'number') return spot;
    const copied = copyUp(world, union, parentOf(names));
    if (copied < 0) return copied;
    const made = inPlaceOf(world, union, spot.sight.upper, names, () =>
      above(world, union, { operation, caller, how, names }),
    );
    if (made < 0 || operation === 'create' || spot.parent.lower === undefined) return made;
    return above(world, union, { operation: 'opaque', caller, how: 1, names });
  };
export const create = make('create');
export const mkdir = make('mkdir');

export const whiteout = (world: World, call: UnionCall): number => {
  const spot = spotFor(world, call, call.names);
  return typeof spot === 'number' ? spot : -Errno.EPERM;
};

/** What is there, and the caller may remove it; or an errno. */
const spotOf = (world: World, call: UnionCall): Spot | number => {
  const { names, union } = call;
  const parent = parentFor(world, call, names);
  if (typeof parent === 'number') return parent;
  if (union.readOnly) return -Errno.EROFS;
  const sight = childOf(world.disk, parent, lastOf(names));
  if (typeof sight === 'number') return sight;
  const refused = refusal(
    [shown(world.disk, sight) === undefined, Errno.ENOENT],
    [!mayChange(world, call, parent), Errno.EACCES],
  );
  return refused < 0 ? refused : { names, parent, sight };
};

/** What lies above goes, what lies below is hidden. */
const takeAway = (
  world: World,
  { union }: UnionCall,
  { names, parent, sight }: Spot,
  operation: 'unlink' | 'rmdir',
): number => {
  if (liesBelow(world.disk, parent, lastOf(names)))
    return above(world, union, { operation: 'whiteout', how: 1, names });
  return sight.upper === undefined ? 0 : above(world, union, { operation, names });
};

export const unlink = (world: World, call: UnionCall): number => {
  const spot = call.names.length === 0 ? -Errno.EISDIR : spotOf(world, call);
  if (typeof spot === 'number') return spot;
  if (isDirectory(world.disk, spot.sight)) return -Errno.EISDIR;
  const copied = copyUp(world, call.union, parentOf(call.names));
  return copied < 0 ? copied : takeAway(world, call, spot, 'unlink');
};

/** Nothing shows in the directory: 0; or an errno. */
const emptiness = (world: World, sight: Sight): number => {
  const names = list(world.disk, sight);
  if (typeof names === 'number') return names;
  return names.size > 0 ? -Errno.ENOTEMPTY : 0;
};

/** Whiteouts in a directory in which nothing shows go, once it is opaque. */
const clearWhiteouts = (world: World, { union }: UnionCall, { names, sight }: Spot): number => {
  const inside =
    sight.upper === undefined ? [] : [...nodeOf(world.disk, sight.upper).entries.keys()];
  if (inside.length === 0) return 0;
  const opaque = above(world, union, { operation: 'opaque', how: 1, names });
  if (opaque < 0) return opaque;
  for (const name of inside.sort((a, b) => a - b)) {
    const gone = above(world, union, { operation: 'unlink', names: [...names, name] });
    if (gone < 0) return gone;
  }
  return 0;
};

export const rmdir = (world: World, call: UnionCall): number => {
  const spot = call.names.length === 0 ? -Errno.EBUSY : spotOf(world, call);
  if (typeof spot === 'number') return spot;
  if (!isDirectory(world.disk, spot.sight)) return -Errno.ENOTDIR;
  for (const step of [
    () => emptiness(world, spot.sight),
    () => copyUp(world, call.union, parentOf(call.names)),
    () => clearWhiteouts(world, call, spot),
  ]) {
    const answer = step();
    if (answer < 0) return answer;
  }
  return takeAway(world, call, spot, 'rmdir');
};

export const link = (world: World, call: UnionCall): number => {
  const { union, names, others } = call;
  const old = lookUp(world, call, names);
  if (typeof old === 'number') return old;
  const spot = spotFor(world, call, others);
  if (typeof spot === 'number') return spot;
  if (isDirectory(world.disk, old)) return -Errno.EPERM;
  const copied = copyUp(world, union, names) || copyUp(world, union, parentOf(others));
  if (copied < 0) return copied;
  return inPlaceOf(world, union, spot.sight.upper, others, () =>
    above(world, union, { operation: 'link', names, others }),
  );
};

// ---- renaming

const renameSpots = (world: World, call: UnionCall): readonly [Spot, Spot] | number => {
  const { names, others, union } = call;
  const parent = names.length === 0 ? undefined : parentFor(world, call, names);
  if (typeof parent === 'number') return parent;
  const other = others.length === 0 ? undefined : parentFor(world, call, others);
  if (typeof other === 'number') return other;
  if (!parent || !other) return -Errno.EBUSY;
  if (union.readOnly) return -Errno.EROFS;
  const sight = childOf(world.disk, parent, lastOf(names));
  if (typeof sight === 'number') return sight;
  if (!shown(world.disk, sight)) return -Errno.ENOENT;
  const otherSight = childOf(world.disk, other, lastOf(others));
  if (typeof otherSight === 'number') return otherSight;
  return [
    { names, parent, sight },
    { names: others, parent: other, sight: otherSight },
  ];
};

const renameRefusal = (world: World, call: UnionCall, from: Spot, to: Spot): number => {
  const { disk } = world;
  const moves = isDirectory(disk, from.sight);
  const replaces = shown(disk, to.sight) !== undefined;
  const goesAway = moves && parentOf(from.names).join() !== parentOf(to.names).join();
  return refusal(
    [!mayChange(world, call, from.parent), Errno.EACCES],
    [!mayChange(world, call, to.parent), Errno.EACCES],
    [replaces && moves && !isDirectory(disk, to.sight), Errno.ENOTDIR],
    [replaces && !moves && isDirectory(disk, to.sight), Errno.EISDIR],
    [goesAway && !permits(disk, from.sight, call.caller, Right.write), Errno.EACCES],
    [moves && from.sight.lower !== undefined, Errno.EXDEV],
  );
};

/** What a directory must be for it to be moved there, or replaced. */
const directoryRefusal = (world: World, call: UnionCall, from: Spot, to: Spot): number => {
  const full = shown(world.disk, to.sight) ? emptiness(world, to.sight) : 0;
  if (full < 0 || to.names.length <= from.names.length) return full;
  const first = above(world, call.union, { operation: 'next', names: from.names });
  return first > 0 ? -Errno.ENAMETOOLONG : first;
};

const move = (world: World, call: UnionCall, from: Spot, to: Spot): number => {
  const { union, names, others } = call;
  const moves = isDirectory(world.disk, from.sight);
  const replaced = shown(world.disk, to.sight);
  const copied = copyUp(world, union, names) || copyUp(world, union, parentOf(others));
  if (copied < 0) return copied;
  const how = liesBelow(world.disk, from.parent, lastOf(names)) ? 1 : 0;
  const rename = () => above(world, union, { operation: 'rename', how, names, others });
  if (!moves) return rename();
  const cleared = replaced ? clearWhiteouts(world, call, to) : 0;
  if (cleared < 0) return cleared;
  const isUnder = to.parent.lower !== undefined;
  const opaque = isUnder ? above(world, union, { operation: 'opaque', how: 1, names }) : 0;
  return opaque < 0 ? opaque : inPlaceOf(world, union, to.sight.upper, others, rename);
};

export const rename = (world: World, call: UnionCall): number => {
  const { names, others } = call;
  if (call.how & 1) return -Errno.EINVAL;
  const spots = renameSpots(world, call);
  if (typeof spots === 'number') return spots;
  const [from, to] = spots;
  const crossed = refusal(
    [isUnder(others, names), Errno.EINVAL],
    [isUnder(names, others), Errno.ENOTEMPTY],
  );
  if (crossed < 0) return crossed;
  const isOne = from.sight.upper !== undefined && from.sight.upper === to.sight.upper;
  if (isOne || names.join() === others.join()) return 0;
  const refused = renameRefusal(world, call, from, to);
  if (refused < 0) return refused;
  const cannot = isDirectory(world.disk, from.sight) ? directoryRefusal(world, call, from, to) : 0;
  return cannot < 0 ? cannot : move(world, call, from, to);
};

// ---- attributes

/** Whoever owns it has it changed; then the mounter must own the copy, too. */
const owned =
  (operation: 'chmod' | 'chown') =>
  (world: World, call: UnionCall): number => {
    const { union, names, caller, how } = call;
    const sight = lookUp(world, call, names);
    if (typeof sight === 'number') return sight;
    const refused = refusal(
      [union.readOnly, Errno.EROFS],
      [caller !== 0 && caller !== shown(world.disk, sight)?.owner, Errno.EPERM],
      [operation === 'chown' && caller !== 0 && caller !== (how & 15), Errno.EPERM],
    );
    if (refused < 0) return refused;
    const copied = copyUp(world, union, names);
    return copied < 0 ? copied : above(world, union, { operation, how, names });
  };
export const chmod = owned('chmod');
export const chown = owned('chown');

export const opaque = (world: World, call: UnionCall): number => {
  const sight = lookUp(world, call, call.names);
  if (typeof sight === 'number') return sight;
  return call.union.readOnly ? -Errno.EROFS : -Errno.EOPNOTSUPP;
};

export const truncate = (world: World, call: UnionCall): number => {
  const { union, names, caller, how } = call;
  const sight = lookUp(world, call, names);
  if (typeof sight === 'number') return sight;
  const refused = refusal(
    [isDirectory(world.disk, sight), Errno.EISDIR],
    [union.readOnly, Errno.EROFS],
    [!permits(world.disk, sight, caller, Right.write), Errno.EACCES],
    [how > MAX_WORDS, Errno.EFBIG],
  );
  if (refused < 0) return refused;
  const copied = copyUp(world, union, names);
  if (copied < 0) return copied;
  const done = above(world, union, { operation: 'truncate', how, names });
  const mode = shownMode(world, call);
  if (done < 0 || caller === 0 || (mode & SETUID) === 0) return done;
  return above(world, union, { operation: 'chmod', how: mode & ~SETUID, names });
};

const shownMode = (world: World, { union, names }: UnionCall): number => {
  const sight = follow(world.disk, rootOf(world.disk, world.unions, union), names, 0);
  const stat = typeof sight === 'number' ? undefined : shown(world.disk, sight);
  return stat?.kind === Kind.file ? stat.mode : 0;
};
