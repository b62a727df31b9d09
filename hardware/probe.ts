/**
 * What the hardware reports of memory before a return to user mode: the words that changed, since they were last
 * reported, in every frame that the current tables name (tables and user pages), and the user translations in this
 * hart's TLB. With it a judge needs no access to RAM.
 *
 * Where the log has no room for all of it, it stops reporting: the machine then stops the kernel.
 *
 * It looks at raw words through its own shadow copy, never at what a kernel says. It decides nothing: how the words
 * are to be read is the model's business, which walks them again.
 */
import { RecordKind } from '../spec/records.ts';
import { LEAF_BITS, Pte } from '../spec/riscv.ts';
import { type HartState, INVALID, TlbFlag } from './hart-state.ts';
import type { EventLog } from './log.ts';

interface Reach {
  /** Frames of the next level's tables. */
  readonly tables: readonly number[];
  /** Frames that user mode reaches. */
  readonly pages: readonly number[];
}

/** Bytewise comparison: native where the host has it. */
type Compare = (frame: number) => boolean;

const comparer = (ram: Uint32Array, shadow: Uint32Array): Compare => {
  if (typeof Buffer === 'undefined') {
    return (frame) => {
      for (let i = frame * 1024; i < frame * 1024 + 1024; i++)
        if (ram[i] !== shadow[i]) return false;
      return true;
    };
  }
  const a = Buffer.from(ram.buffer, ram.byteOffset, ram.byteLength);
  const b = Buffer.from(shadow.buffer, shadow.byteOffset, shadow.byteLength);
  return (frame) => {
    const start = frame * 4096;
    return a.compare(b, start, start + 4096, start, start + 4096) === 0;
  };
};

export class Probe {
  readonly #ram: Uint32Array;
  readonly #shadow: Uint32Array;
  readonly #frames: number;
  readonly #same: Compare;
  /** What each frame names when read as a root or as a leaf table; dropped when the frame changes. */
  readonly #asRoot: (Reach | undefined)[] = [];
  readonly #asLeaf: (Reach | undefined)[] = [];

  /** @param shadow as large as RAM; takes its present words as reported */
  constructor(ram: Uint32Array, shadow: Uint32Array, frames: number) {
    this.#ram = ram;
    this.#shadow = shadow;
    this.#frames = frames;
    shadow.set(ram);
    this.#same = comparer(ram, shadow);
  }

  /** The hardware set A or D in a table entry. What the kernel changed in the same word is still to be reported. */
  marked(index: number): void {
    const bits = (this.#ram[index] as number) & (Pte.A | Pte.D);
    this.#shadow[index] = (this.#shadow[index] as number) | bits;
  }

  /** A word was written by user mode: the log says so elsewhere. */
  wrote(index: number): void {
    this.#shadow[index] = this.#ram[index] as number;
    const frame = index >>> 10;
    this.#asRoot[frame] = undefined;
    this.#asLeaf[frame] = undefined;
  }

  report(hart: HartState, log: EventLog): void {
    const root = hart.rootBase >>> 10;
    if (root < this.#frames) {
      this.#sync(root, hart, log);
      const reach = this.#reach(this.#asRoot, root);
      for (const table of reach.tables) {
        this.#sync(table, hart, log);
        const leaf = this.#reach(this.#asLeaf, table);
        for (const page of leaf.pages) this.#sync(page, hart, log);
      }
      for (const page of reach.pages) this.#sync(page, hart, log);
    }
    this.#reportTlb(hart, log);
  }

  #sync(frame: number, hart: HartState, log: EventLog): void {
    if (this.#same(frame)) return;
    const ram = this.#ram;
    const shadow = this.#shadow;
    this.#asRoot[frame] = undefined;
    this.#asLeaf[frame] = undefined;
    for (let i = frame * 1024, end = i + 1024; i < end; i++) {
      const word = ram[i] as number;
      if (word === shadow[i]) continue;
      if (log.overflowing) return;
      shadow[i] = word;
      log.record(RecordKind.word, hart, frame, i & 1023, word, 0, 0);
    }
  }

  #reach(known: (Reach | undefined)[], frame: number): Reach {
    const reach = known[frame] ?? this.#scan(frame, known === this.#asRoot);
    known[frame] = reach;
    return reach;
  }

  #scan(frame: number, asRoot: boolean): Reach {
    const tables: number[] = [];
    const pages: number[] = [];
    for (let i = frame * 1024, end = i + 1024; i < end; i++) {
      const entry = this.#ram[i] as number;
      if (!(entry & Pte.V)) continue;
      const target = entry >>> 10;
      if (!(entry & LEAF_BITS)) {
        if (asRoot && target < this.#frames && !(entry & (Pte.U | Pte.A | Pte.D)))
          tables.push(target);
      } else if (entry & Pte.U) {
        const last = asRoot ? target + 1024 : target + 1;
        for (let page = target; page < last && page < this.#frames; page++) pages.push(page);
      }
    }
    return { tables, pages };
  }

  #reportTlb(hart: HartState, log: EventLog): void {
    const { tlb } = hart;
    const asid = hart.asidBits >>> 20;
    for (let slot = 0; slot <= tlb.mask; slot++) {
      const key = tlb.key[slot] as number;
      const entry = tlb.entry[slot] as number;
      if (key === INVALID || !(entry & Pte.U)) continue;
      const flags = tlb.flags[slot] as number;
      if (key >>> 20 !== asid && !(flags & TlbFlag.global)) continue;
      log.record(RecordKind.tlb, hart, ((key & 0xf_ffff) << 12) >>> 0, entry, key >>> 20, flags, 0);
    }
  }
}
