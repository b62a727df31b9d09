/**
 * Layer 2, segments: which frame belongs to whom, and what each address space holds. A page gets its frame when it is
 * mapped; so nothing here waits, and a fault has a repair only where a TLB knows less than the tables.
 *
 * Tables are written through the direct map, in frames of this layer. A frame that a program maps belongs to the layer of
 * user programs until its last mapping is gone.
 *
 *     own pages   [ a word a frame: users, or the next free one | spaces × 8 ]
 *                 0                                               6144
 */
import { Errno } from '../../../spec/errno.ts';
import { DIRECT_MAP } from '../../../spec/layout.ts';
import {
  Cause,
  type Frame,
  frameOf,
  LEAF_BITS,
  PAGE_SHIFT,
  PAGE_SIZE,
  Pte,
  pte,
  type Rights,
  rootOf,
  satp,
  type VirtualAddress,
  WORDS_PER_FRAME,
  type Word,
} from '../../../spec/riscv.ts';
import { defineLayer, type Handler, type Self } from '../link/contract.ts';
import type { Own } from '../link/own.ts';
import { Frames } from './2-segments/frames.ts';
import {
  type Memory,
  PROCESSING,
  type Processor,
  passedOn,
  SEGMENTS,
  type Space,
  TERMINAL,
} from './interfaces.ts';

const { V, U, R, W, X } = Pte;

const SPACES = 6144;
const SPACE_COUNT = 256;
/** Words of a space: its number, what goes into satp, its leaf table, the page of its text. */
const SpaceAt = { number: 0, tables: 1, leaf: 2, text: 3, next: 4 } as const;
/**
 * Where in a root table its space's number stands, times 2: an entry beyond user space, which the hardware ignores as long
 * as it is even.
 */
const NUMBER = 4;

const indexOf = (space: Space): number => SPACES + (space % SPACE_COUNT) * 8;
const addressOf = (frame: Frame): VirtualAddress => DIRECT_MAP + frame * PAGE_SIZE;
const readable = (rights: Word): boolean => rights === R || rights === (R | W);

class Segmentation {
  readonly #below: Processor;
  readonly #self: Self;
  readonly #own: Own;
  readonly #frames: Frames;

  constructor(below: Processor, self: Self) {
    this.#below = below;
    this.#self = self;
    this.#own = self.own;
    this.#frames = new Frames(below, self);
  }

  // ---- spaces

  createSpace(program: number): Space | number {
    const { image, memory } = this.#self;
    const text = image.programs[program];
    if (!text) return -Errno.ENOENT;
    const space = this.#freeNumber();
    if (space === 0 || this.#frames.available() < 2) return -Errno.ENOMEM;
    const root = this.#frames.take(this.#self.layer);
    const leaf = this.#frames.take(this.#self.layer);
    memory.copy(addressOf(image.kernelRoot), addressOf(root), PAGE_SIZE);
    memory.store(addressOf(root), pte(leaf, V));
    memory.store(addressOf(root) + NUMBER, space * 2);
    const vpn = text.entry >>> PAGE_SHIFT;
    memory.store(addressOf(leaf) + vpn * 4, pte(text.text, V | U | R | X));
    const at = indexOf(space);
    this.#own.set(at, space);
    this.#own.set(at + SpaceAt.tables, satp(root));
    this.#own.set(at + SpaceAt.leaf, leaf);
    this.#own.set(at + SpaceAt.text, vpn);
    return space;
  }

  /** A number that no space has had; 0: there are too many at once. */
  #freeNumber(): Space {
    const own = this.#own;
    for (let index = 1; index < SPACE_COUNT; index++) {
      const at = SPACES + index * 8;
      if (own.get(at) !== 0) continue;
      const turn = own.get(at + SpaceAt.next);
      own.set(at + SpaceAt.next, turn + 1);
      return index + turn * SPACE_COUNT;
    }
    return 0;
  }

  releaseSpace(space: Space): number {
    const own = this.#own;
    const at = indexOf(space);
    const leaf = own.get(at + SpaceAt.leaf);
    const text = own.get(at + SpaceAt.text);
    for (let vpn = 0; vpn < WORDS_PER_FRAME; vpn++) {
      const entry = vpn === text ? 0 : this.#self.memory.load(addressOf(leaf) + vpn * 4);
      if (entry !== 0) this.#frames.release(frameOf(entry));
    }
    this.#frames.release(leaf);
    this.#frames.release(rootOf(own.get(at + SpaceAt.tables)));
    own.set(at, 0);
    return 0;
  }

  tablesOf(space: Space): Word {
    return this.#own.get(indexOf(space) + SpaceAt.tables);
  }

  /** Where the entry of a page stands. */
  #entryAt(space: Space, va: VirtualAddress): VirtualAddress {
    return addressOf(this.#own.get(indexOf(space) + SpaceAt.leaf)) + (va >>> PAGE_SHIFT) * 4;
  }

  #isPage(va: Word): boolean {
    return va % PAGE_SIZE === 0 && va !== 0 && va < this.#self.image.userEnd;
  }

  /** The entry of a page that may be changed; 0: there is none. */
  #changeable(space: Space, va: Word): Word {
    if (!this.#isPage(va)) return 0;
    if (va >>> PAGE_SHIFT === this.#own.get(indexOf(space) + SpaceAt.text)) return 0;
    return this.#self.memory.load(this.#entryAt(space, va));
  }

  #change(space: Space, va: Word, entry: Word): void {
    this.#self.memory.store(this.#entryAt(space, va), entry);
    this.#below.forgetTables(this.tablesOf(space));
  }

  // ---- pages

  map(space: Space, va: Word, rights: Rights): number {
    if (!this.#isPage(va) || !readable(rights)) return -Errno.EINVAL;
    if (this.#self.memory.load(this.#entryAt(space, va)) !== 0) return -Errno.EEXIST;
    const frame = this.#frames.take(this.#self.layers - 1);
    if (frame === 0) return -Errno.ENOMEM;
    this.#self.memory.store(this.#entryAt(space, va), pte(frame, V | U | rights));
    return 0;
  }

  unmap(space: Space, va: Word): number {
    const entry = this.#changeable(space, va);
    if (entry === 0) return -Errno.EINVAL;
    this.#change(space, va, 0);
    this.#frames.release(frameOf(entry));
    return 0;
  }

  protect(space: Space, va: Word, rights: Rights): number {
    const entry = this.#changeable(space, va);
    if (entry === 0 || !(readable(rights) || rights === (R | X))) return -Errno.EINVAL;
    this.#change(space, va, pte(frameOf(entry), V | U | rights));
    return 0;
  }

  share(space: Space, va: Word, other: Space, rights: Rights): number {
    const entry = this.#changeable(space, va);
    if (entry === 0 || !readable(rights) || rights & ~entry) return -Errno.EINVAL;
    if (this.#self.memory.load(this.#entryAt(other, va)) !== 0) return -Errno.EEXIST;
    const frame = frameOf(entry);
    this.#frames.keep(frame);
    this.#self.memory.store(this.#entryAt(other, va), pte(frame, V | U | rights));
    return 0;
  }

  repair(space: Space, va: Word, cause: Word): number {
    if (va >= this.#self.image.userEnd) return 0;
    const entry = this.#self.memory.load(this.#entryAt(space, va));
    if (!(entry & needed(cause))) return 0;
    this.#below.forgetTables(this.tablesOf(space));
    return 1;
  }

  // ---- what calls name

  here(): Space {
    const tables = this.#below.tables();
    return tables === 0 ? 0 : this.#self.memory.load(addressOf(rootOf(tables)) + NUMBER) >>> 1;
  }

  copyIn(from: VirtualAddress, to: VirtualAddress, bytes: number): number {
    if (!this.#reaches(from, bytes, R)) return -Errno.EFAULT;
    this.#self.memory.copy(from, to, bytes);
    return 0;
  }

  copyOut(from: VirtualAddress, to: VirtualAddress, bytes: number): number {
    if (!this.#reaches(to, bytes, W)) return -Errno.EFAULT;
    this.#self.memory.copy(from, to, bytes);
    return 0;
  }

  /** Whether a program of this space may access all of it. */
  #reaches(va: VirtualAddress, bytes: number, right: Rights): boolean {
    if (bytes === 0) return true;
    const space = this.here();
    if (space === 0 || va + bytes > this.#self.image.userEnd) return false;
    for (let at = va - (va % PAGE_SIZE); at < va + bytes; at += PAGE_SIZE) {
      if (!(this.#self.memory.load(this.#entryAt(space, at)) & right)) return false;
    }
    return true;
  }
}

const needed = (cause: Word): Rights => {
  if (cause === Cause.storePageFault) return W;
  return cause === Cause.loadPageFault ? R : X & LEAF_BITS;
};

const bound = (
  segmentation: Segmentation,
): Omit<Memory, keyof typeof PROCESSING> & Record<string, Handler> => ({
  createSpace: (program) => segmentation.createSpace(program),
  releaseSpace: (space) => segmentation.releaseSpace(space),
  tablesOf: (space) => segmentation.tablesOf(space),
  map: (space, va, rights) => segmentation.map(space, va, rights),
  unmap: (space, va) => segmentation.unmap(space, va),
  protect: (space, va, rights) => segmentation.protect(space, va, rights),
  share: (space, va, other, rights) => segmentation.share(space, va, other, rights),
  repair: (space, va, cause) => segmentation.repair(space, va, cause),
  here: () => segmentation.here(),
  copyIn: (from, to, bytes) => segmentation.copyIn(from, to, bytes),
  copyOut: (from, to, bytes) => segmentation.copyOut(from, to, bytes),
});

export const segments = defineLayer({
  name: 'segments',
  offers: SEGMENTS,
  uses: Object.keys(PROCESSING).concat('send', 'typed', 'assign', 'clear', 'forgetTables'),
  pages: 8,
  start: (below: Processor, self) => ({
    ...passedOn(below, { ...PROCESSING, ...TERMINAL }),
    ...bound(new Segmentation(below, self)),
  }),
});
