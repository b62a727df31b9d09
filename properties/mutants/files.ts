/**
 * Mistakes with names and descriptors: what a call forgets to check, and counts that are one off. The right way:
 * kernels/services/files.
 */
import {
  type Description,
  describe,
  descriptionOf,
  flagsOf,
  inodeOf,
  install,
  letGo,
  offsetOf,
  setOffset,
} from '../../kernels/services/files/descriptors.ts';
import { buildFiles } from '../../kernels/services/files/index.ts';
import { discard, isDirectory, linksOf, opensOf } from '../../kernels/services/files/inodes.ts';
import { At, DESCRIPTION_BYTES, DescriptionAt } from '../../kernels/services/files/layout.ts';
import { fileRoutines } from '../../kernels/services/files/routines.ts';
import { type FileRoutines, get, put, type Volume } from '../../kernels/services/files/volume.ts';
import { Errno } from '../../spec/errno.ts';
import { FIRST_DESCRIPTOR, MAX_DESCRIPTORS, OpenFlag } from '../../spec/files.ts';
import { type Mutant, type Mutation, mutant } from './mutant.ts';
import { withService } from './services.ts';

/** A kernel whose file system does these things in another way. */
export const fileMutant = (
  routines: Partial<FileRoutines>,
  mutation: Omit<Mutation, 'of' | 'replace' | 'replaceAnew'>,
): Mutant => mutant({ ...mutation, replace: withService(buildFiles(routines)) });

/** The description that the next `open` takes. */
const nextDescription = (v: Volume): Description => {
  let at: Description = At.descriptions;
  while (get(v, at + DescriptionAt.descriptors) !== 0) at += DESCRIPTION_BYTES;
  return at;
};

export const files: readonly Mutant[] = [
  fileMutant(
    { isWithin: () => false },
    {
      id: 'rename-into-itself',
      description: 'A directory may be moved into itself: then nothing leads to it any more.',
      killedBy: 'files/results',
      longestStory: 3,
    },
  ),
  fileMutant(
    { isEmpty: () => true },
    {
      id: 'rmdir-of-full',
      description: 'A directory that holds something can be removed.',
      killedBy: 'files/results',
      longestStory: 3,
    },
  ),
  fileMutant(
    {
      refusal: (v, inode, flags, slash) =>
        fileRoutines.refusal(v, inode, flags & ~OpenFlag.exclusive, slash),
    },
    {
      id: 'exclusive-forgotten',
      description: 'open with create and exclusive opens what is there already.',
      killedBy: 'files/results',
      longestStory: 2,
    },
  ),
  fileMutant(
    {
      collect: (v, inode) => {
        if (!isDirectory(v, inode) && opensOf(v, inode) === 0) discard(v, inode);
      },
    },
    {
      id: 'links-uncounted',
      description: 'A file goes with the first of its names that is removed, or when it is closed.',
      killedBy: 'files/results',
      longestStory: 5,
    },
  ),
  fileMutant(
    {
      collect: (v, inode) => {
        if (!isDirectory(v, inode) && linksOf(v, inode) === 0) discard(v, inode);
      },
    },
    {
      id: 'freed-while-open',
      description: 'A file goes with its last name, also while it is open.',
      killedBy: 'files/contents',
      bug: 'CVE-2021-4083: Linux took a reference to a file that was just being freed, without looking again',
      longestStory: 12,
    },
  ),
  fileMutant(
    {
      dup: (v, client, [fd]) => {
        const description = descriptionOf(v, client.id, fd);
        if (description === 0) return -Errno.EBADF;
        const free = v.routines.freeDescriptor(v, client.id);
        if (free === 0) return -Errno.EMFILE;
        const copy = describe(v, inodeOf(v, description), flagsOf(v, description));
        setOffset(v, copy, offsetOf(v, description));
        install(v, client.id, free, copy);
        return free;
      },
    },
    {
      id: 'offset-copied',
      description: 'dup makes a description of its own: the two offsets part.',
      killedBy: 'files/descriptors',
      longestStory: 8,
    },
  ),
  fileMutant(
    {
      freeDescriptor: (v, client) => {
        let free = FIRST_DESCRIPTOR;
        for (let index = 0; index < MAX_DESCRIPTORS; index++) {
          if (descriptionOf(v, client, FIRST_DESCRIPTOR + index) !== 0)
            free = FIRST_DESCRIPTOR + index + 1;
        }
        return free < FIRST_DESCRIPTOR + MAX_DESCRIPTORS
          ? free
          : fileRoutines.freeDescriptor(v, client);
      },
    },
    {
      id: 'not-the-lowest',
      description:
        'A new descriptor is the one after the highest that is open, not the lowest free.',
      killedBy: 'files/results',
      longestStory: 8,
    },
  ),
  fileMutant(
    { writeOffset: offsetOf },
    {
      id: 'append-forgotten',
      description: 'A write with append goes to the offset.',
      killedBy: 'files/contents',
      longestStory: 11,
    },
  ),
  fileMutant(
    {
      *open(v, client, args) {
        const description = nextDescription(v);
        const before = get(v, description + DescriptionAt.flags);
        const fd = yield* fileRoutines.open(v, client, args);
        const flags = description + DescriptionAt.flags;
        if (fd > 0) put(v, flags, get(v, flags) | (before & OpenFlag.append));
        return fd;
      },
    },
    {
      id: 'flags-of-the-last',
      description: 'A description that is used again keeps the flag append of the file before.',
      killedBy: 'files/results',
      longestStory: 12,
    },
  ),
  fileMutant(
    {
      *read(v, client, args) {
        const result = yield* fileRoutines.read(v, client, args);
        if (result === -Errno.EFAULT) letGo(v, descriptionOf(v, client.id, args[0]));
        return result;
      },
    },
    {
      id: 'released-on-error',
      description: 'read lets go of the description once too often where the buffer is bad.',
      killedBy: 'files/results',
      longestStory: 12,
    },
  ),
];
