/**
 * The file system: the calls of the group `files`, over the block driver. It mounts at the first call.
 *
 * All of its state is in its segment (layout.ts). Where the disk fails in the midst of a change, it forgets everything
 * and mounts again at the next call, as after a crash: what was synced is there, and nothing half done.
 */
import { FILE_CALLS } from '../../../spec/calls/files.ts';
import { Errno } from '../../../spec/errno.ts';
import type { Request, Service, Steps } from '../contract.ts';
import { portOf } from '../given.ts';
import { commit, makeRoom } from './commit.ts';
import { closeAll } from './descriptors.ts';
import { At, MountState, PAGES } from './layout.ts';
import { mounted } from './mount.ts';
import { link, mkdir, rename, rmdir, stat, unlink } from './names.ts';
import { open } from './open.ts';
import { close, dup, fwrite, read, seek, truncate } from './transfer.ts';
import { get, put, type Volume } from './volume.ts';

/** Calls that put something on the disk, and so may need room there. */
function* change(v: Volume, { operation, args, client }: Request): Steps<number> {
  const error = yield* makeRoom(v);
  if (error < 0) return error;
  switch (FILE_CALLS[operation]?.name) {
    case 'open':
      return yield* open(v, client, args);
    case 'fwrite':
      return yield* fwrite(v, client, args);
    case 'truncate':
      return yield* truncate(v, client, args);
    case 'unlink':
      return yield* unlink(v, client, args);
    case 'link':
      return yield* link(v, client, args);
    case 'rename':
      return yield* rename(v, client, args);
    case 'mkdir':
      return yield* mkdir(v, client, args);
    case 'rmdir':
      return yield* rmdir(v, client, args);
    default:
      return -Errno.ENOSYS;
  }
}

function* perform(v: Volume, request: Request): Steps<number> {
  const { operation, args, client } = request;
  switch (FILE_CALLS[operation]?.name) {
    case 'close':
      return close(v, client, args);
    case 'dup':
      return dup(v, client, args);
    case 'seek':
      return seek(v, client, args);
    case 'read':
      return yield* read(v, client, args);
    case 'stat':
      return yield* stat(v, client, args);
    case 'sync':
      return yield* commit(v);
    default:
      return yield* change(v, request);
  }
}

function* handle(v: Volume, request: Request): Steps<number> {
  const error = yield* mounted(v);
  if (error < 0) return error;
  put(v, At.changing, 0);
  const result = yield* perform(v, request);
  if (result === -Errno.EIO && get(v, At.changing) !== 0) put(v, At.state, MountState.stale);
  return result;
}

export const filesService: Service = {
  name: 'files',
  operations: FILE_CALLS.map(({ name }) => name),
  uses: ['disk'],
  devices: [],
  pages: PAGES,
  *start(world) {
    const v: Volume = {
      memory: world.memory,
      base: world.segment,
      disk: portOf(world, 'disk'),
    };
    return {
      handle: (request) => handle(v, request),
      // biome-ignore lint/correctness/useYield: closing needs no disk.
      *forget(client) {
        if (get(v, At.state) === MountState.mounted) closeAll(v, client);
      },
    };
  },
};
