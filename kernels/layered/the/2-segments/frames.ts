/**
 * Which frame belongs to whom. The table has a word a frame: how many use it, or with the highest bit the next one that is
 * free. Words of frames that no program can have, since they hold the kernel's text and tables, are scalars.
 */
import type { Frame } from '../../../../spec/riscv.ts';
import type { Self } from '../../link/contract.ts';
import type { Processor } from '../interfaces.ts';

const FREE = 0x8000_0000;
const At = { head: 0, available: 1 } as const;

export class Frames {
  readonly #below: Processor;
  readonly #self: Self;

  constructor(below: Processor, self: Self) {
    this.#below = below;
    this.#self = self;
    for (const frame of [...self.image.freeFrames].reverse()) {
      below.assign(frame, self.layer);
      this.#give(frame);
    }
  }

  /** How many are free. */
  available(): number {
    return this.#self.own.get(At.available);
  }

  #give(frame: Frame): void {
    const { own } = this.#self;
    own.set(frame, (FREE | own.get(At.head)) >>> 0);
    own.set(At.head, frame);
    own.set(At.available, own.get(At.available) + 1);
  }

  /** A frame of zeros for a layer; 0: none is left. */
  take(layer: number): Frame {
    const { own } = this.#self;
    const frame = own.get(At.head);
    if (frame === 0) return 0;
    own.set(At.head, (own.get(frame) & ~FREE) >>> 0);
    own.set(At.available, own.get(At.available) - 1);
    own.set(frame, 1);
    this.#below.clear(frame);
    if (layer !== this.#self.layer) this.#below.assign(frame, layer);
    return frame;
  }

  /** One user more. */
  keep(frame: Frame): void {
    const { own } = this.#self;
    own.set(frame, own.get(frame) + 1);
  }

  /** One user less; the last one gives it back. */
  release(frame: Frame): void {
    const { own } = this.#self;
    const users = own.get(frame) - 1;
    own.set(frame, users);
    if (users > 0) return;
    this.#below.assign(frame, this.#self.layer);
    this.#give(frame);
  }
}
