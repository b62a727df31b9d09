/**
 * The calls on open files: read, fwrite, seek, truncate, dup, close.
 * @see Linux, fs/read_write.c; fs/open.c: do_sys_ftruncate
 */
import { Errno } from '../../../spec/errno.ts';
import { MAX_FILE_SIZE, MAX_TRANSFER, OpenFlag, Whence } from '../../../spec/files.ts';
import { PAGE_SIZE, type VirtualAddress, wordIn } from '../../../spec/riscv.ts';
import type { Client, Request, Steps } from '../contract.ts';
import { copyReadable, copyWithin } from '../copying.ts';
import {
  type Description,
  descriptionOf,
  flagsOf,
  inodeOf,
  install,
  modeOf,
  offsetOf,
  setOffset,
  uninstall,
} from './descriptors.ts';
import { blockOf, type Inode, isDirectory, ownBlock, setSize, shorten, sizeOf } from './inodes.ts';
import { At, BLOCK } from './layout.ts';
import type { Volume } from './volume.ts';

type Args = Request['args'];
const MAX_OFFSET = 0x7fff_ffff;

export const close = (v: Volume, client: Client, [fd]: Args): number => {
  if (descriptionOf(v, client.id, fd) === 0) return -Errno.EBADF;
  uninstall(v, client.id, fd);
  return 0;
};

export const dup = (v: Volume, client: Client, [fd]: Args): number => {
  const description = descriptionOf(v, client.id, fd);
  if (description === 0) return -Errno.EBADF;
  const free = v.routines.freeDescriptor(v, client.id);
  if (free === 0) return -Errno.EMFILE;
  install(v, client.id, free, description);
  return free;
};

/** Bytes of what is open; a directory that was removed has none. */
const openSize = (v: Volume, inode: Inode): number => (inode === 0 ? 0 : sizeOf(v, inode));

export const seek = (v: Volume, client: Client, [fd, offset, whence]: Args): number => {
  const description = descriptionOf(v, client.id, fd);
  if (description === 0) return -Errno.EBADF;
  if (whence > Whence.end) return -Errno.EINVAL;
  const bases = [0, offsetOf(v, description), openSize(v, inodeOf(v, description))];
  const target = wordIn(bases, whence) + (offset | 0);
  if (target < 0 || target > MAX_OFFSET) return -Errno.EINVAL;
  setOffset(v, description, target);
  return target;
};

/**
 * Moves bytes of a file, which has so many from `from` on, into the client's memory. A piece lies in one block and in
 * one page of the client, so that it can be stored or cannot.
 * @returns bytes moved: fewer where the next one cannot be; −EFAULT or −EIO where none was
 */
function* copyOut(
  v: Volume,
  client: Client,
  inode: Inode,
  from: number,
  va: VirtualAddress,
  bytes: number,
): Steps<number> {
  for (let done = 0; done < bytes; ) {
    const at = (from + done) % BLOCK;
    const room = PAGE_SIZE - ((va + done) % PAGE_SIZE);
    const piece = Math.min(bytes - done, BLOCK - at, room);
    const block = yield* blockOf(v, inode, Math.floor((from + done) / BLOCK));
    if (block < 0) return done > 0 ? done : block;
    if ((yield* client.write(block + at, va + done, piece)) !== 0) return done || -Errno.EFAULT;
    done += piece;
  }
  return bytes;
}

export function* read(v: Volume, client: Client, [fd, va, length]: Args): Steps<number> {
  const description = descriptionOf(v, client.id, fd);
  if (description === 0 || modeOf(v, description) === OpenFlag.writeOnly) return -Errno.EBADF;
  const inode = inodeOf(v, description);
  if (inode === 0 || isDirectory(v, inode)) return -Errno.EISDIR;
  const offset = offsetOf(v, description);
  const left = Math.max(0, Math.min(sizeOf(v, inode), MAX_FILE_SIZE) - offset);
  const bytes = Math.min(length, MAX_TRANSFER, left);
  const moved = yield* copyOut(v, client, inode, offset, va, bytes);
  if (moved > 0) setOffset(v, description, offset + moved);
  return moved;
}

/** Moves bytes of the segment into a file. Answers how many: fewer where the disk is full; −ENOSPC or −EIO for none. */
function* copyIn(
  v: Volume,
  inode: Inode,
  from: number,
  source: VirtualAddress,
  bytes: number,
): Steps<number> {
  for (let done = 0; done < bytes; ) {
    const at = (from + done) % BLOCK;
    const piece = Math.min(bytes - done, BLOCK - at);
    const block = yield* ownBlock(v, inode, Math.floor((from + done) / BLOCK));
    if (block < 0) return done > 0 && block === -Errno.ENOSPC ? done : block;
    copyWithin(v.memory, source + done, block + at, piece);
    done += piece;
  }
  return bytes;
}

/** Writes bytes, which lie in the segment, and makes the file longer. */
function* writeAt(
  v: Volume,
  inode: Inode,
  from: number,
  source: VirtualAddress,
  bytes: number,
): Steps<number> {
  const size = sizeOf(v, inode);
  const error = from > size ? yield* v.routines.zeroTail(v, inode) : 0;
  if (error < 0) return error;
  const written = yield* copyIn(v, inode, from, source, bytes);
  if (written > 0 && from + written > size) setSize(v, inode, from + written);
  return written;
}

/** The offset, or with append the end of the file. */
export const writeOffset = (v: Volume, description: Description): number =>
  (flagsOf(v, description) & OpenFlag.append) !== 0
    ? sizeOf(v, inodeOf(v, description))
    : offsetOf(v, description);

export function* fwrite(v: Volume, client: Client, [fd, va, length]: Args): Steps<number> {
  const description = descriptionOf(v, client.id, fd);
  if (description === 0 || modeOf(v, description) === OpenFlag.readOnly) return -Errno.EBADF;
  if (length === 0) return 0;
  const inode = inodeOf(v, description);
  const from = v.routines.writeOffset(v, description);
  if (from >= MAX_FILE_SIZE) return -Errno.EFBIG;
  const wanted = Math.min(length, MAX_TRANSFER, MAX_FILE_SIZE - from);
  const source = v.base + At.transfer + (from % 4);
  const bytes = yield* copyReadable(client, va, source, wanted);
  if (bytes === 0) return -Errno.EFAULT;
  const written = yield* writeAt(v, inode, from, source, bytes);
  if (written > 0) setOffset(v, description, from + written);
  return written;
}

export function* truncate(v: Volume, client: Client, [fd, length]: Args): Steps<number> {
  if ((length | 0) < 0) return -Errno.EINVAL;
  const description = descriptionOf(v, client.id, fd);
  if (description === 0) return -Errno.EBADF;
  if (modeOf(v, description) === OpenFlag.readOnly) return -Errno.EINVAL;
  if (length > MAX_FILE_SIZE) return -Errno.EFBIG;
  const inode = inodeOf(v, description);
  if (length <= sizeOf(v, inode)) {
    shorten(v, inode, length);
    return 0;
  }
  const error = yield* v.routines.zeroTail(v, inode);
  if (error === 0) setSize(v, inode, length);
  return error;
}
