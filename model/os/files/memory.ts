/** The caller's memory, as far as calls on files and datagrams read and change it. */
import { Errno } from '../../../spec/errno.ts';
import { MAX_PATH } from '../../../spec/files.ts';
import { Pte, type Word } from '../../../spec/riscv.ts';
import { accessible, byteAt, mappingAt, mayAccess, wordAt } from '../access.ts';
import type { OsState, Task } from '../state.ts';
import type { Path } from './call.ts';

/** The path at an address, or the errno for what is none. */
export const pathAt = (state: OsState, task: Task, va: Word): Path => {
  let path = '';
  for (let at = va; at < va + MAX_PATH; at++) {
    if (!mayAccess(state, task, at, Pte.R)) return Errno.EFAULT;
    const byte = byteAt(state, task, at);
    if (byte === 0) return path;
    path += String.fromCharCode(byte);
  }
  return Errno.ENAMETOOLONG;
};

/** The bytes from va on that the task can load, at most so many. */
export const loadable = (state: OsState, task: Task, va: Word, most: number): Uint8Array => {
  const bytes = new Uint8Array(accessible(state, task, va, most, Pte.R));
  for (let at = 0; at < bytes.length; at++) bytes[at] = byteAt(state, task, va + at);
  return bytes;
};

/** How many bytes from va on the task can store to, at most so many. */
export const storable = (state: OsState, task: Task, va: Word, most: number): number =>
  accessible(state, task, va, most, Pte.W);

/** Stores bytes in the task's pages; what is mapped nowhere is lost. */
export const storeBytes = (state: OsState, task: Task, va: Word, bytes: Uint8Array): void => {
  for (let word = va >>> 2; word * 4 < va + bytes.length; word++) {
    const page = state.pages.get(mappingAt(state, task, word * 4)?.page ?? 0);
    if (!page || page.text) continue;
    let value = wordAt(state, task, word * 4);
    for (let lane = 0; lane < 4; lane++) {
      const byte = bytes[word * 4 + lane - va];
      if (byte === undefined) continue;
      value = ((value & ~(0xff << (lane * 8))) | (byte << (lane * 8))) >>> 0;
    }
    const index = word & 1023;
    if (value === 0) page.words.delete(index);
    else page.words.set(index, value);
    page.storedBy = task.tid;
    page.storedAt = state.dispatches;
  }
};
