/**
 * What a program may believe about its address space, in program order: which pages it has mapped, with which rights,
 * and what it has unmapped. Other tasks of the space make this a belief; `blocked` pages are those they may change.
 *
 * Pages are named by slots. Slots 0 to 7 belong to a program's own body, 8 to 11 and 12 to 15 to its threads, so that
 * bodies that run at the same time do not unmap each other's pages unless they are meant to.
 */
import { Pte, type Rights, type VirtualAddress } from '../../spec/riscv.ts';
import type { Dice } from './dice.ts';

export type Slot = number;

/**
 * The address of each slot. Most are neighbours; some fall on others' places in a small TLB; 0x3ff000 is the last page
 * of user space.
 */
const ADDRESSES: readonly VirtualAddress[] = [
  0x2000, 0x3000, 0x4000, 0x5000, 0x6000, 0x8000, 0x1_2000, 0x3f_f000, 0xa000, 0xb000, 0xc000,
  0x1_a000, 0xe000, 0xf000, 0x1_0000, 0x1_e000,
];
export const SLOTS = ADDRESSES.length;
export const addressOf = (slot: Slot): VirtualAddress => ADDRESSES[slot] ?? 0x2000;

/** Slots of a body: its first one, and how many. */
const slotsOf = (body: number): readonly [first: Slot, count: number] =>
  body === 0 ? [0, 8] : [8 + ((body - 1) & 1) * 4, 4];

export class Pages {
  readonly rights: Rights[] = new Array<Rights>(16).fill(0);
  readonly #unmapped: boolean[] = new Array<boolean>(16).fill(false);
  readonly #blocked: boolean[] = new Array<boolean>(16).fill(false);
  readonly #changes: number[] = new Array<number>(16).fill(0);
  /** Byte offset of the last store to each page; −1: none. */
  readonly stored: number[] = new Array<number>(16).fill(-1);
  /** The page that was unmapped last and is still gone; −1: none. */
  lastUnmapped: Slot = -1;
  /** Slots that this body may map. */
  readonly first: Slot;
  readonly count: number;

  constructor(body: number) {
    [this.first, this.count] = slotsOf(body);
  }

  /** What a thread that starts now may believe, until `blockChanged`. */
  forThread(body: number): Pages {
    const pages = new Pages(body);
    for (let slot = 0; slot < 16; slot++) {
      pages.rights[slot] = this.rights[slot] ?? 0;
      pages.stored[slot] = this.stored[slot] ?? -1;
      pages.#changes[slot] = this.#changes[slot] ?? 0;
      if (this.#blocked[slot]) pages.block(slot);
    }
    return pages;
  }

  /** Gives up what the other body has changed since. */
  blockChanged(other: Pages): void {
    for (let slot = 0; slot < 16; slot++) {
      if (this.#changes[slot] !== other.#changes[slot]) this.block(slot);
    }
  }

  map(slot: Slot, rights: Rights): void {
    this.setRights(slot, rights);
    this.stored[slot] = -1;
    this.#unmapped[slot] = false;
    if (this.lastUnmapped === slot) this.lastUnmapped = -1;
  }

  setRights(slot: Slot, rights: Rights): void {
    this.rights[slot] = rights;
    this.#changes[slot] = (this.#changes[slot] ?? 0) + 1;
  }

  unmap(slot: Slot): void {
    this.setRights(slot, 0);
    this.stored[slot] = -1;
    this.#unmapped[slot] = true;
    this.lastUnmapped = slot;
  }

  /** Somebody else changes it: this body no longer relies on it. */
  block(slot: Slot): void {
    this.rights[slot] = 0;
    this.#blocked[slot] = true;
  }

  /** It is this body's again, with these rights. */
  unblock(slot: Slot, rights: Rights): void {
    this.#blocked[slot] = false;
    this.setRights(slot, rights);
  }

  /** A page with all of these rights; −1: there is none. */
  mapped(dice: Dice, rights: Rights = Pte.R): Slot {
    return this.#search(dice.roll(16), 0, 16, rights);
  }

  /** A page of this body's own slots, with all of these rights; −1: there is none. */
  own(dice: Dice, rights: Rights = Pte.R): Slot {
    return this.#search(dice.roll(16), this.first, this.count, rights);
  }

  /**
   * A slot where this body may map a page; −1: all are taken. Half of the time the lowest one, so that all spaces use
   * some of the same addresses.
   */
  free(dice: Dice): Slot {
    const { first, count } = this;
    const from = dice.percent(50) ? 0 : dice.roll(count);
    for (let i = 0; i < count; i++) {
      const slot = first + ((from + i) % count);
      if (this.rights[slot] === 0 && !this.#blocked[slot]) return slot;
    }
    return -1;
  }

  /** One that was unmapped and is still gone; −1: none. */
  gone(dice: Dice): Slot {
    if (this.lastUnmapped >= 0 && dice.percent(70)) return this.lastUnmapped;
    const from = dice.roll(16);
    for (let i = 0; i < 16; i++) {
      const slot = (from + i) & 15;
      if (this.#unmapped[slot] && this.rights[slot] === 0 && !this.#blocked[slot]) return slot;
    }
    return -1;
  }

  #search(from: number, first: Slot, count: number, rights: Rights): Slot {
    for (let i = 0; i < count; i++) {
      const slot = first + ((from + i) % count);
      if (((this.rights[slot] ?? 0) & rights) === rights) return slot;
    }
    return -1;
  }
}
