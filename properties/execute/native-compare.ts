/**
 * The part of Node's `Buffer` that the machine compares frames with, for the realm, which has no Node. Put in place of
 * the free name `Buffer` when the realm's script is bundled (`launch.ts`).
 */
declare const __compareBytes: (a: Uint8Array, b: Uint8Array, start: number, end: number) => number;

class Bytes {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Only ranges at the same place are compared. Nothing that the host throws gets out. */
  compare(other: Bytes, start: number, end: number): number {
    try {
      return __compareBytes(this.#bytes, other.#bytes, start, end);
    } catch {
      return 1;
    }
  }
}

export const Buffer = {
  from: (memory: ArrayBufferLike, at: number, length: number): Bytes =>
    new Bytes(new Uint8Array(memory, at, length)),
};
