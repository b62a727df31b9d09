/**
 * Words of which the model knows only what they may be: a call stored them while another task stored to them too, or it
 * may store there just now. The first that is seen of such a word settles it; one in a buffer of a call that has not
 * returned may change again.
 */
import { Pte, type Word } from '../../spec/riscv.ts';
import { mappingAt } from './access.ts';
import { bufferOf } from './files/buffer.ts';
import type { Alternative, OsState, Page, PageId, Task } from './state.ts';

/** From now on the word is one of these. The first is the one that is taken for granted until it is seen. */
export const makeUnsure = (page: Page, index: number, ways: readonly Alternative[]): void => {
  if (page.text) return;
  page.unsure ??= new Map();
  page.unsure.set(index, ways);
};

export const setWord = (page: Page, index: number, value: Word): void => {
  if (page.text) return;
  if (value === 0) page.words.delete(index);
  else page.words.set(index, value);
};

/** What is unsure about a word is over: it has been stored to, or seen. */
export const settle = (page: Page, index: number): void => {
  if (!page.unsure?.delete(index) || page.unsure.size > 0) return;
  page.unsure = undefined;
};

/**
 * Is this what the word may be, though it is not what is taken for granted? A word that is unsure is settled by it.
 */
export const maybe = (state: OsState, page: Page, index: number, seen: Word): boolean => {
  const ways = page.unsure?.get(index);
  if (ways?.some(({ value, mask }) => ((seen ^ value) & mask) === 0)) {
    setWord(page, index, seen);
    settle(page, index);
    return true;
  }
  return buffering(state, page.id, index).length > 0;
};

/** The tasks whose call, still under way, may store to this word. */
const buffering = (state: OsState, page: PageId, index: number): readonly Task[] => {
  const found: Task[] = [];
  for (const tid of state.pending) {
    const task = state.tasks.get(tid);
    const name = task?.call && state.setting.calls.get(task.call.number)?.name;
    if (!task?.call || !name) continue;
    const { va, bytes } = bufferOf(name, task.call.args);
    if (wordsOf(state, task, va, bytes).some((at) => at.page === page && at.index === index)) {
      found.push(task);
    }
  }
  return found;
};

/** A task has stored to this word: calls under way that may store there too will leave one or the other. */
export const noteOverwritten = (state: OsState, page: Page, index: number): void => {
  for (const task of buffering(state, page.id, index)) {
    const { call } = task;
    const name = call && state.setting.calls.get(call.number)?.name;
    if (!call || !name) continue;
    const { va, bytes } = bufferOf(name, call.args);
    const at = wordsOf(state, task, va, bytes).find(
      (word) => word.page === page.id && word.index === index,
    );
    if (at) call.overwritten = [...(call.overwritten ?? []), at.va];
  }
};

interface WordAt {
  readonly page: PageId;
  readonly index: number;
  readonly va: Word;
}

/** The words that a range touches of pages that the task may store to. */
export const wordsOf = (state: OsState, task: Task, va: Word, bytes: number): WordAt[] => {
  const found: WordAt[] = [];
  for (let word = va >>> 2; word * 4 < va + bytes; word++) {
    const mapping = mappingAt(state, task, word * 4);
    if (mapping && mapping.rights & Pte.W)
      found.push({ page: mapping.page, index: word & 1023, va: word * 4 });
  }
  return found;
};
