/** Unions that are mounted. Each keeps the roots of its layers open, so that these stay mounted, and holds the module. */
import { Errno } from '../../../../spec/errno.ts';
import {
  type Layers,
  layersOf,
  MAX_STACK_DEPTH,
  MountOption,
  OpenFor,
  openFileHow,
} from '../../../../spec/module-files.ts';
import { callKernel } from '../../program.ts';
import { ask } from './layers.ts';
import {
  type Call,
  clear,
  InMount,
  type Layer,
  MOUNTS,
  placesOf,
  read,
  type Steps,
  UNTRUSTED,
  type Union,
  write,
} from './layout.ts';

/** A layer, as it is asked before there is a union. */
type Mount = Pick<Layer, 'mount' | 'isUnion'>;

const mountsOf = ({ upper, lower, lowerIsUnion }: Layers) => ({
  above: upper === undefined ? undefined : { mount: upper, isUnion: false },
  below: { mount: lower, isUnion: lowerIsUnion },
});

/** An upper layer belongs to one union, and is nobody's lower one. */
const isInUse = (union: Union, { upper, lower, lowerIsUnion }: Layers): boolean =>
  placesOf(union, MOUNTS)
    .filter((at) => read(union, at) !== 0)
    .map((at) => layersOf(read(union, at, InMount.layers)))
    .some(
      (one) =>
        (upper !== undefined &&
          (one.upper === upper || (!one.lowerIsUnion && one.lower === upper))) ||
        (!lowerIsUnion && one.upper === lower),
    );

/** What the layers say of themselves; or why they cannot be put together. */
function* examine(
  union: Union,
  layers: Layers,
  caller: number,
): Steps<{ readonly untrusted: number; readonly depth: number } | number> {
  const { above, below } = mountsOf(layers);
  const upper = above ? yield* ask(union, above, caller, 'statfs', 0, 0) : 0;
  if (upper < 0) return upper;
  const lower = yield* ask(union, below, caller, 'statfs', 0, 0);
  if (lower < 0) return lower;
  if (upper & MountOption.readOnly) return -Errno.EINVAL;
  if (!layers.lowerIsUnion && layers.upper === layers.lower) return -Errno.ELOOP;
  if (isInUse(union, layers)) return -Errno.EBUSY;
  const depth = (lower >>> 4) + 1;
  if (!union.routines.isShallow(depth)) return -Errno.EINVAL;
  const isUntrusted = (options: number): boolean => (options & MountOption.nosuid) !== 0;
  return {
    depth,
    untrusted:
      (isUntrusted(upper) ? UNTRUSTED.upper : 0) | (isUntrusted(lower) ? UNTRUSTED.lower : 0),
  };
}

export const isShallow = (depth: number): boolean => depth <= MAX_STACK_DEPTH;

const openRoot = (union: Union, mount: Mount, caller: number): Steps =>
  ask(union, mount, caller, 'open', OpenFor.read, 0);

const closeRoot = (union: Union, mount: Mount, caller: number, number: number): Steps =>
  ask(union, mount, caller, 'close', openFileHow(number), 0);

export function* mount(union: Union, { mounted, caller, how, argument }: Call): Steps {
  const { at } = mounted;
  if (read(union, at) !== 0) return -Errno.EBUSY;
  const layers = layersOf(argument);
  const found = yield* examine(union, layers, caller);
  if (typeof found === 'number') return found;
  const { above, below } = mountsOf(layers);
  const upperRoot = above ? yield* openRoot(union, above, caller) : 0;
  if (upperRoot < 0) return upperRoot;
  const lowerRoot = yield* openRoot(union, below, caller);
  if (lowerRoot < 0) {
    if (above) yield* union.routines.closeUnused(union, above, caller, upperRoot);
    return lowerRoot;
  }
  const { depth, untrusted } = found;
  const record = { layers: argument, options: how, mounter: caller, depth, untrusted };
  for (const [field, value] of Object.entries({ ...record, upperRoot, lowerRoot, taken: 1 }))
    write(union, at, InMount[field as keyof typeof InMount], value);
  return yield* union.routines.holdModule();
}

export const closeUnused = closeRoot;

export function* umount(union: Union, { mounted, caller }: Call): Steps {
  const { at, upper, lower, mounter } = mounted;
  if (read(union, at) === 0) return -Errno.EINVAL;
  if (caller !== 0 && caller !== mounter) return -Errno.EPERM;
  if (read(union, at, InMount.open) > 0) return -Errno.EBUSY;
  if (upper) yield* closeRoot(union, upper, mounter, read(union, at, InMount.upperRoot));
  yield* closeRoot(union, lower, mounter, read(union, at, InMount.lowerRoot));
  clear(union, MOUNTS, at);
  return yield* union.routines.releaseModule();
}

export function* holdModule(): Steps {
  return yield* callKernel('holdSelf');
}
export function* releaseModule(): Steps {
  return yield* callKernel('releaseSelf');
}
