/**
 * What programs of the operator see of the system: its calls, and their own memory, of which every byte goes through the
 * MMU. Such a program is a native routine in user mode, so it must not fault: each of its pages gets its frame from a call
 * that stores there, before the program itself touches it.
 *
 *     0x4000    the line that was typed
 *     0x5000    two paths, 512 bytes each
 *     0x6000    what goes to the console
 *     0x7000    what is read from a file, or goes there
 */
import type { UserCpu, UserWait } from '../../hardware/contract.ts';
import { Call, type CallName } from '../../spec/abi.ts';
import { INPUT_CALL, MAX_LINE } from '../../spec/calls/terminal.ts';
import { textAddress } from '../../spec/layout.ts';
import { Pte, type VirtualAddress, type Word } from '../../spec/riscv.ts';

/** Steps of a program: what it yields are its system calls. */
export type Steps<T> = Generator<UserWait, T, void>;

/** Text 0 of every program: a path that there always is. */
export const ROOT_PATH = '/';

const LINE: VirtualAddress = 0x4000;
const PATHS: VirtualAddress = 0x5000;
const OUTPUT: VirtualAddress = 0x6000;
export const DATA: VirtualAddress = 0x7000;
const PAGES = [LINE, PATHS, OUTPUT, DATA];
export const DATA_BYTES = 4096;
const PATH_ROOM = 512;
/** a7, the number of a call. */
const A7 = 7;
const READ_WRITE = Pte.R | Pte.W;

/** Is told of every call that a program makes. */
export type CallObserver = (call: CallName | 'input') => void;

export class System {
  readonly #cpu: UserCpu;
  readonly #called: CallObserver;

  constructor(cpu: UserCpu, called: CallObserver) {
    this.#cpu = cpu;
    this.#called = called;
  }

  /** @returns what is in a0: a result, or a negative errno */
  *call(name: CallName, ...args: readonly Word[]): Steps<number> {
    this.#called(name);
    return yield* this.#ecall(Call[name], args);
  }

  *#ecall(number: Word, args: readonly Word[]): Steps<number> {
    for (const [index, value] of args.entries()) this.#cpu.setArgument(index, value);
    this.#cpu.setArgument(A7, number);
    yield 'ecall';
    return this.#cpu.argument(0) | 0;
  }

  /** Gets its pages, with their frames. */
  *begin(): Steps<void> {
    for (const page of PAGES) {
      yield* this.call('map', page, READ_WRITE);
      yield* this.call('stat', textAddress(0), page);
    }
  }

  /** Waits for a line. @returns it without its end, or a negative errno */
  *readLine(): Steps<string | number> {
    this.#called('input');
    const count = yield* this.#ecall(INPUT_CALL, [LINE, MAX_LINE]);
    return count < 0 ? count : this.textAt(LINE, count).replace(/\n$/, '');
  }

  /** Sends a text to the console, all of it, unless that fails. */
  *print(text: string): Steps<void> {
    for (let from = 0; from < text.length; from += DATA_BYTES) {
      const part = text.slice(from, from + DATA_BYTES);
      this.put(OUTPUT, part);
      yield* this.#sendAll(part.length);
    }
  }

  *#sendAll(bytes: number): Steps<void> {
    for (let sent = 0; sent < bytes; ) {
      const more = yield* this.call('write', OUTPUT + sent, bytes - sent);
      if (more <= 0) return;
      sent += more;
    }
  }

  /** A call on a file by its path, or on two by theirs. */
  *onPath(name: CallName, path: string, ...args: readonly Word[]): Steps<number> {
    return yield* this.call(name, this.#path(0, path), ...args);
  }
  *onPaths(name: CallName, from: string, to: string): Steps<number> {
    return yield* this.call(name, this.#path(0, from), this.#path(1, to));
  }

  #path(index: number, path: string): VirtualAddress {
    const va = PATHS + index * PATH_ROOM;
    this.put(va, `${path.slice(0, PATH_ROOM - 1)}\0`);
    return va;
  }

  put(va: VirtualAddress, text: string): void {
    for (let at = 0; at < text.length; at++) this.#cpu.storeByte(va + at, text.charCodeAt(at));
  }

  textAt(va: VirtualAddress, bytes: number): string {
    let text = '';
    for (let at = 0; at < bytes; at++) text += String.fromCharCode(this.#cpu.loadByte(va + at));
    return text;
  }

  wordAt(va: VirtualAddress): Word {
    return this.#cpu.load(va);
  }
}
