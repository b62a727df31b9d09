/**
 * A union of two trees, by the rules of overlayfs: what lies above hides what lies below, directories are merged, a
 * whiteout or an opaque directory hides what is below for good, and what is changed is copied up first. The lower tree
 * is never changed. The trees are mounts of ramfs, from which the module imports; the lower one may be another union.
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
import type { Word } from '../../../../spec/riscv.ts';
import { callKernel, type ModuleProgram, type ModuleRoutine } from '../../program.ts';
import * as attributes from './attributes.ts';
import * as copying from './copy-up.ts';
import { letsThrough } from './layers.ts';
import {
  type Call,
  MOUNTS,
  mountedAt,
  placeAt,
  read,
  type Steps,
  type Union,
  type UnionRoutines,
} from './layout.ts';
import * as mounts from './mounts.ts';
import * as names from './names.ts';
import * as opened from './open.ts';
import * as renaming from './rename.ts';
import { callerMay, mounterMay } from './walk.ts';

export const unionRoutines: UnionRoutines = {
  mount: mounts.mount,
  umount: mounts.umount,
  statfs: attributes.statfs,
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
  callerMay,
  mounterMay,
  permissionToChange: names.permissionToChange,
  isReadOnly: ({ readOnly }) => readOnly,
  letsThrough,
  copyUp: copying.copyUp,
  copyDirectory: copying.copyDirectory,
  copyFile: copying.copyFile,
  copyOwner: copying.copyOwner,
  copiedMode: copying.copiedMode,
  copyWords: copying.copyWords,
  redirect: copying.redirect,
  makeOpaque: names.makeOpaque,
  takeAway: names.takeAway,
  canMove: renaming.canMove,
  isTrusted: attributes.isTrusted,
  isShallow: mounts.isShallow,
  closeUnused: mounts.closeUnused,
  holdModule: mounts.holdModule,
  releaseModule: mounts.releaseModule,
};

/** These do not ask for a union that is there. */
const WITHOUT_UNION: readonly FileOperation[] = ['mount', 'umount', 'close', 'read', 'write'];

const serve = (union: Union, request: Word, argument: Word): number | Steps => {
  const asked = requestOf(request);
  if (!asked) return -Errno.ENOSYS;
  const at = placeAt(union, MOUNTS, asked.mount);
  if (read(union, at) === 0 && !WITHOUT_UNION.includes(asked.operation)) return -Errno.ENODEV;
  const { operation, caller, mount, how } = asked;
  const call: Call = {
    operation,
    caller,
    mount,
    how,
    mounted: mountedAt(union, at),
    key: keyOf(request),
    names: namesOf(argument),
    others: otherNamesOf(argument),
    argument,
  };
  return union.routines[operation](union, call);
};

const POINT = EXTENSION_POINTS.indexOf('filesystem');

/** One that does some of it in another way. */
export const unionfsWith = (changed: Partial<UnionRoutines>): ModuleProgram => {
  const routines = { ...unionRoutines, ...changed };
  const asked: ModuleRoutine = ({ memory, data }, request, argument) =>
    serve({ memory, data, routines, serve }, request, argument);
  return {
    init: () => callKernel('registerHook', POINT, FILE_SYSTEM_KEY.unionfs),
    exit: () => callKernel('unregisterHook', POINT),
    use: asked,
    hook: asked,
  };
};

export const unionfs = unionfsWith({});
