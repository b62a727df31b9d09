/** What must hold of file systems that are modules, and what a run must have done for it to mean something. */
import type { ModuleProperty } from '../properties.ts';

const overlayfs = 'Linux, Documentation/filesystems/overlayfs.rst';

/** Exercise: what is counted of each request is `ramfs` or `union`, the operation, and `ok` or the error. */
export const FILE_PROPERTIES: readonly ModuleProperty[] = [
  {
    id: 'modules/files-are-files',
    statement:
      'A file system in memory answers every request as Linux does, by the first error that applies.',
    source: 'Linux, fs/namei.c, fs/open.c, fs/attr.c, mm/shmem.c; POSIX.1-2017, rename',
    exercise: [
      ...['create ok', 'create EEXIST', 'create ENOSPC', 'create EROFS', 'create EACCES'],
      ...['mkdir ok', 'unlink ok', 'unlink ENOENT', 'unlink EISDIR', 'rmdir ok', 'rmdir ENOTEMPTY'],
      ...[
        'rmdir ENOTDIR',
        'rename ok',
        'rename EINVAL',
        'rename ENOTEMPTY',
        'link ok',
        'link EPERM',
      ],
      ...[
        'open ok',
        'open EISDIR',
        'write ok',
        'write ENOSPC',
        'write EFBIG',
        'read ok',
        'read EBADF',
      ],
      ...['truncate ok', 'chmod ok', 'chmod EPERM', 'chown ok', 'exec ok', 'umount EBUSY'],
    ].map((what) => `ramfs ${what}`),
  },
  {
    id: 'modules/union-as-overlayfs',
    statement:
      'A union answers every request as overlayfs does: what is removed or renamed away stays away, a directory of the lower tree is not moved (EXDEV), without an upper tree nothing is changed (EROFS), and unions lie below each other two deep.',
    source: `${overlayfs}; fs/overlayfs/dir.c, super.c`,
    exercise: [
      ...['create ok', 'mkdir ok', 'unlink ok', 'rmdir ok', 'rmdir ENOTEMPTY', 'rename ok'],
      ...['rename EXDEV', 'create EROFS', 'unlink EROFS', 'link ok', 'open ok', 'write ok'],
      ...[
        'mount ok',
        'mount EINVAL',
        'mount ELOOP',
        'mount EBUSY',
        'umount EBUSY',
        'opaque EOPNOTSUPP',
      ],
    ].map((what) => `union ${what}`),
  },
  {
    id: 'modules/union-merges',
    statement:
      'What can be seen of a union is its upper tree over its lower one: whiteouts and opaque directories hide, directories are merged, everything else above hides what is below.',
    source: `${overlayfs}: Upper and Lower, Directories, whiteouts and opaque directories`,
    exercise: ['seen merged', 'seen whiteout', 'seen opaque'],
  },
  {
    id: 'modules/lower-never-changes',
    statement: 'Whatever a union is asked, nothing changes in its lower tree.',
    source: overlayfs,
    exercise: ['union write ok', 'union chmod ok', 'union unlink ok', 'union rename ok'],
  },
  {
    id: 'modules/copy-up-complete',
    statement:
      'What is copied up has the owner, the mode and the words of what it was copied from, but for what the request changes, and so have the directories that it lies in.',
    source: `${overlayfs}: Non-directories; fs/overlayfs/copy_up.c`,
    exercise: ['copied file', 'copied words', 'copied directory'],
  },
  {
    id: 'modules/both-must-allow',
    statement:
      'Nothing is done that the caller may not do, or for which the mounter may not answer.',
    source: `${overlayfs}: Permission model`,
    exercise: [
      'union create EACCES',
      'union open EACCES',
      'union chmod EPERM',
      'refused by mounter',
    ],
  },
  {
    id: 'modules/setuid-untrusted',
    statement:
      'A setuid bit in a layer that is mounted nosuid gives nobody the rights of the owner: neither there, nor in a copy.',
    source: 'CVE-2023-0386, CVE-2016-2853; Linux, fs/exec.c: mnt_may_suid',
    exercise: ['union exec ok', 'copied untrusted setuid', 'exec untrusted setuid'],
  },
  {
    id: 'modules/mounted-stays',
    statement: 'A file system cannot be unloaded while something of it is mounted.',
    source: 'Linux, fs/filesystems.c: a mount holds a reference on the module of its file system',
    exercise: ['unload mounted', 'unload unmounted'],
  },
];
