/** File systems with one mistake each, and the property that must catch it. The right way: kernels/modules/programs. */
import { inodeAt } from '../../../kernels/modules/programs/ramfs/directories.ts';
import { ramfsRoutines, ramfsWith } from '../../../kernels/modules/programs/ramfs/index.ts';
import {
  InMount,
  type RamfsRoutines,
  write,
} from '../../../kernels/modules/programs/ramfs/layout.ts';
import { unionfsWith, unionRoutines } from '../../../kernels/modules/programs/unionfs/index.ts';
import { askUpper, isMerged } from '../../../kernels/modules/programs/unionfs/layers.ts';
import type { Sight, UnionRoutines } from '../../../kernels/modules/programs/unionfs/layout.ts';
import { Errno } from '../../../spec/errno.ts';
import { Kind, OpenFor, pathWord, statOf } from '../../../spec/module-files.ts';
import type { ModuleMistake } from '../mistakes.ts';
import type { Changes } from '../world.ts';

const files = ramfsRoutines;
const unions = unionRoutines;

const ramfs = (changed: Partial<RamfsRoutines>): Changes => ({
  programs: { ramfs: ramfsWith(changed) },
});
const unionfs = (changed: Partial<UnionRoutines>): Changes => ({
  programs: { unionfs: unionfsWith(changed) },
});

/** Steps that are none. */
function* nothing() {
  yield* [];
  return 0;
}

export const FILE_MISTAKES: readonly ModuleMistake[] = [
  {
    id: 'mount-without-reference',
    description: 'A tree is mounted, and the module does not know that it is needed.',
    killedBy: 'modules/mounted-stays',
    ...ramfs({ holdModule: nothing }),
  },
  {
    id: 'union-without-reference',
    description: 'A union is mounted, and the module does not know that it is needed.',
    killedBy: 'modules/mounted-stays',
    ...unionfs({ holdModule: nothing }),
  },
  {
    id: 'reference-never-returned',
    description: 'What was mounted keeps the module for ever.',
    killedBy: 'modules/list',
    ...ramfs({ releaseModule: nothing }),
  },
  {
    id: 'unmounted-while-open',
    description: 'A tree is unmounted though a file of it is open.',
    killedBy: 'modules/files-are-files',
    ...ramfs({
      umount: (disk, call) => {
        write(disk, call.at, InMount.open, 0);
        return files.umount(disk, call);
      },
    }),
  },
  {
    id: 'old-words-show',
    description: 'What was cut off a file is there again when the file grows.',
    killedBy: 'modules/files-are-files',
    bug: 'CVE-2017-1088 (FreeBSD kldstat): memory was not cleared before it was handed out.',
    ...ramfs({ cut: (disk, inode, words) => files.freeBlocks(disk, inode, words) }),
  },
  {
    id: 'open-file-lost',
    description: 'The words of a file are gone with a name of it, though somebody reads them.',
    killedBy: 'modules/files-are-files',
    bug: 'CVE-2017-6074: what had been freed was used again.',
    ...ramfs({
      unlink: (disk, call) => {
        const inode = inodeAt(disk, call);
        const answer = files.unlink(disk, call);
        if (answer === 0) files.freeBlocks(disk, inode, 0);
        return answer;
      },
    }),
  },
  {
    id: 'superuser-runs-anything',
    description: 'The superuser runs what nobody may run.',
    killedBy: 'modules/files-are-files',
    ...ramfs({
      permits: (disk, inode, caller, wanted) =>
        caller === 0 || files.permits(disk, inode, caller, wanted),
    }),
  },
  {
    id: 'setuid-survives-writing',
    description: 'A file that somebody has written still runs as its owner.',
    killedBy: 'modules/files-are-files',
    ...ramfs({ write: (disk, call) => files.write(disk, { ...call, caller: 0 }) }),
  },
  {
    id: 'full-directory-replaced',
    description: 'A directory is renamed over one that is not empty.',
    killedBy: 'modules/files-are-files',
    ...ramfs({
      refusesRename: (...args) => {
        const answer = files.refusesRename(...args);
        return answer === -Errno.ENOTEMPTY ? 0 : answer;
      },
    }),
  },
  {
    id: 'wrong-file-put',
    description:
      'Where the second layer cannot be opened another file is closed than that of the first.',
    killedBy: 'modules/union-as-overlayfs',
    bug: 'CVE-2019-15794 (overlayfs): on the way of an error the wrong file was put.',
    ...unionfs({
      closeUnused: (union, mount, caller, number) =>
        unions.closeUnused(union, mount, caller, number ^ 1),
    }),
  },
  {
    id: 'upper-unchecked-on-create',
    description: 'Whether the caller may make something in the upper directory nobody looks.',
    killedBy: 'modules/both-must-allow',
    bug: 'CVE-2015-1328 (overlayfs): rights on the upper directory were not checked when a file was made.',
    ...unionfs({
      create: (union, call) => {
        const routines = { ...union.routines, permissionToChange: () => 0 };
        return unions.create({ ...union, routines }, { ...call, caller: 0 });
      },
    }),
  },
  {
    id: 'only-the-caller-asked',
    description: 'What the mounter may not do is done for a caller who may.',
    killedBy: 'modules/both-must-allow',
    bug: 'CVE-2018-16597 (overlayfs): one of the two checks was missing.',
    ...unionfs({ mounterMay: () => true }),
  },
  {
    id: 'only-the-mounter-asked',
    description: 'What the caller may not do is done for him, since the mounter may.',
    killedBy: 'modules/both-must-allow',
    bug: 'CVE-2018-16597 (overlayfs): one of the two checks was missing.',
    ...unionfs({ callerMay: () => true }),
  },
  {
    id: 'setuid-copied',
    description: 'A setuid bit is copied up from a layer that is mounted nosuid.',
    killedBy: 'modules/setuid-untrusted',
    bug: 'CVE-2023-0386 (overlayfs): a setuid file was copied up from a nosuid mount.',
    ...unionfs({ copiedMode: (_, { mode }) => mode }),
  },
  {
    id: 'lower-setuid-trusted',
    description: 'A file of a layer that is mounted nosuid runs as its owner.',
    killedBy: 'modules/setuid-untrusted',
    bug: 'CVE-2016-2853 (aufs): setuid files of a mount that was not to be trusted were.',
    ...unionfs({ isTrusted: ({ nosuid }) => !nosuid }),
  },
  {
    id: 'stacked-without-bound',
    description: 'Unions lie below each other as deep as anybody likes.',
    killedBy: 'modules/union-as-overlayfs',
    bug: 'CVE-2014-9922: the depth of stacked file systems was not limited.',
    ...unionfs({ isShallow: () => true }),
  },
  {
    id: 'whiteout-forgotten',
    description: 'What is removed above shows again from below.',
    killedBy: 'modules/union-as-overlayfs',
    ...unionfs({
      *takeAway(union, mounted, { names, sight }, operation) {
        if (sight.upper === 0) return 0;
        return yield* askUpper(union, mounted, operation, 0, pathWord(names));
      },
    }),
  },
  {
    id: 'opaque-ignored',
    description: 'An opaque directory is merged like any other.',
    killedBy: 'modules/union-merges',
    ...unionfs({
      letsThrough: (upper) => upper === 0 || statOf(upper).kind === Kind.directory,
    }),
  },
  {
    id: 'files-let-through',
    description: 'A directory below a file is looked into.',
    killedBy: 'modules/union-merges',
    ...unionfs({ letsThrough: (upper) => upper === 0 || !statOf(upper).opaque }),
  },
  {
    id: 'made-directory-shines',
    description: 'A directory that is made where one was removed shows what was in that.',
    killedBy: 'modules/union-as-overlayfs',
    ...unionfs({ makeOpaque: nothing }),
  },
  {
    id: 'words-not-copied',
    description: 'A file is copied up without its words.',
    killedBy: 'modules/copy-up-complete',
    ...unionfs({ copyWords: nothing }),
  },
  {
    id: 'owner-not-copied',
    description: 'What is copied up belongs to the mounter.',
    killedBy: 'modules/copy-up-complete',
    ...unionfs({ copyOwner: nothing }),
  },
  {
    id: 'parents-open-to-all',
    description: 'Directories are copied up with rights for everybody.',
    killedBy: 'modules/copy-up-complete',
    ...unionfs({
      copyDirectory: (union, mounted, path, stat) =>
        unions.copyDirectory(union, mounted, path, { ...stat, mode: 0o777 }),
    }),
  },
  {
    id: 'reader-keeps-the-old',
    description: 'Who has a file open for reading does not see what is written to its copy.',
    killedBy: 'modules/union-as-overlayfs',
    ...unionfs({ redirect: nothing }),
  },
  {
    id: 'merged-directory-moved',
    description: 'A merged directory is renamed, and leaves behind what of it lies below.',
    killedBy: 'modules/union-as-overlayfs',
    ...unionfs({ canMove: (sight: Sight) => sight.upper !== 0 || !isMerged(sight) }),
  },
  {
    id: 'lower-written',
    description: 'A file that lies below is opened for writing where it lies.',
    killedBy: 'modules/lower-never-changes',
    ...unionfs({
      *open(union, call) {
        const { mounted, how } = call;
        const below = { ...mounted, upper: undefined, readOnly: false };
        const routines = { ...union.routines, copyUp: nothing };
        if (mounted.upper && how & OpenFor.write) {
          const opened = unions.open({ ...union, routines }, { ...call, mounted: below });
          const number = typeof opened === 'number' ? opened : yield* opened;
          if (number >= 0) return number;
        }
        const opened = unions.open(union, call);
        return typeof opened === 'number' ? opened : yield* opened;
      },
    }),
  },
  {
    id: 'read-only-ignored',
    description: 'A union that is mounted read-only is changed.',
    killedBy: 'modules/union-as-overlayfs',
    ...unionfs({ isReadOnly: ({ upper }) => upper === undefined }),
  },
];
