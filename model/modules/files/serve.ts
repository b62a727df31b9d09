/** What trees of files answer: mounting, and where each request goes. */
import { Errno } from '../../../spec/errno.ts';
import { keyOf } from '../../../spec/extensions.ts';
import {
  type FileOperation,
  Kind,
  MountOption,
  namesOf,
  otherNamesOf,
  requestOf,
} from '../../../spec/module-files.ts';
import type { Word } from '../../../spec/riscv.ts';
import { answers, type DiskOutcome, type FileCall } from './call.ts';
import * as contents from './contents.ts';
import * as names from './names.ts';
import { treeOf } from './paths.ts';
import { type Disk, hasInode, newNode, swept, type Tree } from './tree.ts';

const limit = (how: number, { shift, mask }: { shift: number; mask: number }): number =>
  (how >>> shift) & mask || Number.POSITIVE_INFINITY;

const mount = (disk: Disk, { mount: number, caller, how }: FileCall): DiskOutcome => {
  if (disk.trees.has(number)) return answers(disk, -Errno.EBUSY);
  if (!hasInode(disk, number)) return answers(disk, -Errno.ENOSPC);
  const tree: Tree = {
    root: disk.fresh,
    mounter: caller,
    readOnly: (how & MountOption.readOnly) !== 0,
    nosuid: (how & MountOption.nosuid) !== 0,
    inodes: limit(how, MountOption.inodes),
    blocks: limit(how, MountOption.blocks),
  };
  return answers({
    ...disk,
    fresh: disk.fresh + 1,
    trees: new Map(disk.trees).set(number, tree),
    nodes: new Map(disk.nodes).set(disk.fresh, newNode(number, Kind.directory, caller, 0o755)),
  });
};

const umount = (disk: Disk, { mount: number, caller }: FileCall): DiskOutcome => {
  const tree = disk.trees.get(number);
  if (!tree) return answers(disk, -Errno.EINVAL);
  if (caller !== 0 && caller !== tree.mounter) return answers(disk, -Errno.EPERM);
  if (contents.treesOpen(disk).has(number)) return answers(disk, -Errno.EBUSY);
  const trees = new Map(disk.trees);
  trees.delete(number);
  return answers(swept({ ...disk, trees }));
};

const statfs = (disk: Disk, { mount: number }: FileCall): DiskOutcome => {
  const { readOnly, nosuid } = treeOf(disk, number);
  return answers(disk, (readOnly ? MountOption.readOnly : 0) | (nosuid ? MountOption.nosuid : 0));
};

const { stat, next, chmod, chown, opaque, truncate, open, close, read, write, exec } = contents;
const { create, mkdir, whiteout, unlink, rmdir, rename, link, same } = names;

const OPERATIONS: Readonly<Record<FileOperation, (disk: Disk, call: FileCall) => DiskOutcome>> = {
  ...{ mount, umount, statfs, stat, next, create, mkdir, whiteout, unlink, rmdir, rename },
  ...{ link, same, chmod, chown, opaque, truncate, open, close, read, write, exec },
};

const WITHOUT_TREE: readonly FileOperation[] = ['mount', 'umount', 'close', 'read', 'write'];

/** What a disk answers, and what becomes of it. */
export const onDisk = (disk: Disk, call: FileCall): DiskOutcome =>
  disk.trees.has(call.mount) || WITHOUT_TREE.includes(call.operation)
    ? OPERATIONS[call.operation](disk, call)
    : answers(disk, -Errno.ENODEV);

export const fileCallOf = (request: Word, argument: Word): FileCall | undefined => {
  const asked = requestOf(request);
  if (!asked) return undefined;
  const { operation, caller, mount: number, how } = asked;
  return {
    operation,
    caller,
    mount: number,
    how,
    key: keyOf(request),
    names: namesOf(argument),
    others: otherNamesOf(argument),
    argument,
  };
};
