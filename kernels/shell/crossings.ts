/**
 * Which parts of the kernel each system call of the shell went through, as the machine's log tells: a crossing is an entry
 * into a component (a layer, or a service). Entries while another task runs are not the shell's.
 */
import type { Kernel } from '../../hardware/contract.ts';
import { SERVICE_TID } from '../../spec/layout.ts';
import { RecordKind } from '../../spec/records.ts';
import { Cause } from '../../spec/riscv.ts';

/** The shell's task. */
const SHELL = 1;

/** One system call: how often each component was entered for it, by its place in `components`. */
export interface CallTrace {
  readonly call: string;
  readonly entries: readonly number[];
}

export interface CommandTrace {
  /** Where the calls come from. */
  readonly caller: string;
  /** From the top of the stack down. */
  readonly components: readonly string[];
  readonly calls: readonly CallTrace[];
}

export class Crossings {
  readonly #numbers: readonly number[];
  readonly #names: readonly string[];
  readonly #caller: string;
  /** Calls that the shell has made, and that the log has not shown yet. */
  readonly #made: string[] = [];
  #calls: { readonly call: string; readonly entries: number[] }[] = [];

  constructor({ layers, services = [] }: Kernel) {
    const parts = layers
      ? layers.map(({ name }, index) => [index + 1, `${index + 1} ${name}`] as const).reverse()
      : services.map(({ name }, index) => [index, name] as const);
    this.#numbers = parts.map(([number]) => number);
    this.#caller = layers ? `${layers.length + 1} user programs` : 'user programs';
    this.#names = parts.map(([, name]) => name);
  }

  called(call: string): void {
    this.#made.push(call);
  }

  /** A record of the log. */
  saw(words: Uint32Array, at: number): void {
    const kind = (words[at] ?? 0) & 0xff;
    const tid = words[at + 2] ?? 0;
    if (kind === RecordKind.trap && tid === SHELL && words[at + 3] === Cause.userEcall) {
      const call = this.#made.shift();
      if (call) this.#calls.push({ call, entries: this.#numbers.map(() => 0) });
    } else if (kind === RecordKind.enter && (tid <= SHELL || tid >= SERVICE_TID)) {
      const { entries = [] } = this.#calls.at(-1) ?? {};
      const place = this.#numbers.indexOf(words[at + 3] ?? 0);
      if (place >= 0 && place < entries.length) entries[place] = (entries[place] ?? 0) + 1;
    }
  }

  /** The calls since this was asked last; the last two, for the next prompt and line, are no part of the command. */
  take(): CommandTrace {
    const calls = this.#calls.slice(0, -2);
    this.#calls = [];
    return { caller: this.#caller, components: this.#names, calls };
  }
}
