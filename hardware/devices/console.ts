/**
 * The console as far as it receives: bytes that have been typed wait here until the driver takes them. What it sends is
 * gone at once, so that no part of this device keeps it. No byte is ever lost: it has room for all.
 */
import { ConsoleRegister, Device, type Typed } from '../../spec/devices.ts';
import type { Word } from '../../spec/riscv.ts';
import type { Dma } from './dma.ts';

export class Console {
  readonly #dma: Dma;
  /** Bytes that have come and were not taken. */
  readonly #bytes: number[] = [];
  readonly #coming: Typed[];
  /** The machine step at which the next text comes: kept, because every turn of a hart asks for it. */
  due = Number.POSITIVE_INFINITY;

  constructor(dma: Dma, input: readonly Typed[]) {
    this.#dma = dma;
    this.#coming = [...input].sort((a, b) => a.after - b.after);
    this.#look();
  }

  /** A text comes behind those that are on their way already. */
  type(text: string, now: number): void {
    const after = Math.max(now, this.#coming.at(-1)?.after ?? now);
    this.#coming.push({ after, text });
    this.#look();
  }

  /** The next text is there. */
  complete(): void {
    const { text } = this.#coming.shift() ?? { text: '' };
    this.#look();
    for (let at = 0; at < text.length; at++) this.#bytes.push(text.charCodeAt(at) & 0xff);
    this.#dma.raise(Device.console);
  }

  #look(): void {
    this.due = this.#coming[0]?.after ?? Number.POSITIVE_INFINITY;
  }

  load(offset: number): Word {
    if (offset === ConsoleRegister.waiting) return this.#bytes.length;
    return offset === ConsoleRegister.received ? (this.#bytes.shift() ?? 0) : 0;
  }
}
