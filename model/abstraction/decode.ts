/**
 * Physical to abstract: reads the machine's records one after the other and folds the reports on memory and TLB into
 * the return that follows them. The only state is the replica of memory and what is waiting for its return.
 */
import type { DeviceId } from '../../spec/devices.ts';
import type { Event, ReturnEvent, Translation } from '../../spec/events.ts';
import { indexOfText, type Layout } from '../../spec/layout.ts';
import {
  END_REASONS,
  HALT_REASONS,
  NO_ADDRESS,
  RECORD_WORDS,
  RecordKind,
  type RunLog,
} from '../../spec/records.ts';
import {
  asidOf,
  type Frame,
  frameOf,
  LEAF_BITS,
  rootOf,
  type Word,
  wordIn,
} from '../../spec/riscv.ts';
import { Replica, type Walk, type Walked } from './memory.ts';

export class Decoder {
  readonly #log: RunLog;
  readonly #layout: Layout;
  readonly memory: Replica;
  /** Word offset of the record read last, and of the next one. */
  at = 0;
  next = 0;
  /** Entries of the hart's TLB that were reported for the return that follows. */
  #tlb: Walked[] = [];
  /** What each root table led to at the last return under it. */
  readonly #views = new Map<
    Frame,
    { readonly walk: Walk; readonly view: readonly Translation[] }
  >();

  constructor(log: RunLog, layout: Layout, frames: number) {
    this.#log = log;
    this.#layout = layout;
    this.memory = new Replica(frames, layout);
  }

  /** The next event, or `undefined` at the end of the log. */
  read(): Event | undefined {
    while (this.next < this.#log.length) {
      this.at = this.next;
      this.next += RECORD_WORDS;
      const event = this.#record(this.at);
      if (event) return event;
    }
    return undefined;
  }

  #record(at: number): Event | undefined {
    const { words, messages } = this.#log;
    const head = wordIn(words, at);
    const hart = (head >>> 8) & 0xf;
    const mode = (head >>> 12) & 0xf ? 'S' : 'U';
    const tid = wordIn(words, at + 2);
    const a = wordIn(words, at + 3);
    const b = wordIn(words, at + 4);
    const c = wordIn(words, at + 5);
    const d = wordIn(words, at + 6);
    switch (head & 0xff) {
      case RecordKind.retire: {
        const value = wordIn(words, at + 7);
        if (d !== NO_ADDRESS) this.#store(b, d, value);
        return {
          kind: 'retire',
          hart,
          tid,
          pc: a,
          word: b,
          va: c,
          frame: d === NO_ADDRESS ? -1 : d >>> 12,
          value,
        };
      }
      case RecordKind.trap:
        return { kind: 'trap', hart, tid, mode, cause: a, pc: b, tval: c };
      case RecordKind.return:
        this.next += 4 * RECORD_WORDS;
        return this.#return(at, hart, tid, mode, a, b);
      case RecordKind.context:
        return { kind: 'context', hart, tid, next: a };
      case RecordKind.satp:
        return { kind: 'satp', hart, tid, root: rootOf(a), asid: asidOf(a) };
      case RecordKind.fence:
        return { kind: 'fence', hart, tid, ...(c & 1 && { va: a }), ...(c & 2 && { asid: b }) };
      case RecordKind.ipi:
        return { kind: 'ipi', hart, tid, to: a };
      case RecordKind.idle:
        return { kind: 'idle', hart, tid };
      case RecordKind.console:
        return { kind: 'console', hart, tid, bytes: bytesOf(words, at + 4, a) };
      case RecordKind.wait:
        return { kind: 'wait', hart, tid };
      case RecordKind.resume:
        return { kind: 'resume', hart, tid };
      case RecordKind.word:
        this.memory.set(a, b, c);
        return undefined;
      case RecordKind.tlb:
        this.#tlb.push({ vpn: a >>> 12, frame: frameOf(b), rights: b & LEAF_BITS });
        return undefined;
      case RecordKind.passed:
      case RecordKind.assigned:
      case RecordKind.touched:
      case RecordKind.enter:
      case RecordKind.leave:
      case RecordKind.device:
      case RecordKind.interrupt:
        return undefined; // components of the kernel are its own business
      case RecordKind.dma:
        return { kind: 'dma', hart, tid, device: a as DeviceId, frame: b >>> 12, into: d === 1 };
      case RecordKind.refused:
        return { kind: 'dma', hart, tid, device: a as DeviceId, frame: -1, into: c === 1 };
      case RecordKind.strike:
        return { kind: 'strike', hart, tid, fault: a };
      case RecordKind.halt:
        return {
          kind: 'halt',
          hart,
          tid,
          reason: HALT_REASONS[a] ?? 'forbidden',
          message: messages[b] ?? '',
        };
      case RecordKind.end:
        return { kind: 'end', hart, tid, reason: END_REASONS[a] ?? 'halted' };
      default:
        throw new Error(`record of unknown kind ${head & 0xff} at word ${at}`);
    }
  }

  #store(word: Word, physical: number, value: Word): void {
    const operation = this.#layout.operations[indexOfText(word)];
    if (operation?.op === 'store')
      this.memory.set(physical >>> 12, (physical & 0xfff) >>> 2, value);
  }

  #return(
    at: number,
    hart: number,
    tid: number,
    mode: 'U' | 'S',
    pc: Word,
    satp: Word,
  ): ReturnEvent {
    const root = rootOf(satp);
    const walk = this.memory.walk(root);
    const view = this.#withTlb(walk, this.#tableView(root, walk));
    const from = at + RECORD_WORDS;
    const registers = this.#log.words.subarray(from, from + 32);
    return {
      kind: 'return',
      hart,
      tid,
      mode,
      pc,
      root,
      asid: asidOf(satp),
      registers,
      view,
      kernel: walk.kernel,
      tables: walk.tables,
    };
  }

  /** The same as at the last return, where neither tables nor frames have changed. */
  #tableView(root: Frame, walk: Walk): readonly Translation[] {
    const last = this.#views.get(root);
    if (last?.walk === walk && last.view.every((page) => this.#isCurrent(page))) return last.view;
    const view = walk.pages.map((page) => this.#translation(page, 'table', true));
    this.#views.set(root, { walk, view });
    return view;
  }

  #isCurrent({ frame, version }: Translation): boolean {
    return this.memory.version(frame) === version;
  }

  #withTlb({ pages }: Walk, tables: readonly Translation[]): readonly Translation[] {
    if (this.#tlb.length === 0) return tables;
    const view = [...tables];
    for (const entry of this.#tlb) {
      const agrees = pages.some(({ vpn, frame }) => vpn === entry.vpn && frame === entry.frame);
      view.push(this.#translation(entry, 'tlb', !agrees));
    }
    this.#tlb = [];
    return view;
  }

  #translation(
    { vpn, frame, rights }: Walked,
    source: Translation['source'],
    withWords: boolean,
  ): Translation {
    const version = this.memory.version(frame);
    if (!withWords) return { vpn, frame, rights, source, version };
    return { vpn, frame, rights, source, version, words: this.memory.words(frame) };
  }
}

const bytesOf = (words: Uint32Array, from: number, count: number): number[] =>
  Array.from(
    { length: count },
    (_, i) => (wordIn(words, from + (i >>> 2)) >>> ((i & 3) * 8)) & 0xff,
  );
