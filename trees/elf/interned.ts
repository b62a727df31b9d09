/**
 * Names of symbols, each once. Modules import the same names again and again: they are recognised by their bytes, and a
 * string is made only of a name that is new. An open hash table over one pool of bytes.
 */

const [FNV_START, FNV_PRIME] = [0x811c9dc5, 0x01000193];

export class Interned {
  readonly texts: string[] = [];
  /** Where a name begins in the pool; it ends where the next begins. */
  #starts = [0];
  #pool: Buffer = Buffer.alloc(1 << 19);
  /** Number of a name + 1; 0 is free. At most half full. */
  #slots = new Int32Array(1 << 16);

  /** @returns the number of the name at `from`, which ends at a zero, at `most` bytes or with the bytes */
  at(bytes: Buffer, from: number, most: number): number {
    const offset = Math.min(from, bytes.length);
    const limit = Math.min(bytes.length, offset + most);
    let [hash, end] = [FNV_START, offset];
    for (; end < limit; end++) {
      const byte = bytes[end] ?? 0;
      if (byte === 0) break;
      hash = Math.imul(hash ^ byte, FNV_PRIME);
    }
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number < 0) return this.#add(bytes, offset, end, slot);
      if (this.#is(number, bytes, offset, end)) return number;
      slot = (slot + 1) & mask;
    }
  }

  #is(number: number, bytes: Buffer, offset: number, end: number): boolean {
    const start = this.#starts[number] ?? 0;
    if ((this.#starts[number + 1] ?? 0) - start !== end - offset) return false;
    const pool = this.#pool;
    for (let i = offset, j = start; i < end; i++, j++) if (pool[j] !== bytes[i]) return false;
    return true;
  }

  #add(bytes: Buffer, offset: number, end: number, slot: number): number {
    const number = this.texts.length;
    const start = this.#starts[number] ?? 0;
    const next = start + end - offset;
    while (next > this.#pool.length) this.#pool = doubled(this.#pool);
    bytes.copy(this.#pool, start, offset, end);
    this.#starts.push(next);
    this.texts.push(this.#pool.toString('latin1', start, next));
    this.#slots[slot] = number + 1;
    if (2 * this.texts.length > this.#slots.length) this.#rehash();
    return number;
  }

  #rehash(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(2 * before.length);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.texts.length; number++) {
      let hash = FNV_START;
      const end = this.#starts[number + 1] ?? 0;
      for (let i = this.#starts[number] ?? 0; i < end; i++) {
        hash = Math.imul(hash ^ (this.#pool[i] ?? 0), FNV_PRIME);
      }
      let slot = hash & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

const doubled = (pool: Buffer): Buffer => {
  const larger = Buffer.alloc(2 * pool.length);
  pool.copy(larger);
  return larger;
};
