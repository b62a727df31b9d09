/**
 * Mistakes with the contents of files: blocks that hold what they held before, and counts of bytes. The right way:
 * kernels/services/files/inodes.ts, transfer.ts and cache.ts.
 */
import { buildMicrokernel } from '../../kernels/microkernel/index.ts';
import {
  descriptionOf,
  inodeOf,
  offsetOf,
  setOffset,
} from '../../kernels/services/files/descriptors.ts';
import { buildFiles } from '../../kernels/services/files/index.ts';
import { sizeOf } from '../../kernels/services/files/inodes.ts';
import { At, BUFFERS } from '../../kernels/services/files/layout.ts';
import { fileRoutines } from '../../kernels/services/files/routines.ts';
import { get, put } from '../../kernels/services/files/volume.ts';
import { fileMutant } from './files.ts';
import { type Mutant, mutant } from './mutant.ts';
import { withService } from './services.ts';

const BUFFER_NUMBERS = Array.from({ length: BUFFERS }, (_, buffer) => buffer);
/** Whether a buffer of the cache must be written. */
const dirtyAt = (buffer: number): number => At.buffers + buffer * 8 + 4;

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
  mutant({
    of: buildMicrokernel,
    replace: withService(
      buildFiles({
        *fwrite(v, client, args) {
          const before = BUFFER_NUMBERS.map((buffer) => get(v, dirtyAt(buffer)));
          const moved = yield* fileRoutines.fwrite(v, client, args);
          for (const buffer of BUFFER_NUMBERS) put(v, dirtyAt(buffer), before[buffer] ?? 0);
          return moved;
        },
      }),
    ),
    id: 'written-block-not-dirty',
    description: 'fwrite does not note that its block has changed: sync does not write it.',
    killedBy: 'files/contents',
    longestStory: 10,
  }),
];
