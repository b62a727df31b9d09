/** The caller's memory, as far as calls on files and datagrams read and change it. */
import { Errno } from '../../../spec/errno.ts';
import { MAX_PATH } from '../../../spec/files.ts';
import { PAGE_SIZE, Pte, type Word } from '../../../spec/riscv.ts';
import { accessible, byteAt, mayAccess, pageAt } from '../access.ts';
import type { OsState, Page, Task } from '../state.ts';
import { makeUnsure, settle, setWord, wordsOf } from '../unsure.ts';
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
  for (let at = 0; at < bytes.length; at += PAGE_SIZE - ((va + at) % PAGE_SIZE)) {
    const page = pageAt(state, task, va + at);
    if (page && page.words.size > 0) copyOut(page, va + at, bytes.subarray(at));
  }
  return bytes;
};

/** Fills in the bytes of a page from va on, a word at a time: most are 0, and stay so. */
const copyOut = ({ words }: Page, va: Word, bytes: Uint8Array): void => {
  const first = va & 0xfff;
  const end = Math.min(first + bytes.length, PAGE_SIZE);
  for (let word = first & ~3; word < end; word += 4) {
    const value = words.get(word >>> 2) ?? 0;
    if (value === 0) continue;
    for (let lane = 0; lane < 4; lane++) {
      const at = word + lane - first;
      if (at >= 0 && at < bytes.length) bytes[at] = value >>> (lane * 8);
    }
  }
};

/** How many bytes from va on the task can store to, at most so many. */
export const storable = (state: OsState, task: Task, va: Word, most: number): number =>
  accessible(state, task, va, most, Pte.W);

/** What a call stores in its caller's memory. */
export interface Stored {
  readonly va: Word;
  readonly bytes: Uint8Array;
  /** How many of the last bytes may be anything. */
  readonly loose: number;
}

/**
 * Stores bytes in the task's pages; what is mapped nowhere is lost. Where another task has stored meanwhile, either may
 * be there now.
 */
export const storeBytes = (state: OsState, task: Task, stored: Stored): void => {
  const { va, bytes } = stored;
  for (const at of wordsOf(state, task, va, bytes.length)) {
    const page = state.pages.get(at.page);
    if (!page || page.text) continue;
    const before = page.words.get(at.index) ?? 0;
    const { value, known } = merged(stored, at.va, before);
    setWord(page, at.index, value);
    settle(page, at.index);
    page.storedBy = task.tid;
    page.storedAt = state.dispatches;
    const contested = task.call?.overwritten?.includes(at.va) ?? false;
    if (known === ALL && !contested) continue;
    const ways = [{ value, mask: known }];
    makeUnsure(page, at.index, contested ? [...ways, { value: before, mask: ALL }] : ways);
  }
};

const ALL = 0xffff_ffff;

/** The word at an address once the bytes that fall into it are there, and which of its bits are known then. */
const merged = (
  { va, bytes, loose }: Stored,
  at: Word,
  before: Word,
): { value: Word; known: Word } => {
  let value = before;
  let known = ALL;
  for (let lane = 0; lane < 4; lane++) {
    const place = at + lane - va;
    const byte = bytes[place];
    if (byte === undefined) continue;
    const mask = 0xff << (lane * 8);
    value = (value & ~mask) | (byte << (lane * 8));
    if (place >= bytes.length - loose) known &= ~mask;
  }
  return { value: value >>> 0, known: known >>> 0 };
};

/**
 * The call of this task will never return: whatever it may have stored in its buffer may be there or not, where others
 * can still see it.
 */
export const abandonBuffer = (state: OsState, task: Task, va: Word, bytes: number): void => {
  for (const at of wordsOf(state, task, va, bytes)) {
    const page = state.pages.get(at.page);
    if (!page) continue;
    const before = page.words.get(at.index) ?? 0;
    const anything = { va, bytes: new Uint8Array(bytes), loose: bytes };
    makeUnsure(page, at.index, [{ value: before, mask: merged(anything, at.va, before).known }]);
  }
};
