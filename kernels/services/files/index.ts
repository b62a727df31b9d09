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
import { makeRoom } from './commit.ts';
import { closeAll } from './descriptors.ts';
import { At, MountState, PAGES } from './layout.ts';
import { mounted } from './mount.ts';
import { fileRoutines } from './routines.ts';
import { type FileRoutines, get, put, type Volume } from './volume.ts';

/** Calls that put something on the disk, and so may need room there. */
function* change(v: Volume, { operation, args, client }: Request): Steps<number> {
  const error = yield* makeRoom(v);
  if (error < 0) return error;
  const name = FILE_CALLS[operation]?.name;
  switch (name) {
    case 'open':
    case 'fwrite':
    case 'truncate':
    case 'unlink':
    case 'link':
    case 'rename':
    case 'mkdir':
    case 'rmdir':
      return yield* v.routines[name](v, client, args);
    default:
      return -Errno.ENOSYS;
  }
}

function* perform(v: Volume, request: Request): Steps<number> {
  const { operation, args, client } = request;
  const name = FILE_CALLS[operation]?.name;
  switch (name) {
    case 'close':
    case 'dup':
    case 'seek':
      return v.routines[name](v, client, args);
    case 'read':
    case 'stat':
      return yield* v.routines[name](v, client, args);
    case 'sync':
      return yield* v.routines.sync(v);
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

// biome-ignore lint/correctness/useYield: closing needs no disk.
function* forget(v: Volume, client: number): Steps<void> {
  if (get(v, At.state) === MountState.mounted) closeAll(v, client);
}

/** A file system with other routines in place of some of the reference's. */
export const buildFiles = (replaced: Partial<FileRoutines> = {}): Service => ({
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
      routines: { ...fileRoutines, ...replaced },
    };
    return {
      handle: (request) => handle(v, request),
      forget: (client) => forget(v, client),
    };
  },
});

export const filesService: Service = buildFiles();
