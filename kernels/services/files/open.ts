/**
 * The call `open`.
 * @see Linux, fs/open.c: build_open_flags; fs/namei.c: open_last_lookups, do_open
 */
import { Errno } from '../../../spec/errno.ts';
import { ACCESS_MODE, OpenFlag } from '../../../spec/files.ts';
import type { Client, Request, Steps } from '../contract.ts';
import { describe, install } from './descriptors.ts';
import { add } from './directories.ts';
import {
  freeInode,
  type Inode,
  isDirectory,
  setKind,
  setLinks,
  setParent,
  shorten,
} from './inodes.ts';
import { Kind } from './layout.ts';
import { copyPath, inodeAt, Part, type Place, walk } from './path.ts';
import type { Volume } from './volume.ts';

const { create, directory, exclusive, truncate } = OpenFlag;
const FLAGS = Object.values(OpenFlag).reduce<number>((all, flag) => all | flag, 0);

const areBad = (flags: number): boolean =>
  (flags & ~FLAGS) !== 0 ||
  (flags & ACCESS_MODE) === ACCESS_MODE ||
  ((flags & create) !== 0 && (flags & directory) !== 0);

/** Makes an inode of this kind with this name, which must not be there. Answers it, −ENOSPC or −EIO. */
export function* make(v: Volume, place: Place, kind: number): Steps<Inode> {
  const inode = freeInode(v);
  if (inode < 0) return inode;
  const error = yield* add(v, place.directory, place.name, inode);
  if (error < 0) return error;
  setKind(v, inode, kind);
  setLinks(v, inode, 1);
  setParent(v, inode, kind === Kind.directory ? place.directory : 0);
  return inode;
}

/** Why what exists may not be opened so: −errno, or 0. */
export const refusal = (v: Volume, inode: Inode, flags: number, slash: boolean): number => {
  if ((flags & create) !== 0 && (flags & exclusive) !== 0) return -Errno.EEXIST;
  if (isDirectory(v, inode)) {
    return (flags & (create | ACCESS_MODE | truncate)) !== 0 ? -Errno.EISDIR : 0;
  }
  return slash || (flags & directory) !== 0 ? -Errno.ENOTDIR : 0;
};

/** The file to open, made or emptied if the flags say so; or −errno. */
function* find(v: Volume, place: Place, flags: number): Steps<Inode> {
  const creates = (flags & create) !== 0;
  if (creates && place.part >= Part.name && place.slash) return -Errno.EISDIR;
  const inode = yield* inodeAt(v, place);
  if (inode === -Errno.ENOENT && creates) return yield* make(v, place, Kind.file);
  if (inode < 0) return inode;
  const error = v.routines.refusal(v, inode, flags, place.slash);
  if (error < 0) return error;
  if ((flags & truncate) !== 0) shorten(v, inode, 0);
  return inode;
}

export function* open(v: Volume, client: Client, [path, flags]: Request['args']): Steps<number> {
  if (areBad(flags)) return -Errno.EINVAL;
  const error = yield* copyPath(v, client, path, 0);
  if (error < 0) return error;
  const fd = v.routines.freeDescriptor(v, client.id);
  if (fd === 0) return -Errno.EMFILE;
  const place = yield* walk(v, 0);
  if (typeof place === 'number') return place;
  const inode = yield* find(v, place, flags);
  if (inode < 0) return inode;
  const description = describe(v, inode, flags);
  if (description === 0) return -Errno.EMFILE;
  install(v, client.id, fd, description);
  return fd;
}
