/** Physical to abstract, for layers: a decoder of its own, so that kernels without layers pay nothing for it. */
import { HALT_REASONS, RECORD_WORDS, RecordKind, type RunLog } from '../../spec/records.ts';
import { type Word, wordIn } from '../../spec/riscv.ts';
import type { LayerEvent } from './events.ts';

export class LayerDecoder {
  readonly #log: RunLog;
  /** Word offset of the record read last, and of the next one. */
  at = 0;
  #next = 0;

  constructor(log: RunLog) {
    this.#log = log;
  }

  /** The next event that concerns layers, or `undefined` at the end of the log. */
  read(): LayerEvent | undefined {
    while (this.#next < this.#log.length) {
      this.at = this.#next;
      this.#next += RECORD_WORDS;
      const event = this.#record(this.at);
      if (event) return event;
    }
    return undefined;
  }

  #record(at: number): LayerEvent | undefined {
    const { words } = this.#log;
    const head = wordIn(words, at);
    const where = { hart: (head >>> 8) & 0xf, tid: wordIn(words, at + 2) };
    const supervisor = ((head >>> 12) & 0xf) !== 0;
    const a = wordIn(words, at + 3);
    const b = wordIn(words, at + 4);
    const c = wordIn(words, at + 5);
    const d = wordIn(words, at + 6);
    const e = wordIn(words, at + 7);
    switch (head & 0xff) {
      case RecordKind.trap:
        return { kind: 'trap', ...where, cause: a };
      case RecordKind.return:
        this.#next += 4 * RECORD_WORDS;
        return { kind: 'return', ...where };
      case RecordKind.enter:
        if (!supervisor) return undefined;
        if (e === 1) return { kind: 'resume', ...where, activation: d };
        return {
          kind: 'call',
          ...where,
          component: a,
          caller: c,
          activation: d,
          args: this.#passed(),
        };
      case RecordKind.leave:
        return { kind: 'leave', ...where, activation: c, waits: d === 1 };
      case RecordKind.assigned:
        return { kind: 'assigned', ...where, frame: a, owner: b };
      case RecordKind.touched:
        return {
          kind: 'touched',
          ...where,
          va: a,
          bytes: b,
          writes: c === 1,
          owner: d,
          component: e,
        };
      case RecordKind.halt: {
        if (HALT_REASONS[a] !== 'smuggled') return undefined;
        const message = (this.#log.messages[b] ?? '').split('\n')[0] ?? '';
        return { kind: 'smuggled', ...where, message };
      }
      case RecordKind.dma:
        return { kind: 'dma', ...where, frame: b >>> 12, bytes: c, writes: d === 1 };
      default: {
        const what = supervisor ? HARDWARE.get(head & 0xff) : undefined;
        return what === undefined ? undefined : { kind: 'hardware', ...where, what };
      }
    }
  }

  /** The record behind a call, which belongs to it. A call that passed none is none that anybody looks at. */
  #passed(): readonly Word[] {
    const { words, length } = this.#log;
    const at = this.#next;
    if (at >= length || (wordIn(words, at) & 0xff) !== RecordKind.passed) return [];
    this.#next += RECORD_WORDS;
    return [...words.subarray(at + 3, at + RECORD_WORDS)];
  }
}

/** Records of what reaches the hardware, and how a story says it. */
const HARDWARE: ReadonlyMap<number, string> = new Map([
  [RecordKind.device, 'reaches a device'],
  [RecordKind.console, 'sends to the console'],
  [RecordKind.satp, 'writes satp'],
  [RecordKind.context, 'writes scontext'],
  [RecordKind.fence, 'fences'],
  [RecordKind.ipi, 'interrupts a hart'],
  [RecordKind.idle, 'stops the hart'],
]);
