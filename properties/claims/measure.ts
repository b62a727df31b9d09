/**
 * One run, measured from outside: the events that cost cycles (counting.ts), and what the log shows of messages, mode
 * switches, address spaces and tables.
 */
import type { Kernel } from '../../hardware/contract.ts';
import { Arena, assemble, boot } from '../../hardware/run.ts';
import { Replica } from '../../model/abstraction/memory.ts';
import { Call } from '../../spec/abi.ts';
import { indexOfText, type Layout, layoutOf, SERVICE_TID, USER_TEXT } from '../../spec/layout.ts';
import { END_REASONS, RECORD_WORDS, RecordKind } from '../../spec/records.ts';
import {
  A0,
  A7,
  Cause,
  type Frame,
  rootOf,
  type VirtualAddress,
  wordIn,
} from '../../spec/riscv.ts';
import type { Workload } from '../../spec/workload.ts';
import { type Counted, countEvents } from './counting.ts';

/** How a task fared: the results of its calls in order, and whether it came to its exit. */
export interface Fate {
  readonly results: readonly number[];
  readonly exited: boolean;
}

export interface Measured extends Counted {
  readonly messages: number;
  readonly modeSwitches: number;
  readonly spaceSwitches: number;
  readonly addressSpaces: number;
  readonly tableFrames: number;
  /** Every task came to its exit, and no hart stopped. */
  readonly completed: boolean;
  readonly halted: boolean;
  readonly fates: ReadonlyMap<number, Fate>;
  /** The text of the halt record, if there is one. */
  readonly lastWords: string;
  /** Differs when the logs of two runs differ, but for one pair in four thousand million. */
  readonly digest: number;
}

/** A run without what events cost. */
export type Observed = Omit<Measured, keyof Counted>;

const ARENA_WORDS = 1 << 21;
const arena = new Arena(new Uint32Array(ARENA_WORDS));

export const measure = (kernel: Kernel, workload: Workload): Measured => ({
  ...countEvents(kernel, workload, arena),
  ...observe(kernel, workload),
});

/** One run without prices: what the log says of everything else. @param kernel boots freshly */
export const observe = (kernel: Kernel, workload: Workload): Observed => {
  const { core, machine, image } = assemble(workload, { arena }, kernel.serviceFrames);
  boot(core, kernel, machine, image);
  core.run();
  const reader = new Reader(workload);
  const { log } = core;
  if (log) reader.read(log.words, log.length);
  return {
    ...reader.result(workload.start.length),
    lastWords: log?.messages.at(-1) ?? '',
    digest: log ? digestOf(log.words.subarray(0, log.length)) : 0,
  };
};

/** FNV-1a, by words. */
const digestOf = (words: Uint32Array): number => {
  let hash = 0x811c_9dc5;
  for (const word of words) hash = Math.imul(hash ^ word, 0x0100_0193);
  return hash >>> 0;
};

/** The word of no operation. */
const NO_TEXT = 0x0fff_ffff;
/** The call by which a service takes its next request. */
const NEXT_REQUEST = 64;
/** Calls by which a task waits for a message of another task. */
const RECEIVING: readonly number[] = [Call.receive, Call.call];
const END_HALTED = END_REASONS.indexOf('halted');

class Reader {
  readonly #layout: Layout;
  /** The program of each task: boot starts them all. */
  readonly #start: readonly number[];
  readonly #memory: Replica;
  /** Frames of the tables of each root, as they were when a hart was switched to it. */
  readonly #tablesOf = new Map<Frame, readonly Frame[]>();
  readonly #rootOfHart: Frame[] = [];
  readonly #inCall = new Set<number>();
  readonly #fates = new Map<number, { results: number[]; exited: boolean }>();
  #messages = 0;
  #modeSwitches = 0;
  #spaceSwitches = 0;
  #tableFrames = 0;
  #halted = false;

  constructor(workload: Workload) {
    const layout = layoutOf(workload);
    this.#layout = layout;
    this.#start = workload.start;
    this.#memory = new Replica(workload.frames, layout);
  }

  read(words: Uint32Array, length: number): void {
    for (let at = 0; at < length; at += RECORD_WORDS) {
      const kind = wordIn(words, at) & 0xff;
      this.#record(words, at, kind);
      if (kind === RecordKind.return) at += 4 * RECORD_WORDS;
    }
  }

  result(tasks: number): Omit<Measured, keyof Counted | 'lastWords' | 'digest'> {
    const exited = [...this.#fates.values()].filter((fate) => fate.exited).length;
    return {
      messages: this.#messages,
      modeSwitches: this.#modeSwitches,
      spaceSwitches: this.#spaceSwitches,
      addressSpaces: this.#tablesOf.size,
      tableFrames: this.#tableFrames,
      completed: exited === tasks && !this.#halted,
      halted: this.#halted,
      fates: this.#fates,
    };
  }

  #record(words: Uint32Array, at: number, kind: number): void {
    const tid = wordIn(words, at + 2);
    switch (kind) {
      case RecordKind.trap:
        if (((wordIn(words, at) >>> 12) & 0xf) === 0) this.#modeSwitches += 1;
        if (wordIn(words, at + 3) === Cause.userEcall) this.#call(wordIn(words, at + 4), tid);
        break;
      case RecordKind.return:
        this.#return(words, at, tid);
        break;
      case RecordKind.satp:
        this.#satp((wordIn(words, at) >>> 8) & 0xf, rootOf(wordIn(words, at + 3)));
        break;
      case RecordKind.word:
        this.#memory.set(wordIn(words, at + 3), wordIn(words, at + 4), wordIn(words, at + 5));
        break;
      case RecordKind.halt:
        this.#halted = true;
        break;
      case RecordKind.end:
        if (wordIn(words, at + 3) === END_HALTED) this.#halted = true;
        break;
      default:
    }
  }

  /** Back to a task or service: what arrived there, if it was in a call. */
  #return(words: Uint32Array, at: number, tid: number): void {
    this.#modeSwitches += 1;
    if (!this.#inCall.delete(tid)) return;
    const register = (index: number): number => wordIn(words, at + RECORD_WORDS + index);
    if (tid >= SERVICE_TID) {
      // A request that arrives, and the reply that it will have.
      if (register(A7) === NEXT_REQUEST) this.#messages += 2;
      return;
    }
    if (RECEIVING.includes(register(A7)) && (register(A0) | 0) >= 0) this.#messages += 1;
    this.#fate(tid).results.push(register(A0) | 0);
  }

  #call(pc: VirtualAddress, tid: number): void {
    this.#inCall.add(tid);
    const program = this.#start[tid - 1];
    const text = program === undefined ? undefined : this.#layout.texts[program];
    const operation =
      this.#layout.operations[indexOfText(text?.words.get((pc - USER_TEXT) / 4) ?? NO_TEXT)];
    if (operation?.op === 'call' && operation.call === 'exit') this.#fate(tid).exited = true;
  }

  #fate(tid: number): { results: number[]; exited: boolean } {
    const known = this.#fates.get(tid);
    if (known) return known;
    const fate = { results: [], exited: false };
    this.#fates.set(tid, fate);
    return fate;
  }

  #satp(hart: number, root: Frame): void {
    if (this.#rootOfHart[hart] === root) return;
    this.#rootOfHart[hart] = root;
    this.#spaceSwitches += 1;
    this.#tablesOf.set(root, [...this.#memory.walk(root).tables]);
    const tables = new Set<Frame>();
    for (const one of this.#tablesOf.values()) for (const table of one) tables.add(table);
    this.#tableFrames = Math.max(this.#tableFrames, tables.size);
  }
}
