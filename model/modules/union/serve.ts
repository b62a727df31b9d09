/** What unions answer: those requests that change nothing but what is mounted and open, and where each request goes. */
import { Errno } from '../../../spec/errno.ts';
import {
  FILE_LIMITS,
  type FileOperation,
  Kind,
  type Layers,
  layersOf,
  MAX_STACK_DEPTH,
  MountOption,
  nextAnswer,
  OpenFor,
  openFileHow,
  Right,
  SETUID,
  statWord,
} from '../../../spec/module-files.ts';
import { type FileCall, refusal } from '../files/call.ts';
import { lowestFree } from '../files/tree.ts';
import * as change from './change.ts';
import { lookUp, type UnionCall } from './change.ts';
import { copyUp } from './copy-up.ts';
import { isDirectory, list, permits, type Sight, shown, topNode } from './sight.ts';
import type { Layer, UnionFile, UnionMount, World } from './world.ts';

// ---- mounting

const isInUse = (world: World, { upper, lower, lowerIsUnion }: Layers): boolean =>
  [...world.unions.mounts.values()].some((one) => {
    const isUpper = (mount: number | undefined): boolean =>
      mount !== undefined && one.upper?.mount === mount;
    const isLower = !one.lower.isUnion && one.lower.mount === upper;
    return isUpper(upper) || isLower || (!lowerIsUnion && isUpper(lower));
  });

const mount = (world: World, call: FileCall): number => {
  const { mount: number, caller, how } = call;
  if (world.unions.mounts.has(number)) return -Errno.EBUSY;
  const layers = layersOf(call.argument);
  const options = ({ mount: of, isUnion }: Pick<Layer, 'mount' | 'isUnion'>): number =>
    world.ask({ mount: of, isUnion }, { operation: 'statfs', caller });
  const top = layers.upper === undefined ? undefined : { mount: layers.upper, isUnion: false };
  const bottom = { mount: layers.lower, isUnion: layers.lowerIsUnion };
  const ofUpper = top ? options(top) : 0;
  if (ofUpper < 0) return ofUpper;
  const ofLower = options(bottom);
  if (ofLower < 0) return ofLower;
  const depth = (ofLower >>> 4) + 1;
  const refused = refusal(
    [(ofUpper & MountOption.readOnly) !== 0, Errno.EINVAL],
    [!layers.lowerIsUnion && layers.upper === layers.lower, Errno.ELOOP],
    [isInUse(world, layers), Errno.EBUSY],
    [depth > MAX_STACK_DEPTH, Errno.EINVAL],
  );
  if (refused < 0) return refused;
  const open = { operation: 'open', caller, how: OpenFor.read } as const;
  const upperRoot = top ? world.ask(top, open) : 0;
  if (upperRoot < 0) return upperRoot;
  const lowerRoot = world.ask(bottom, open);
  if (lowerRoot < 0) {
    if (top) world.ask(top, { operation: 'close', caller, how: upperRoot });
    return lowerRoot;
  }
  world.setMount(number, {
    number,
    upper: top && { ...top, nosuid: (ofUpper & MountOption.nosuid) !== 0 },
    lower: { ...bottom, nosuid: (ofLower & MountOption.nosuid) !== 0 },
    mounter: caller,
    readOnly: !top || (how & MountOption.readOnly) !== 0,
    nosuid: (how & MountOption.nosuid) !== 0,
    ...{ depth, upperRoot, lowerRoot },
  });
  return 0;
};

const umount = (world: World, { mount: number, caller }: FileCall): number => {
  const union = world.unions.mounts.get(number);
  if (!union) return -Errno.EINVAL;
  const { upper, lower, mounter, upperRoot, lowerRoot } = union;
  const refused = refusal(
    [caller !== 0 && caller !== mounter, Errno.EPERM],
    [[...world.unions.open.values()].some((file) => file.mount === number), Errno.EBUSY],
  );
  if (refused < 0) return refused;
  if (upper) world.ask(upper, { operation: 'close', caller: mounter, how: upperRoot });
  world.ask(lower, { operation: 'close', caller: mounter, how: lowerRoot });
  world.setMount(number, undefined);
  return 0;
};

const statfs = (_: World, { union }: UnionCall): number => {
  const untrusted = [union, union.lower, union.upper].some((one) => one?.nosuid);
  return (
    (union.readOnly ? MountOption.readOnly : 0) |
    (untrusted ? MountOption.nosuid : 0) |
    (union.depth << 4)
  );
};

// ---- looking

/** Does something with what the path leads to. */
const seeing =
  (look: (world: World, call: UnionCall, sight: Sight) => number) =>
  (world: World, call: UnionCall): number => {
    const sight = lookUp(world, call, call.names);
    return typeof sight === 'number' ? sight : look(world, call, sight);
  };

const stat = seeing(({ disk }, _, sight) => {
  const it = shown(disk, sight);
  return it ? statWord(it) : -Errno.ENOENT;
});

const next = seeing(({ disk }, { caller, how }, sight) => {
  if (!isDirectory(disk, sight)) return -Errno.ENOTDIR;
  if (!permits(disk, sight, caller, Right.read)) return -Errno.EACCES;
  const names = list(disk, sight);
  if (typeof names === 'number') return names;
  const [first] = [...names].filter(([name]) => name > (how & 31)).sort(([a], [b]) => a - b);
  return first ? nextAnswer(...first) : 0;
});

const exec = seeing(({ disk }, { caller, union }, sight) => {
  const it = shown(disk, sight);
  if (it?.kind !== Kind.file || !permits(disk, sight, caller, Right.search)) return -Errno.EACCES;
  const layer = sight.upper === undefined ? union.lower : union.upper;
  const isBelieved = !union.nosuid && layer?.nosuid === false;
  return it.mode & SETUID && isBelieved ? it.owner : caller;
});

/** Names of one file of one layer; those of the lower layer are no longer, once one of them is copied up. */
const same = (world: World, call: UnionCall): number => {
  const one = lookUp(world, call, call.names);
  if (typeof one === 'number') return one;
  const other = lookUp(world, call, call.others);
  if (typeof other === 'number') return other;
  return topNode(one) === topNode(other) ? 1 : 0;
};

// ---- files that are open

const open = (world: World, call: UnionCall): number => {
  const { union, names, how, caller, key } = call;
  const [reads, writes] = [(how & OpenFor.read) !== 0, (how & OpenFor.write) !== 0];
  if (!reads && !writes) return -Errno.EINVAL;
  if (lowestFree(world.unions.open, FILE_LIMITS.open) === undefined) return -Errno.ENFILE;
  const sight = lookUp(world, call, names);
  if (typeof sight === 'number') return sight;
  const wanted = (reads ? Right.read : 0) | (writes ? Right.write : 0);
  const refused = refusal(
    [writes && isDirectory(world.disk, sight), Errno.EISDIR],
    [writes && union.readOnly, Errno.EROFS],
    [!permits(world.disk, sight, caller, wanted), Errno.EACCES],
  );
  if (refused < 0) return refused;
  const copied = writes ? copyUp(world, union, names) : 0;
  if (copied < 0) return copied;
  const on = writes || sight.upper !== undefined ? 'upper' : 'lower';
  const asked = { operation: 'open', caller: union.mounter, how: how & 3, names } as const;
  const layer = layerOf(union, on);
  const real = world.ask(layer, asked);
  if (real < 0) return real;
  const number = lowestFree(world.unions.open, FILE_LIMITS.open);
  if (number === undefined) {
    world.ask(layer, { operation: 'close', caller, how: real });
    return -Errno.ENFILE;
  }
  world.setOpen(number, { mount: union.number, on, number: real, names, key });
  return number;
};

const layerOf = ({ upper, lower }: UnionMount, on: UnionFile['on']): Layer =>
  (on === 'upper' && upper) || lower;

/** What was opened by the same key. */
const meant = (world: World, { how, key }: FileCall) => {
  const file = world.unions.open.get(how & 15);
  const union = file?.key === key ? world.unions.mounts.get(file.mount) : undefined;
  return file && union && { file, layer: layerOf(union, file.on) };
};

const passOn =
  (operation: 'read' | 'write') =>
  (world: World, call: FileCall): number => {
    const it = meant(world, call);
    if (!it) return -Errno.EBADF;
    const how = openFileHow(it.file.number, call.how >>> 4);
    return world.ask(it.layer, { operation, caller: call.caller, how, argument: call.argument });
  };

const close = (world: World, call: FileCall): number => {
  const it = meant(world, call);
  if (!it) return -Errno.EBADF;
  world.setOpen(call.how & 15, undefined);
  return world.ask(it.layer, { operation: 'close', caller: call.caller, how: it.file.number });
};

// ---- all requests

const { create, mkdir, whiteout, unlink, rmdir, rename, link, chmod, chown, opaque, truncate } =
  change;

type OfUnion = Exclude<FileOperation, 'mount' | 'umount' | 'read' | 'write' | 'close'>;
const OF_UNION: Readonly<Record<OfUnion, (world: World, call: UnionCall) => number>> = {
  ...{ statfs, stat, next, create, mkdir, whiteout, unlink, rmdir, rename, link, same },
  ...{ chmod, chown, opaque, truncate, open, exec },
};
const WITHOUT_UNION = { mount, umount, close, read: passOn('read'), write: passOn('write') };

export const serveUnion = (world: World, call: FileCall): number => {
  const { operation } = call;
  if (operation in WITHOUT_UNION)
    return WITHOUT_UNION[operation as keyof typeof WITHOUT_UNION](world, call);
  const union = world.unions.mounts.get(call.mount);
  if (!union) return -Errno.ENODEV;
  return OF_UNION[operation as OfUnion](world, { ...call, union });
};
