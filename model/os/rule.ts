/** The form in which the model knows a system call: which errors apply, which results success may have, what it changes. */
import type { CallName } from '../../spec/abi.ts';
import type { Word } from '../../spec/riscv.ts';
import type { OsState, PendingCall, Task } from './state.ts';

export type Args = PendingCall['args'];

/** What the call table says of one call. */
export interface Rule {
  /** Errors that apply, without ENOMEM. */
  readonly errors: (state: OsState, task: Task, args: Args) => readonly number[];
  /** Errors that it may fail with though none applies. */
  readonly mayFail?: (state: OsState, task: Task, args: Args) => readonly number[];
  /** May it return this when it succeeds? */
  readonly result: (state: OsState, call: PendingCall, a0: Word, task: Task) => boolean;
  /** What success changes; `a0` is the result. */
  readonly effect: (state: OsState, task: Task, args: Args, a0: Word) => void;
  /** Frames that it asks for at most; without: it never fails for want of memory. */
  readonly frames?: number;
}

/** Rules by the name of the call. */
export type Rules = Readonly<Partial<Record<CallName, Rule>>>;
