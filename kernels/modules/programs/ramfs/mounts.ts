/** Trees of ramfs: each mount is one, and holds a reference on the module, so that this stays while files can be reached. */
import { Errno } from '../../../../spec/errno.ts';
import { Kind, MountOption } from '../../../../spec/module-files.ts';
import { callKernel, type ModuleSteps } from '../../program.ts';
import { entriesOf, isDirectory } from './directories.ts';
import { newInode } from './inodes.ts';
import {
  type Address,
  add,
  type Call,
  clear,
  type Disk,
  ENTRIES,
  INODES,
  InInode,
  InMount,
  MOUNTS,
  placeAt,
  read,
  write,
} from './layout.ts';

/** Everybody may mount, and owns what he has mounted, as in a user namespace of his own. */
export function* mount(disk: Disk, { at, caller, how }: Call): ModuleSteps {
  if (read(disk, at) !== 0) return -Errno.EBUSY;
  write(disk, at, InMount.options, how);
  const root = newInode(disk, at, Kind.directory, caller, 0o755);
  const held = root === 0 ? -Errno.ENOSPC : yield* disk.routines.holdModule();
  if (held < 0) {
    disk.routines.discard(disk, at);
    return held;
  }
  add(disk, root, InInode.links, 1);
  write(disk, at, InMount.mounter, caller);
  write(disk, at, InMount.root, root);
  return 0;
}

export function* umount(disk: Disk, { at, caller }: Call): ModuleSteps {
  if (read(disk, at) === 0) return -Errno.EINVAL;
  if (caller !== 0 && caller !== read(disk, at, InMount.mounter)) return -Errno.EPERM;
  if (read(disk, at, InMount.open) > 0) return -Errno.EBUSY;
  disk.routines.discard(disk, at);
  return yield* disk.routines.releaseModule();
}

export function* holdModule(): ModuleSteps {
  return yield* callKernel('holdSelf');
}
export function* releaseModule(): ModuleSteps {
  return yield* callKernel('releaseSelf');
}

/** All inodes of the mount are gone, with their names and blocks, and the mount. */
export const discard = (disk: Disk, at: Address): void => {
  for (let index = 0; index < INODES.places; index++) {
    const inode = placeAt(disk, INODES, index);
    if (read(disk, inode) === 0 || read(disk, inode, InInode.mount) !== at) continue;
    if (isDirectory(disk, inode))
      for (const entry of [...entriesOf(disk, inode)]) clear(disk, ENTRIES, entry);
    disk.routines.freeBlocks(disk, inode, 0);
    clear(disk, INODES, inode);
  }
  clear(disk, MOUNTS, at);
};

export const statfs = (disk: Disk, { at }: Call): number =>
  read(disk, at, InMount.options) & (MountOption.readOnly | MountOption.nosuid);
