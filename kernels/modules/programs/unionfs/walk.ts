/** The way along a path of a union, and who may go there: the caller and the mounter must both be allowed. */
import { Errno } from '../../../../spec/errno.ts';
import { Kind, type Names, Right, statOf } from '../../../../spec/module-files.ts';
import type { Word } from '../../../../spec/riscv.ts';
import { childOf, kindOf, rootSight, topOf } from './layers.ts';
import type { Call, Sight, Steps, Union } from './layout.ts';

/** What the attributes alone say. */
const permits = (stat: Word, user: number, wanted: number): boolean => {
  const { mode, owner, kind } = statOf(stat);
  if (user === 0)
    return kind === Kind.directory || (mode & 0o111) !== 0 || (wanted & Right.search) === 0;
  return ((user === owner ? mode >>> 6 : mode) & 7 & wanted) === wanted;
};

export const callerMay = (sight: Sight, { caller }: Call, wanted: number): boolean =>
  permits(topOf(sight), caller, wanted);

/** Of what lies below only, the mounter must be able to make a copy, not to write. */
export const mounterMay = (sight: Sight, { mounted }: Call, wanted: number): boolean => {
  const copies = sight.upper === 0 && (wanted & Right.write) !== 0;
  const needed = copies ? (wanted & ~Right.write) | Right.read : wanted;
  return permits(topOf(sight), mounted.mounter, needed);
};

/** 0, or EACCES. */
export const permission = (
  { routines }: Union,
  call: Call,
  sight: Sight,
  wanted: number,
): number => {
  if (!routines.callerMay(sight, call, wanted)) return -Errno.EACCES;
  return routines.mounterMay(sight, call, wanted) ? 0 : -Errno.EACCES;
};

const searches = (union: Union, call: Call, sight: Sight): number =>
  kindOf(topOf(sight)) === Kind.directory
    ? permission(union, call, sight, Right.search)
    : -Errno.ENOTDIR;

/** What lies at the end of names. */
export function* walk(union: Union, call: Call, names: Names): Steps<Sight | number> {
  let sight = yield* rootSight(union, call.mounted);
  for (let length = 1; length <= names.length; length++) {
    const refused = searches(union, call, sight);
    if (refused < 0) return refused;
    const child = yield* childOf(union, call.mounted, sight, names.slice(0, length));
    if (typeof child === 'number') return child;
    if (topOf(child) === 0) return -Errno.ENOENT;
    sight = child;
  }
  return sight;
}

/** The directory in which the last of the names lies, which the caller may search. */
export function* walkToParent(union: Union, call: Call, names: Names): Steps<Sight | number> {
  const parent = yield* walk(union, call, names.slice(0, -1));
  if (typeof parent === 'number') return parent;
  const refused = searches(union, call, parent);
  return refused < 0 ? refused : parent;
}
