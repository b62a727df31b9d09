/**
 * A layer's own pages: words that it may read and write without asking anybody. What is out of range faults; and no view
 * of them can be made from which other memory could be reached.
 */
import type { Hart } from '../../../hardware/contract.ts';
import type { Word } from '../../../spec/riscv.ts';

export class Own {
  readonly #words: Uint32Array;
  readonly length: number;

  /** @param words all of its pages, in one piece */
  constructor(words: Uint32Array) {
    this.#words = words;
    this.length = words.length;
    Object.freeze(this);
  }

  get(index: number): Word {
    const word = this.#words[index];
    return word === undefined ? this.#beyond(index) : word;
  }

  set(index: number, value: number): void {
    if (this.#words[index] === undefined) this.#beyond(index);
    this.#words[index] = value;
  }

  #beyond(index: number): never {
    throw new RangeError(`word ${index} is not its own: it has ${this.length}`);
  }

  /** The interrupted task's registers and pc, as 32 words from `at` on. */
  static save(hart: Hart, own: Own, at: number): void {
    hart.saveTo(own.#words, at);
  }

  static restore(hart: Hart, own: Own, at: number): void {
    hart.restoreFrom(own.#words, at);
  }
}
