/** What unionfs does with what a path leads to: its attributes, its size, and what a directory holds. */
import { Errno } from '../../../../spec/errno.ts';
import {
  type FileOperation,
  Kind,
  MAX_WORDS,
  MountOption,
  pathWord,
  Right,
  SETUID,
  statOf,
  statWord,
} from '../../../../spec/module-files.ts';
import { askUpper, isMerged, kindOf, nextIn, topOf } from './layers.ts';
import { type Call, InMount, read, type Sight, type Steps, type Union } from './layout.ts';
import { permission, walk } from './walk.ts';

/** A merged directory does not count what refers to it. */
export function* stat(union: Union, call: Call): Steps {
  const sight = yield* walk(union, call, call.names);
  if (typeof sight === 'number') return sight;
  const it = statOf(topOf(sight));
  return statWord({ ...it, opaque: false, links: isMerged(sight) ? 1 : it.links });
}

export function* next(union: Union, call: Call): Steps {
  const { mounted, names, how } = call;
  const sight = yield* walk(union, call, names);
  if (typeof sight === 'number') return sight;
  if (kindOf(topOf(sight)) !== Kind.directory) return -Errno.ENOTDIR;
  const refused = permission(union, call, sight, Right.read);
  return refused < 0 ? refused : yield* nextIn(union, mounted, sight, pathWord(names), how & 31);
}

/** The caller must own it; then it is copied up, and the mounter must be allowed to do the same with the copy. */
const owned = (operation: FileOperation) =>
  function* (union: Union, call: Call): Steps {
    const { mounted, names, caller, how } = call;
    const sight = yield* walk(union, call, names);
    if (typeof sight === 'number') return sight;
    if (union.routines.isReadOnly(mounted)) return -Errno.EROFS;
    if (caller !== 0 && caller !== statOf(topOf(sight)).owner) return -Errno.EPERM;
    if (operation === 'chown' && caller !== 0 && caller !== (how & 15)) return -Errno.EPERM;
    const copied = yield* union.routines.copyUp(union, mounted, names);
    return copied < 0 ? copied : yield* askUpper(union, mounted, operation, how, pathWord(names));
  };
export const chmod = owned('chmod');
export const chown = owned('chown');

/** That attribute is the union's own. */
export function* opaque(union: Union, call: Call): Steps {
  const sight = yield* walk(union, call, call.names);
  if (typeof sight === 'number') return sight;
  return union.routines.isReadOnly(call.mounted) ? -Errno.EROFS : -Errno.EOPNOTSUPP;
}

export function* truncate(union: Union, call: Call): Steps {
  const { mounted, names, how, caller } = call;
  const sight = yield* walk(union, call, names);
  if (typeof sight === 'number') return sight;
  const refused = truncateRefusal(union, call, sight);
  if (refused < 0) return refused;
  const path = pathWord(names);
  const copied = yield* union.routines.copyUp(union, mounted, names);
  if (copied < 0) return copied;
  const done = yield* askUpper(union, mounted, 'truncate', how, path);
  if (done < 0 || caller === 0) return done;
  const { mode } = statOf(yield* askUpper(union, mounted, 'stat', 0, path));
  return mode & SETUID ? yield* askUpper(union, mounted, 'chmod', mode & ~SETUID, path) : done;
}

const truncateRefusal = (union: Union, call: Call, sight: Sight): number => {
  if (kindOf(topOf(sight)) === Kind.directory) return -Errno.EISDIR;
  if (union.routines.isReadOnly(call.mounted)) return -Errno.EROFS;
  const refused = permission(union, call, sight, Right.write);
  if (refused < 0) return refused;
  return call.how > MAX_WORDS ? -Errno.EFBIG : 0;
};

/** A setuid bit counts if neither the union nor the layer was mounted so that it does not. */
export function* exec(union: Union, call: Call): Steps {
  const { mounted, names, caller } = call;
  const sight = yield* walk(union, call, names);
  if (typeof sight === 'number') return sight;
  if (kindOf(topOf(sight)) !== Kind.file) return -Errno.EACCES;
  const refused = permission(union, call, sight, Right.search);
  if (refused < 0) return refused;
  const { mode, owner } = statOf(topOf(sight));
  return mode & SETUID && union.routines.isTrusted(mounted, sight) ? owner : caller;
}

export const isTrusted = ({ nosuid, upper, lower }: Call['mounted'], sight: Sight): boolean =>
  !nosuid && !(sight.upper === 0 ? lower.nosuid : upper?.nosuid);

/** Of a union that has several layers, what holds of the least of them. */
export const statfs = (union: Union, { mounted }: Call): number => {
  const { at, readOnly, nosuid, upper, lower } = mounted;
  const untrusted = nosuid || lower.nosuid || upper?.nosuid === true;
  return (
    (readOnly ? MountOption.readOnly : 0) |
    (untrusted ? MountOption.nosuid : 0) |
    (read(union, at, InMount.depth) << 4)
  );
};
