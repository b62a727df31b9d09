/** What is copied up, as a value: the lower file's words, owner and mode, in a node of the upper tree. */
import { Errno } from '../../../spec/errno.ts';
import { FILE_LIMITS, Kind, type Names, OpenFor, SETUID } from '../../../spec/module-files.ts';
import { find } from '../files/paths.ts';
import {
  type Disk,
  type FileNode,
  hasBlock,
  type NodeId,
  nodeOf,
  withNode,
} from '../files/tree.ts';
import { childOf, rootOf, topNode } from './sight.ts';
import type { UnionMount, World } from './world.ts';

/** All that the names lead through is in the upper layer from now on: 0; or what stood against it. */
export const copyUp = (world: World, union: UnionMount, names: Names): number => {
  let sight = rootOf(world.disk, world.unions, union);
  for (const [index, name] of names.entries()) {
    const part = names.slice(0, index + 1);
    const child = childOf(world.disk, sight, name);
    if (typeof child === 'number') return child;
    if (child.upper === undefined) {
      const done = copyOne(world, union, part, nodeOf(world.disk, topNode(child)));
      if (done < 0) return done;
      const again = childOf(world.disk, rootTo(world, union, part), name);
      if (typeof again === 'number') return again;
      sight = again;
    } else sight = child;
  }
  return 0;
};

/** The directory that a path lies in. */
const rootTo = (world: World, union: UnionMount, names: Names) => {
  let sight = rootOf(world.disk, world.unions, union);
  for (const name of names.slice(0, -1)) {
    const child = childOf(world.disk, sight, name);
    if (typeof child !== 'number') sight = child;
  }
  return sight;
};

/** The mounter makes it, and gives it away if it is another's. */
const copyOne = (world: World, union: UnionMount, names: Names, old: FileNode): number => {
  const { upper, lower, mounter } = union;
  if (!upper) return -Errno.EROFS;
  const isFile = old.kind === Kind.file;
  if (isFile) {
    const number = world.ask(lower, {
      operation: 'open',
      caller: mounter,
      how: OpenFor.read,
      names,
    });
    if (number < 0) return number;
    world.ask(lower, { operation: 'close', caller: mounter, how: number });
  }
  const before = world.disk;
  const how = isFile ? 0o600 : 0o700;
  const made = world.ask(upper, {
    operation: isFile ? 'create' : 'mkdir',
    caller: mounter,
    how,
    names,
  });
  if (made < 0) return made;
  const id = nodeAt(world, upper.mount, names);
  if (mounter !== 0 && mounter !== old.owner) return takeBack(world, before, -Errno.EPERM);
  const filled = withBlocks(withNode(world.disk, id, { owner: old.owner }), id, blocksOf(old));
  if (!filled) return takeBack(world, before, -Errno.ENOSPC);
  world.disk = withNode(filled, id, {
    mode: lower.nosuid ? old.mode & ~SETUID : old.mode,
    words: new Map([...old.words].filter(([, word]) => word !== 0)),
    size: old.size,
  });
  redirect(world, union, names, id);
  return 0;
};

const takeBack = (world: World, before: Disk, errno: number): number => {
  world.disk = { ...before, fresh: world.disk.fresh };
  return errno;
};

const nodeAt = (world: World, mount: number, names: Names): NodeId => {
  const call = {
    operation: 'stat',
    caller: 0,
    mount,
    how: 0,
    key: 0,
    names,
    others: [],
    argument: 0,
  } as const;
  return find(world.disk, call, names);
};

/** Blocks with a word that is not 0. */
const blocksOf = ({ words }: FileNode): ReadonlySet<number> =>
  new Set(
    [...words]
      .filter(([, value]) => value !== 0)
      .map(([word]) => Math.floor(word / FILE_LIMITS.wordsPerBlock)),
  );

/** The node with these blocks. Undefined: there are not so many. */
const withBlocks = (disk: Disk, id: NodeId, wanted: ReadonlySet<number>): Disk | undefined => {
  let filled = disk;
  for (const block of wanted) {
    const { blocks, tree } = nodeOf(filled, id);
    if (!hasBlock(filled, tree)) return undefined;
    filled = withNode(filled, id, { blocks: new Set(blocks).add(block) });
  }
  return filled;
};

/** Who reads the lower file reads the copy from now on. */
const redirect = (world: World, union: UnionMount, names: Names, node: NodeId): void => {
  const path = names.join();
  const files = [...world.unions.open].sort(([a], [b]) => a - b);
  for (const [number, file] of files) {
    if (file.mount !== union.number || file.on !== 'lower' || file.names.join() !== path) continue;
    world.ask(union.lower, { operation: 'close', caller: union.mounter, how: file.number });
    const free = Array.from({ length: FILE_LIMITS.open }, (_, one) => one).find(
      (one) => !world.disk.open.has(one),
    );
    const real = { node, reads: true, writes: false, key: 0 };
    world.disk = { ...world.disk, open: new Map(world.disk.open).set(free ?? 0, real) };
    world.setOpen(number, { ...file, on: 'upper', number: free ?? 0 });
  }
};

/** Makes something where a whiteout may lie, which lies there again if that fails. */
export const inPlaceOf = (
  world: World,
  { upper, mounter }: UnionMount,
  whiteout: NodeId | undefined,
  names: Names,
  make: () => number,
): number => {
  const isHidden = whiteout !== undefined && nodeOf(world.disk, whiteout).kind === Kind.whiteout;
  if (!upper || !isHidden) return make();
  const removed = world.ask(upper, { operation: 'unlink', caller: mounter, names });
  if (removed < 0) return removed;
  const answer = make();
  if (answer < 0) world.ask(upper, { operation: 'whiteout', caller: mounter, names });
  return answer;
};
