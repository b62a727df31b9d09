/**
 * A file system in memory: trees of directories, files with holes, several names for one file, owners and rights, and
 * limits as tmpfs has them. Everything lies in the module's data: layout.ts.
 *
 * Its routines form a record, and call through it what may be done in another way as well.
 */
import { Errno } from '../../../../spec/errno.ts';
import { EXTENSION_POINTS, keyOf } from '../../../../spec/extensions.ts';
import {
  FILE_SYSTEM_KEY,
  type FileOperation,
  namesOf,
  otherNamesOf,
  requestOf,
} from '../../../../spec/module-files.ts';
import { callKernel, type ModuleProgram, type ModuleRoutine } from '../../program.ts';
import * as attributes from './attributes.ts';
import * as directories from './directories.ts';
import * as inodes from './inodes.ts';
import {
  type Call,
  type Disk,
  freePlace,
  MOUNTS,
  placeAt,
  type RamfsRoutines,
  read,
} from './layout.ts';
import * as mounts from './mounts.ts';
import * as names from './names.ts';
import * as opened from './open.ts';
import * as renaming from './rename.ts';

export const ramfsRoutines: RamfsRoutines = {
  mount: mounts.mount,
  umount: mounts.umount,
  statfs: mounts.statfs,
  stat: attributes.stat,
  next: attributes.next,
  create: names.create,
  mkdir: names.mkdir,
  whiteout: names.whiteout,
  unlink: names.unlink,
  rmdir: names.rmdir,
  rename: renaming.rename,
  link: names.link,
  same: names.same,
  chmod: attributes.chmod,
  chown: attributes.chown,
  opaque: attributes.opaque,
  truncate: attributes.truncate,
  open: opened.open,
  close: opened.close,
  read: opened.readWord,
  write: opened.writeWord,
  exec: attributes.exec,
  freePlace,
  permits: inodes.permits,
  freeBlocks: inodes.freeBlocks,
  chain: directories.chain,
  cut: attributes.cut,
  refusesRename: renaming.refusesRename,
  holdModule: mounts.holdModule,
  releaseModule: mounts.releaseModule,
  discard: mounts.discard,
};

/** These do not ask for a tree that is there. */
const WITHOUT_TREE: readonly FileOperation[] = ['mount', 'umount', 'close', 'read', 'write'];

const serving =
  (routines: RamfsRoutines): ModuleRoutine =>
  ({ memory, data }, request, argument) => {
    const asked = requestOf(request);
    if (!asked) return -Errno.ENOSYS;
    const disk: Disk = { memory, data, routines };
    const at = placeAt(disk, MOUNTS, asked.mount);
    if (read(disk, at) === 0 && !WITHOUT_TREE.includes(asked.operation)) return -Errno.ENODEV;
    const { operation, caller, mount, how } = asked;
    const call: Call = {
      operation,
      caller,
      mount,
      how,
      at,
      key: keyOf(request),
      names: namesOf(argument),
      others: otherNamesOf(argument),
      argument,
    };
    return routines[operation](disk, call);
  };

const POINT = EXTENSION_POINTS.indexOf('filesystem');

/** One that does some of it in another way. */
export const ramfsWith = (changed: Partial<RamfsRoutines>): ModuleProgram => {
  const serve = serving({ ...ramfsRoutines, ...changed });
  return {
    init: () => callKernel('registerHook', POINT, FILE_SYSTEM_KEY.ramfs),
    exit: () => callKernel('unregisterHook', POINT),
    use: serve,
    hook: serve,
  };
};

export const ramfs = ramfsWith({});
