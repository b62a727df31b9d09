/**
 * The event log: fixed-size records in one preallocated array (layout: spec/records.ts). Only appended to; a full log
 * ends the run, it never loses a record.
 */
import { RECORD_WORDS, RecordKind } from '../spec/records.ts';
import type { Word } from '../spec/riscv.ts';
import type { HartState } from './hart-state.ts';

/** A run ends when less room than this is left: enough for what one honest handler records. */
const RESERVE = 1 << 15;
/** Less than this stops the kernel in the middle of a handler: what a return, a halt and the end still need. */
const LAST = 128 * RECORD_WORDS;
const BYTES_PER_RECORD = 16;

export class EventLog {
  readonly words: Uint32Array;
  readonly messages: string[] = [];
  /** Words in use. */
  length = 0;
  /** Where the last console record is. */
  #console = -1;

  /** @param words room for the records; more than 32768 words, or the run is over before it began */
  constructor(words: Uint32Array) {
    this.words = words;
  }

  clear(): void {
    this.length = 0;
    this.messages.length = 0;
    this.#console = -1;
  }

  get full(): boolean {
    return this.length > this.words.length - RESERVE;
  }

  get overflowing(): boolean {
    return this.length > this.words.length - LAST;
  }

  /** Appends a record; payload words that a kind does not use stay 0. */
  record(kind: number, hart: HartState, a: Word, b: Word, c: Word, d: Word, e: Word): void {
    const { words, length } = this;
    words[length] = kind | (hart.id << 8) | (hart.mode << 12);
    words[length + 1] = hart.cycle;
    words[length + 2] = hart.scontext;
    words[length + 3] = a;
    words[length + 4] = b;
    words[length + 5] = c;
    words[length + 6] = d;
    words[length + 7] = e;
    this.length = length + RECORD_WORDS;
  }

  /** A return, with pc and registers in the four rows behind it. */
  return(hart: HartState): void {
    this.record(RecordKind.return, hart, hart.pc, hart.satp, 0, 0, 0);
    this.words.set(hart.registers, this.length);
    this.words[this.length] = hart.pc;
    this.length += 4 * RECORD_WORDS;
  }

  /** Bytes that follow each other on one hart share a record. */
  console(hart: HartState, byte: number): void {
    const { words } = this;
    const last = this.length - RECORD_WORDS;
    const head = RecordKind.console | (hart.id << 8) | (hart.mode << 12);
    const count = words[last + 3] ?? 0;
    if (
      last !== this.#console ||
      words[last] !== head ||
      words[last + 2] !== hart.scontext ||
      count >= BYTES_PER_RECORD
    ) {
      this.#console = this.length;
      this.record(RecordKind.console, hart, 1, byte, 0, 0, 0);
      return;
    }
    const word = last + 4 + (count >>> 2);
    words[word] = (words[word] ?? 0) | (byte << ((count & 3) * 8));
    words[last + 3] = count + 1;
  }

  halt(hart: HartState, reason: number, message: string): void {
    this.messages.push(message);
    this.record(RecordKind.halt, hart, reason, this.messages.length - 1, 0, 0, 0);
  }
}
