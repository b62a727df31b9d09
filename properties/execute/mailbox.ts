/**
 * The memory that the worker shares with its warden: what was logged and printed before the kernel hung is still
 * there. Created inside the realm, so that no object of the host enters it; the kernel never sees it.
 *
 *     control   what goes on, by `Control`
 *     lengths   words of each finished run of this batch
 *     output    the first characters printed, UTF-16
 *     texts     messages of finished runs: run, length, characters, …
 *     live      the log of the run under way; zeros behind its last record
 *     packed    the logs of the finished runs, one behind the other
 */

/** Runs in one batch at most. */
const MAX_BATCH = 256;
/** Room for one log; as large as the machine's default. */
const LIVE_WORDS = 1 << 17;
const PACKED_WORDS = 1 << 21;
const TEXT_CHARS = 1 << 15;
/** What is kept of a kernel's printing. */
export const OUTPUT_CHARS = 4096;
const LONGEST_TEXT = 2000;

export const Control = {
  /** Runs begun in this batch. The warden sees progress by it. */
  begun: 0,
  /** Where the run under way is, as index into PHASES. */
  phase: 1,
  /** Runs finished in this batch, and the words that they take in `packed`. */
  finished: 2,
  packed: 3,
  /** Characters in use. */
  texts: 4,
  /** Characters printed since the worker began, those that were not kept included. */
  printed: 5,
} as const;

export const PHASES = ['top level', 'boot', 'trap handler'] as const;
export type Phase = (typeof PHASES)[number];

const CONTROL_WORDS = 16;
const BYTES =
  4 * (CONTROL_WORDS + MAX_BATCH + LIVE_WORDS + PACKED_WORDS) + 2 * (OUTPUT_CHARS + TEXT_CHARS);

export class Mailbox {
  readonly memory: SharedArrayBuffer;
  readonly control: Int32Array;
  readonly live: Uint32Array;
  readonly #lengths: Int32Array;
  readonly #packed: Uint32Array;
  readonly #output: Uint16Array;
  readonly #texts: Uint16Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(BYTES)) {
    this.memory = memory;
    let at = 0;
    const take = (bytes: number): number => {
      at += bytes;
      return at - bytes;
    };
    this.control = new Int32Array(memory, take(4 * CONTROL_WORDS), CONTROL_WORDS);
    this.#lengths = new Int32Array(memory, take(4 * MAX_BATCH), MAX_BATCH);
    this.live = new Uint32Array(memory, take(4 * LIVE_WORDS), LIVE_WORDS);
    this.#packed = new Uint32Array(memory, take(4 * PACKED_WORDS), PACKED_WORDS);
    this.#output = new Uint16Array(memory, take(2 * OUTPUT_CHARS), OUTPUT_CHARS);
    this.#texts = new Uint16Array(memory, take(2 * TEXT_CHARS), TEXT_CHARS);
  }

  get(index: number): number {
    return this.control[index] ?? 0;
  }

  /** Forgets the last batch. */
  clear(): void {
    for (const index of [
      Control.begun,
      Control.phase,
      Control.finished,
      Control.packed,
      Control.texts,
    ]) {
      this.control[index] = 0;
    }
  }

  /** Is there room for one more run, whatever it logs? */
  get hasRoom(): boolean {
    return (
      this.get(Control.packed) + LIVE_WORDS <= PACKED_WORDS &&
      this.get(Control.texts) + 4 * (LONGEST_TEXT + 2) <= TEXT_CHARS &&
      this.get(Control.finished) < MAX_BATCH
    );
  }

  /** Moves the live log, `length` words, and its messages to the finished runs. Of more than four messages the last. */
  finish(length: number, messages: readonly string[]): void {
    const { control } = this;
    const run = this.get(Control.finished);
    const at = this.get(Control.packed);
    this.#packed.set(this.live.subarray(0, length), at);
    for (const message of messages.slice(-4)) this.#addText(run, message.slice(0, LONGEST_TEXT));
    this.#lengths[run] = length;
    control[Control.packed] = at + length;
    control[Control.finished] = run + 1;
  }

  #addText(run: number, text: string): void {
    const at = this.get(Control.texts);
    this.#texts[at] = run;
    this.#texts[at + 1] = text.length;
    for (let i = 0; i < text.length; i++) this.#texts[at + 2 + i] = text.charCodeAt(i);
    this.control[Control.texts] = at + 2 + text.length;
  }

  print(text: string): void {
    const printed = this.get(Control.printed);
    const kept = Math.min(text.length, OUTPUT_CHARS - printed);
    for (let i = 0; i < kept; i++) this.#output[printed + i] = text.charCodeAt(i);
    this.control[Control.printed] = Math.min(printed + text.length, 0x7fff_ffff);
  }

  get output(): string {
    const kept = Math.min(this.get(Control.printed), OUTPUT_CHARS);
    return String.fromCharCode(...this.#output.subarray(0, kept));
  }

  get lengths(): number[] {
    return [...this.#lengths.subarray(0, this.get(Control.finished))];
  }

  /** A copy of the finished logs. */
  get packed(): Uint32Array {
    return this.#packed.slice(0, this.get(Control.packed));
  }

  /** Messages of each finished run. */
  get texts(): [run: number, text: string][] {
    const found: [number, string][] = [];
    const end = this.get(Control.texts);
    for (let at = 0; at < end; ) {
      const [run = 0, length = 0] = this.#texts.subarray(at, at + 2);
      found.push([run, String.fromCharCode(...this.#texts.subarray(at + 2, at + 2 + length))]);
      at += 2 + length;
    }
    return found;
  }
}
