/**
 * Mistakes with the contents of files: blocks that hold what they held before, and counts of bytes. The right way:
 * kernels/services/files/inodes.ts, transfer.ts and cache.ts.
 */
import {
  descriptionOf,
  inodeOf,
  offsetOf,
  setOffset,
} from '../../kernels/services/files/descriptors.ts';
import { sizeOf } from '../../kernels/services/files/inodes.ts';
import { fileRoutines } from '../../kernels/services/files/routines.ts';
import { fileMutant } from './files.ts';
import type { Mutant } from './mutant.ts';

export const filesContents: readonly Mutant[] = [
  fileMutant(
    {
      // biome-ignore lint/correctness/useYield: it forgets to do anything.
      *zeroTail() {
        return 0;
      },
    },
    {
      id: 'tail-not-cleared',
      description: 'A file that was cut off and grows again shows what was cut off.',
      killedBy: 'files/contents',
      bug: 'CVE-2015-8374: Linux btrfs showed what a file had held before it was truncated',
      longestStory: 12,
    },
  ),
  fileMutant(
    {
      *read(v, client, args) {
        const [fd, , length] = args;
        const description = descriptionOf(v, client.id, fd);
        const before = description === 0 ? 0 : offsetOf(v, description);
        const moved = yield* fileRoutines.read(v, client, args);
        if (moved > 0) setOffset(v, description, Math.min(before + length, 0x7fff_ffff));
        return moved;
      },
    },
    {
      id: 'offset-by-what-was-asked',
      description: 'read moves the offset by what was asked for, not by what there was.',
      killedBy: 'files/contents',
      longestStory: 12,
    },
  ),
  fileMutant(
    {
      *fwrite(v, client, args) {
        const [fd, , length] = args;
        const moved = yield* fileRoutines.fwrite(v, client, args);
        const description = descriptionOf(v, client.id, fd);
        if (moved <= 0 || moved === length) return moved;
        return Math.min(length, 4096, 16_384 - sizeOf(v, inodeOf(v, description)) + moved);
      },
    },
    {
      id: 'short-write-hidden',
      description: 'fwrite says that it has written all, also where the buffer ended early.',
      killedBy: 'files/results',
      longestStory: 8,
    },
  ),
];
