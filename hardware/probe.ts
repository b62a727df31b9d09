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
import type { TextPage } from '../spec/layout.ts';
import { RecordKind } from '../spec/records.ts';
import { type Frame, LEAF_BITS, Pte } from '../spec/riscv.ts';
import { type HartState, INVALID, TlbFlag } from './hart-state.ts';
import type { EventLog } from './log.ts';

/** Pages that an entry of a root table spans, where it is a leaf. */
const SUPERPAGE = 1024;
/** Set in an entry that points to the next table, it faults. */
const RESERVED = Pte.U | Pte.A | Pte.D;

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

/** Words that are compared at once where a difference is searched. */
const ROW = 8;
const sameRow = (a: Uint32Array, b: Uint32Array, at: number): boolean =>
  (((a[at] as number) ^ (b[at] as number)) |
    ((a[at + 1] as number) ^ (b[at + 1] as number)) |
    ((a[at + 2] as number) ^ (b[at + 2] as number)) |
    ((a[at + 3] as number) ^ (b[at + 3] as number)) |
    ((a[at + 4] as number) ^ (b[at + 4] as number)) |
    ((a[at + 5] as number) ^ (b[at + 5] as number)) |
    ((a[at + 6] as number) ^ (b[at + 6] as number)) |
    ((a[at + 7] as number) ^ (b[at + 7] as number))) ===
  0;

export class Probe {
  readonly #ram: Uint32Array;
  readonly #shadow: Uint32Array;
  readonly #frames: number;
  readonly #watched: number;
  readonly #same: Compare;
  /**
   * Of each frame that was ever read as a table: places of its valid entries as last reported, ascending. Kept true as
   * words change, so that a table is searched once.
   */
  readonly #valid: (number[] | undefined)[] = [];
  readonly #atBoot: ReadonlyMap<Frame, TextPage>;
  /** By frame: 1 once its shadow is filled. Most frames are never looked at. */
  readonly #shadowed: Uint8Array;

  /**
   * @param shadow as large as RAM, its words are overwritten
   * @param watched what pages hold is reported of the first so many frames; beyond them are those of services
   * @param atBoot all that RAM holds but zeros: it is taken as reported
   */
  constructor(
    ram: Uint32Array,
    shadow: Uint32Array,
    frames: number,
    watched: number,
    atBoot: readonly TextPage[],
  ) {
    this.#watched = watched;
    this.#ram = ram;
    this.#shadow = shadow;
    this.#frames = frames;
    this.#atBoot = new Map(atBoot.map((page) => [page.frame, page]));
    this.#shadowed = new Uint8Array(frames);
    this.#same = comparer(ram, shadow);
  }

  /** The hardware set A or D in a table entry. What the kernel changed in the same word is still to be reported. */
  marked(index: number): void {
    this.#fillShadow(index >>> 10);
    const bits = (this.#ram[index] as number) & (Pte.A | Pte.D);
    this.#shadow[index] = (this.#shadow[index] as number) | bits;
  }

  /** A word was written by user mode: the log says so elsewhere. */
  wrote(index: number): void {
    this.#fillShadow(index >>> 10);
    this.#update(index, this.#ram[index] as number);
  }

  #fillShadow(frame: Frame): void {
    if (this.#shadowed[frame] === 1) return;
    this.#shadowed[frame] = 1;
    const first = frame * 1024;
    this.#shadow.fill(0, first, first + 1024);
    for (const [index, word] of this.#atBoot.get(frame)?.words ?? [])
      this.#shadow[first + index] = word;
  }

  report(hart: HartState, log: EventLog): void {
    const root = hart.rootBase >>> 10;
    if (root < this.#frames) {
      this.#sync(root, hart, log);
      for (const index of this.#entries(root)) {
        const entry = this.#ram[root * 1024 + index] as number;
        if (entry & LEAF_BITS) {
          if (entry & Pte.U) this.#reportPages(entry >>> 10, SUPERPAGE, hart, log);
        } else if (!(entry & RESERVED) && entry >>> 10 < this.#frames) {
          this.#reportLeafTable(entry >>> 10, hart, log);
        }
      }
    }
    this.#reportTlb(hart, log);
  }

  #reportLeafTable(table: number, hart: HartState, log: EventLog): void {
    this.#sync(table, hart, log);
    for (const index of this.#entries(table)) {
      const entry = this.#ram[table * 1024 + index] as number;
      if (entry & LEAF_BITS && entry & Pte.U) this.#reportPages(entry >>> 10, 1, hart, log);
    }
  }

  #reportPages(first: number, count: number, hart: HartState, log: EventLog): void {
    const end = Math.min(first + count, this.#watched);
    for (let frame = first; frame < end; frame++) this.#sync(frame, hart, log);
  }

  #sync(frame: number, hart: HartState, log: EventLog): void {
    this.#fillShadow(frame);
    if (this.#same(frame)) return;
    const ram = this.#ram;
    const shadow = this.#shadow;
    for (let row = frame * 1024, end = row + 1024; row < end; row += ROW) {
      if (sameRow(ram, shadow, row)) continue;
      for (let i = row; i < row + ROW; i++) {
        const word = ram[i] as number;
        if (word === shadow[i]) continue;
        if (log.overflowing) return;
        this.#update(i, word);
        log.record(RecordKind.word, hart, frame, i & 1023, word, 0, 0);
      }
    }
  }

  #update(at: number, word: number): void {
    const shadow = this.#shadow;
    const valid = this.#valid[at >>> 10];
    if (valid !== undefined && ((word ^ (shadow[at] as number)) & Pte.V) !== 0) {
      if (word & Pte.V) insert(valid, at & 1023);
      else valid.splice(valid.indexOf(at & 1023), 1);
    }
    shadow[at] = word;
  }

  /** Places of the valid entries of a frame, read as a table. */
  #entries(frame: number): readonly number[] {
    let valid = this.#valid[frame];
    if (valid === undefined) {
      valid = [];
      for (let i = 0; i < 1024; i++) {
        if ((this.#shadow[frame * 1024 + i] as number) & Pte.V) valid.push(i);
      }
      this.#valid[frame] = valid;
    }
    return valid;
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

/** Keeps the order. */
const insert = (places: number[], place: number): void => {
  let at = places.length;
  while (at > 0 && (places[at - 1] as number) > place) at -= 1;
  places.splice(at, 0, place);
};
