/** The file system: the calls of the group `files`, over the block driver. */
import { FILE_CALLS } from '../../../spec/calls/files.ts';
import { Errno } from '../../../spec/errno.ts';
import type { Service } from '../contract.ts';
import { PAGES } from './layout.ts';

export const filesService: Service = {
  name: 'files',
  operations: FILE_CALLS.map(({ name }) => name),
  uses: ['disk'],
  devices: [],
  pages: PAGES,
  // biome-ignore lint/correctness/useYield: it has nothing to wait for.
  *start() {
    return {
      // biome-ignore lint/correctness/useYield: it has nothing to wait for.
      *handle() {
        return -Errno.EIO;
      },
    };
  },
};
