/**
 * A replica of memory, rebuilt from what the hardware reported, and a second, independent walker of page tables over
 * it. It knows only words that are not 0, and visits tables entry by entry where the MMU goes by address.
 * Source: RISC-V Privileged, 4.3.2.
 */
import { DEVICE_FRAME, Device } from '../../spec/devices.ts';
import { kernelTables, type Layout } from '../../spec/layout.ts';
import {
  type Frame,
  frameOf,
  LEAF_BITS,
  Pte,
  type Rights,
  type Vpn,
  type Word,
} from '../../spec/riscv.ts';

export type FrameWords = ReadonlyMap<number, Word>;

/** A user translation found in the tables. */
export interface Walked {
  readonly vpn: Vpn;
  readonly frame: Frame;
  readonly rights: Rights;
}

/** What user mode reaches through a root table. */
export interface Walk {
  readonly pages: readonly Walked[];
  /** Pages of the kernel that are no superpages. */
  readonly kernel: readonly Walked[];
  readonly tables: readonly Frame[];
}

const DEVICES = Object.keys(Device).length;

const NOTHING: FrameWords = new Map();

export class Replica {
  readonly frames: number;
  /** As the machine had them when boot began, until a word of the frame is written. */
  readonly #initial = new Map<Frame, FrameWords>();
  readonly #written = new Map<Frame, Map<number, Word>>();
  readonly #versions: number[] = [];
  readonly #walks = new Map<Frame, { readonly walk: Walk; readonly versions: readonly number[] }>();

  constructor(frames: number, layout: Layout) {
    this.frames = frames;
    for (const { frame, words } of kernelTables(frames)) this.#initial.set(frame, words);
    for (const { frame, words } of layout.texts) this.#initial.set(frame, words);
  }

  set(frame: Frame, index: number, word: Word): void {
    this.#versions[frame] = this.version(frame) + 1;
    let words = this.#written.get(frame);
    if (!words) {
      words = new Map(this.#initial.get(frame));
      this.#written.set(frame, words);
    }
    if (word === 0) words.delete(index);
    else words.set(index, word);
  }

  /** The frame's words that are not 0. Live: copy it to keep it. */
  words(frame: Frame): FrameWords {
    return this.#written.get(frame) ?? this.#initial.get(frame) ?? NOTHING;
  }

  /** Goes up whenever a word of the frame is written. */
  version(frame: Frame): number {
    return this.#versions[frame] ?? 0;
  }

  /** Walks a root table; again only if one of its tables has changed. */
  walk(root: Frame): Walk {
    const known = this.#walks.get(root);
    if (known?.walk.tables.every((table, i) => this.version(table) === known.versions[i])) {
      return known.walk;
    }
    const walk = this.#walkAnew(root);
    this.#walks.set(root, { walk, versions: walk.tables.map((table) => this.version(table)) });
    return walk;
  }

  #walkAnew(root: Frame): Walk {
    const pages: Walked[] = [];
    const kernel: Walked[] = [];
    const tables: Frame[] = [root];
    for (const [index, entry] of this.words(root)) {
      if (!(entry & Pte.V)) continue;
      if (isLeaf(entry)) {
        if (entry & Pte.U) this.#superpage(index, entry, pages);
      } else if (isPointer(entry) && frameOf(entry) < this.frames) {
        tables.push(frameOf(entry));
        this.#leafTable(index, frameOf(entry), pages, kernel);
      }
    }
    return { pages, kernel, tables };
  }

  #leafTable(index: number, table: Frame, pages: Walked[], kernel: Walked[]): void {
    for (const [slot, entry] of this.words(table)) {
      if (entry & Pte.V && isLeaf(entry) && this.#exists(frameOf(entry))) {
        const found = entry & Pte.U ? pages : kernel;
        found.push({ vpn: index * 1024 + slot, frame: frameOf(entry), rights: entry & LEAF_BITS });
      }
    }
  }

  /** RAM, or registers of a device. */
  #exists(frame: Frame): boolean {
    return frame < this.frames || (frame >= DEVICE_FRAME && frame < DEVICE_FRAME + DEVICES);
  }

  #superpage(index: number, entry: Word, pages: Walked[]): void {
    const first = frameOf(entry);
    if (first % 1024 !== 0) return; // misaligned: a page fault
    for (let i = 0; i < 1024 && first + i < this.frames; i++) {
      pages.push({ vpn: index * 1024 + i, frame: first + i, rights: entry & LEAF_BITS });
    }
  }
}

/** U, A and D are reserved in an entry that points to a table: such an entry faults. */
const isPointer = (entry: Word): boolean => (entry & (Pte.U | Pte.A | Pte.D)) === 0;

/** W without R is reserved: such an entry faults. */
const isLeaf = (entry: Word): boolean =>
  (entry & LEAF_BITS) !== 0 && (entry & (Pte.R | Pte.W)) !== Pte.W;
