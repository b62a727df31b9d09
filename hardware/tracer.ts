/**
 * Watches a run that is to be explained: which line of the kernel wrote which word, what each TLB and each table held
 * at every trap and return. Slow and talkative; never used while judging.
 */
import { LEAF_BITS, Pte, type Word } from '../spec/riscv.ts';
import { type HartState, INVALID, TlbFlag } from './hart-state.ts';
import type { EventLog } from './log.ts';
import type { Mapping, TraceNote } from './trace.ts';

/** What watching needs of the machine. */
export interface Watched {
  readonly ram: Uint32Array;
  readonly frames: number;
  readonly harts: readonly HartState[];
  readonly log: EventLog | undefined;
  readonly current: HartState | undefined;
}

/** Methods of a typed array that write to it. */
const WRITERS = new Set(['set', 'fill', 'copyWithin', 'reverse', 'sort']);

export class Tracer {
  readonly notes: TraceNote[] = [];
  readonly #roots: number[] = [];
  readonly #views = new Map<Uint32Array | Uint8Array, Uint32Array | Uint8Array>();

  call(core: Watched, hart: HartState, what: string): void {
    const at = core.log?.length ?? 0;
    const place = new Place();
    this.notes.push({
      kind: 'call',
      at,
      hart: hart.id,
      what,
      get stack() {
        return place.stack;
      },
    });
  }

  /** Kernel code has written this word of RAM. */
  wrote(core: Watched, word: number): void {
    this.#note(core, word, new Place());
  }

  /** One line of the kernel has written them all: where it is costs much to find out, and is asked once. */
  wroteRun(core: Watched, first: number, words: number): void {
    const place = new Place();
    for (let word = first; word < first + words; word++) this.#note(core, word, place);
  }

  #note(core: Watched, word: number, place: Place): void {
    this.notes.push({
      kind: 'write',
      at: core.log?.length ?? 0,
      hart: core.current?.id ?? 0,
      frame: word >>> 10,
      index: word & 1023,
      count: 1,
      value: core.ram[word] as number,
      get stack() {
        return place.stack;
      },
    });
  }

  snapshot(core: Watched, hart: HartState): void {
    for (const { rootBase } of core.harts) {
      if (!this.#roots.includes(rootBase >>> 10)) this.#roots.push(rootBase >>> 10);
    }
    this.notes.push({
      kind: 'snapshot',
      at: core.log?.length ?? 0,
      hart: hart.id,
      tlbs: core.harts.map(userEntries),
      tables: this.#roots.map((root) => ({ root, mappings: userMappings(core, root) })),
    });
  }

  /** A view of a frame, or of a part of it, that tells of every write: same words or bytes, same methods. */
  view<View extends Uint32Array | Uint8Array>(core: Watched, target: View): View {
    const known = this.#views.get(target);
    if (known) return known as View;
    const view: View = new Proxy(target, {
      set: (_, key, value) => {
        const done = Reflect.set(target, key, value);
        const index = typeof key === 'string' ? Number(key) : Number.NaN;
        if (Number.isInteger(index) && index >= 0 && index < target.length) {
          this.wrote(core, wordOf(core, target, index));
        }
        return done;
      },
      get: (_, key) => {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          const before = WRITERS.has(String(key)) ? target.slice() : undefined;
          const result: unknown = Reflect.apply(member, target, args);
          if (before) this.#changes(core, before, target);
          if (result === target) return view;
          return key === 'subarray' ? this.view(core, result as View) : result;
        };
      },
    });
    this.#views.set(target, view);
    return view;
  }

  /** Forgets the views: their notes belong to a run that is over. */
  close(): void {
    this.#views.clear();
  }

  #changes(core: Watched, before: Uint32Array | Uint8Array, after: Uint32Array | Uint8Array): void {
    const place = new Place();
    let last = -1;
    for (let i = 0; i < after.length; i++) {
      if (before[i] === after[i]) continue;
      const word = wordOf(core, after, i);
      if (word !== last) this.#note(core, word, place);
      last = word;
    }
  }
}

/** The word of RAM that element `index` of a view lies in. */
const wordOf = (core: Watched, view: Uint32Array | Uint8Array, index: number): number =>
  (view.byteOffset - core.ram.byteOffset + index * view.BYTES_PER_ELEMENT) >>> 2;

/** Where the kernel is. Its text is made when somebody asks, for that is what costs: of thousands a few are shown. */
class Place {
  readonly #error: Error;

  constructor() {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 30;
    this.#error = new Error('site');
    Error.stackTraceLimit = limit;
  }

  get stack(): string {
    return this.#error.stack ?? '';
  }
}

const mapping = (va: number, entry: Word, asid: number): Mapping => ({
  va: va >>> 0,
  frame: entry >>> 10,
  rights: entry & LEAF_BITS,
  asid,
});

const userEntries = ({ tlb }: HartState): readonly Mapping[] => {
  const found: Mapping[] = [];
  for (let slot = 0; slot <= tlb.mask; slot++) {
    const key = tlb.key[slot] as number;
    const entry = tlb.entry[slot] as number;
    if (key === INVALID || !(entry & Pte.U)) continue;
    const global = ((tlb.flags[slot] as number) & TlbFlag.global) !== 0;
    found.push(mapping((key & 0xf_ffff) << 12, entry, global ? -1 : key >>> 20));
  }
  return found;
};

const userMappings = (core: Watched, root: number): readonly Mapping[] => {
  const found: Mapping[] = [];
  const { ram, frames } = core;
  if (root >= frames) return found;
  for (let i = 0; i < 1024; i++) {
    const entry = ram[root * 1024 + i] as number;
    if (!(entry & Pte.V)) continue;
    if (entry & LEAF_BITS) {
      if (entry & Pte.U) found.push(mapping(i << 22, entry, 0));
      continue;
    }
    if (entry >>> 10 >= frames) continue;
    for (let j = 0; j < 1024; j++) {
      const leaf = ram[(entry >>> 10) * 1024 + j] as number;
      if (leaf & Pte.V && leaf & Pte.U) found.push(mapping((i << 22) | (j << 12), leaf, 0));
    }
  }
  return found;
};
