/** A device's page of registers: words by their offset in bytes. Those that no device has read 0 and keep nothing. */
import { type Word, wordIn } from '../../spec/riscv.ts';

/** Bytes of a page that hold registers. */
const END = 64;

export class Registers {
  readonly #words = new Uint32Array(END / 4);

  get(offset: number): Word {
    return wordIn(this.#words, offset >>> 2);
  }

  /** Beyond the last register nothing happens. */
  set(offset: number, value: Word): void {
    this.#words[offset >>> 2] = value;
  }
}
