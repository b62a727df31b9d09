/** Renaming in a union. A directory of the lower layer cannot be moved (EXDEV): who wants that copies what is in it. */
import { Errno } from '../../../../spec/errno.ts';
import { Kind, pathWord, Right } from '../../../../spec/module-files.ts';
import { askUpper, childOf, isInLower, isWhiteout, kindOf, topOf } from './layers.ts';
import type { Call, Sight, Spot, Steps, Union } from './layout.ts';
import { clearWhiteouts, emptiness, inPlaceOf, mayChange, parentOf } from './names.ts';
import { permission, walkToParent } from './walk.ts';

const startsWith = (names: readonly number[], begin: readonly number[]): boolean =>
  begin.every((name, index) => names[index] === name);

const within = ({ names, others }: Call): number => {
  if (others.length > names.length && startsWith(others, names)) return -Errno.EINVAL;
  return names.length > others.length && startsWith(names, others) ? -Errno.ENOTEMPTY : 0;
};

const isDirectory = (sight: Sight): boolean => kindOf(topOf(sight)) === Kind.directory;

/** Whether both are one file of the upper layer. */
function* areSame(union: Union, { mounted, argument }: Call, from: Spot, to: Spot): Steps {
  if (pathWord(from.names) === pathWord(to.names)) return 1;
  if (from.sight.upper === 0 || to.sight.upper === 0) return 0;
  return yield* askUpper(union, mounted, 'same', 0, argument);
}

/** Whether both may, and the kinds fit. */
const refusal = (union: Union, call: Call, from: Spot, to: Spot): number => {
  const denied = mayChange(union, call, from.parent) || mayChange(union, call, to.parent);
  if (denied < 0) return denied;
  const moves = isDirectory(from.sight);
  if (topOf(to.sight) !== 0 && moves !== isDirectory(to.sight))
    return moves ? -Errno.ENOTDIR : -Errno.EISDIR;
  const isOther = pathWord(parentOf(from.names)) !== pathWord(parentOf(to.names));
  return moves && isOther ? permission(union, call, from.sight, Right.write) : 0;
};

/** What is wrong with moving a directory, or with one that it is to replace. */
function* refusalOfDirectory(union: Union, { mounted }: Call, from: Spot, to: Spot): Steps {
  if (!union.routines.canMove(from.sight)) return -Errno.EXDEV;
  const full = topOf(to.sight) === 0 ? 0 : yield* emptiness(union, mounted, to);
  if (full < 0 || to.names.length <= from.names.length) return full;
  const first = yield* askUpper(union, mounted, 'next', 0, pathWord(from.names));
  return first > 0 ? -Errno.ENAMETOOLONG : first;
}

/** Nothing of it lies below. */
export const canMove = ({ lower }: Sight): boolean => lower === 0;

function* move(union: Union, call: Call, from: Spot, to: Spot): Steps {
  const { mounted, argument } = call;
  for (const needed of [from.names, parentOf(to.names)]) {
    const copied = yield* union.routines.copyUp(union, mounted, needed);
    if (copied < 0) return copied;
  }
  const moves = isDirectory(from.sight);
  const stays = yield* isInLower(union, mounted, from.parent, from.names);
  const cleared =
    moves && !isWhiteout(to.sight.upper) ? yield* clearWhiteouts(union, mounted, to) : 0;
  if (cleared < 0) return cleared;
  const isUnder = moves && to.parent.lower !== 0;
  const opaque = isUnder
    ? yield* union.routines.makeOpaque(union, mounted, pathWord(from.names))
    : 0;
  if (opaque < 0) return opaque;
  const rename = () => askUpper(union, mounted, 'rename', stays ? 1 : 0, argument);
  return yield* moves ? inPlaceOf(union, mounted, to, rename) : rename();
}

/** The two places; or an errno. */
function* spotsOf(union: Union, call: Call): Steps<readonly [Spot, Spot] | number> {
  const { mounted, names, others } = call;
  const parent = names.length === 0 ? undefined : yield* walkToParent(union, call, names);
  if (typeof parent === 'number') return parent;
  const otherParent = others.length === 0 ? undefined : yield* walkToParent(union, call, others);
  if (typeof otherParent === 'number') return otherParent;
  if (!parent || !otherParent) return -Errno.EBUSY;
  if (union.routines.isReadOnly(mounted)) return -Errno.EROFS;
  const sight = yield* childOf(union, mounted, parent, names);
  if (typeof sight === 'number') return sight;
  if (topOf(sight) === 0) return -Errno.ENOENT;
  const other = yield* childOf(union, mounted, otherParent, others);
  if (typeof other === 'number') return other;
  return [
    { names, parent, sight },
    { names: others, parent: otherParent, sight: other },
  ];
}

export function* rename(union: Union, call: Call): Steps {
  if (call.how & 1) return -Errno.EINVAL;
  const spots = yield* spotsOf(union, call);
  if (typeof spots === 'number') return spots;
  const [from, to] = spots;
  const wrong = within(call);
  if (wrong < 0) return wrong;
  const same = yield* areSame(union, call, from, to);
  if (same !== 0) return same < 0 ? same : 0;
  const refused = refusal(union, call, from, to);
  if (refused < 0) return refused;
  const cannot = isDirectory(from.sight) ? yield* refusalOfDirectory(union, call, from, to) : 0;
  return cannot < 0 ? cannot : yield* move(union, call, from, to);
}
