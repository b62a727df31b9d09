/** Other file systems: where blocks lie, how much is kept in memory, when the disk is written. */

import { buildMonolithic } from '../../kernels/monolithic/index.ts';
import { allocate, isUsed } from '../../kernels/services/files/blocks.ts';
import { commit } from '../../kernels/services/files/commit.ts';
import { buildFiles } from '../../kernels/services/files/index.ts';
import { At, BUFFERS, MAX_BLOCKS } from '../../kernels/services/files/layout.ts';
import { fileRoutines } from '../../kernels/services/files/routines.ts';
import {
  type FileRoutines,
  get,
  getByte,
  put,
  putByte,
} from '../../kernels/services/files/volume.ts';
import { withService } from '../mutants/services.ts';
import type { Variant } from './variant.ts';

const variant = (id: string, description: string, routines: Partial<FileRoutines>): Variant => ({
  id,
  description,
  kernel: buildMonolithic({ name: `variant:${id}`, ...withService(buildFiles(routines)) }),
});

/** A call that changes something, and a sync behind it. */
const synced = (call: FileRoutines['open']): FileRoutines['open'] =>
  function* (v, client, args) {
    const result = yield* call(v, client, args);
    yield* commit(v);
    return result;
  };

const { open, fwrite, truncate, unlink, link, rename, mkdir, rmdir } = fileRoutines;

export const variants: readonly Variant[] = [
  variant('blocks-from-the-end', 'A file gets the free block with the highest number.', {
    allocate: (v) => {
      const block = allocate(v);
      if (block < 0) return block;
      let last = MAX_BLOCKS - 1;
      while (last > block && getByte(v, At.blocks + last) !== 0) last -= 1;
      if (last === block) return block;
      putByte(v, At.blocks + last, getByte(v, At.blocks + block));
      putByte(v, At.blocks + block, 0);
      return isUsed(v, last) ? last : block;
    },
  }),
  variant('two-buffers', 'The cache uses two of its buffers in turn.', {
    victimOf: (v) => {
      const hand = (get(v, At.hand) + 1) % 2;
      put(v, At.hand, hand);
      return Math.min(hand, BUFFERS - 1);
    },
  }),
  variant('write-through', 'Each change is on the disk before its call returns.', {
    open: synced(open),
    fwrite: synced(fwrite),
    truncate: synced(truncate),
    unlink: synced(unlink),
    link: synced(link),
    rename: synced(rename),
    mkdir: synced(mkdir),
    rmdir: synced(rmdir),
  }),
];
