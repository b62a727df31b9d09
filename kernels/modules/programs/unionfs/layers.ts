/** How unionfs asks its layers, and what it sees there: each on the account of the mounter. */
import { Errno } from '../../../../spec/errno.ts';
import {
  type FileOperation,
  Kind,
  nextKind,
  nextName,
  pathWord,
  requestWord,
  statOf,
} from '../../../../spec/module-files.ts';
import type { Word } from '../../../../spec/riscv.ts';
import { callImport } from '../../program.ts';
import type { Above, Layer, Mounted, Sight, Steps, Union } from './layout.ts';

export function* ask(
  union: Union,
  { mount, isUnion }: Pick<Layer, 'mount' | 'isUnion'>,
  caller: number,
  operation: FileOperation,
  how: number,
  argument: Word,
): Steps {
  const request = requestWord(0, { operation, caller, mount, how });
  if (!isUnion) return yield* callImport(0, request, argument);
  const answer = union.serve(union, request, argument);
  return typeof answer === 'number' ? answer : yield* answer;
}

/** Only who has an upper layer comes to where it is changed. */
export const askUpper = (
  union: Union,
  { upper, mounter }: Above,
  operation: FileOperation,
  how: number,
  argument: Word,
): Steps => {
  if (!upper) throw new TypeError('a union without an upper layer is changed');
  return ask(union, upper, mounter, operation, how, argument);
};

export const askLower = (
  union: Union,
  { lower, mounter }: Mounted,
  operation: FileOperation,
  how: number,
  argument: Word,
): Steps => ask(union, lower, mounter, operation, how, argument);

export const kindOf = (stat: Word): number => (stat === 0 ? 0 : statOf(stat).kind);
const isDirectory = (stat: Word): boolean => kindOf(stat) === Kind.directory;
export const isWhiteout = (stat: Word): boolean => kindOf(stat) === Kind.whiteout;

/** The stat that shows. 0: nothing is there. */
export const topOf = ({ upper, lower }: Sight): Word => {
  if (upper === 0) return lower;
  return isWhiteout(upper) ? 0 : upper;
};

export const isMerged = ({ upper, lower }: Sight): boolean => upper !== 0 && lower !== 0;

/** A layer's stat. 0: there is nothing. */
function* statIn(union: Union, { mounter }: Mounted, layer: Layer, path: Word): Steps {
  const stat = yield* ask(union, layer, mounter, 'stat', 0, path);
  return stat === -Errno.ENOENT ? 0 : stat;
}

export function* rootSight(union: Union, mounted: Mounted): Steps<Sight> {
  const { upper, lower } = mounted;
  return {
    upper: upper ? yield* statIn(union, mounted, upper, 0) : 0,
    lower: yield* statIn(union, mounted, lower, 0),
  };
}

/** Whether an entry of the upper layer leaves that of the lower one to be seen. */
export const letsThrough = (upper: Word): boolean =>
  upper === 0 || (isDirectory(upper) && !statOf(upper).opaque);

/** What lies in a directory. */
export function* childOf(
  union: Union,
  mounted: Mounted,
  parent: Sight,
  names: readonly number[],
): Steps<Sight | number> {
  const path = pathWord(names);
  const above = parent.upper === 0 ? undefined : mounted.upper;
  const upper = above ? yield* statIn(union, mounted, above, path) : 0;
  if (upper < 0) return upper;
  if (parent.lower === 0 || !union.routines.letsThrough(upper)) return { upper, lower: 0 };
  const lower = yield* statIn(union, mounted, mounted.lower, path);
  if (lower < 0) return lower;
  const shows = upper === 0 ? !isWhiteout(lower) : isDirectory(lower);
  return { upper, lower: shows ? lower : 0 };
}

/** Whether the lower layer has something at a path, hidden or not; where it cannot be known, it may. */
export function* isInLower(
  union: Union,
  mounted: Mounted,
  parent: Sight,
  names: readonly number[],
): Steps<boolean> {
  if (parent.lower === 0) return false;
  const lower = yield* statIn(union, mounted, mounted.lower, pathWord(names));
  return lower !== 0 && !(lower > 0 && isWhiteout(lower));
}

/** The entry of a directory that comes next, as `next` answers. */
export function* nextIn(
  union: Union,
  mounted: Mounted,
  { upper, lower }: Sight,
  path: Word,
  after: number,
): Steps {
  for (let from = after; ; ) {
    const above = upper === 0 ? 0 : yield* askUpper(union, mounted, 'next', from, path);
    if (above < 0) return above;
    const below = lower === 0 ? 0 : yield* askLower(union, mounted, 'next', from, path);
    if (below < 0) return below;
    const isAbove = below === 0 || (above !== 0 && nextName(above) <= nextName(below));
    const it = isAbove ? above : below;
    if (it === 0 || nextKind(it) !== Kind.whiteout) return it;
    from = nextName(it);
  }
}
