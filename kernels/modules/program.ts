/**
 * The form of a module's code. It is written once, and does not know whether it runs in the kernel or in a process: it
 * loads and stores in its own sections, and yields what it wants of others.
 *
 * Rules: all state is in its data section, which holds zeros when the module is loaded, but for its parameters; a routine keeps nothing between
 * two calls. One that yields is a generator; one that never does may be a plain function. It yields a call, and goes on
 * with the answer; or nothing, where others may go first: only a program that says `sleeps` may do that.
 */
import type { Facility } from '../../spec/extensions.ts';
import { PARAMETERS_AT } from '../../spec/module-parameters.ts';
import type { VirtualAddress, Word } from '../../spec/riscv.ts';

/** Words of its sections, through the MMU: what the hart may reach, it may. */
export interface Memory {
  load(va: VirtualAddress): Word;
  store(va: VirtualAddress, value: Word): void;
}

export interface Place {
  readonly memory: Memory;
  /** Its first page of data. */
  readonly data: VirtualAddress;
  /** How many other modules it imports from. */
  readonly imports: number;
}

/** The word of a parameter, in the order in which the file declares them. */
export const parameter = ({ memory, data }: Place, index: number): Word =>
  memory.load(data + PARAMETERS_AT + 4 * index);

/** Of the module that it imports from as number `to`, 0 the first in the order of its imports: what that does by `use`. */
export interface ImportCall {
  readonly to: number;
  readonly request: Word;
  readonly argument: Word;
}
/** Of the kernel. */
export interface FacilityCall {
  readonly facility: Facility;
  readonly args: readonly Word[];
}
export type ModuleCall = ImportCall | FacilityCall;

/** What it yields to let others go first. */
export const REST = undefined;

export type ModuleSteps = Generator<ModuleCall | undefined, number, number>;
export type ModuleRoutine = (place: Place, request: Word, argument: Word) => number | ModuleSteps;

/** Where its routines are called, in the order in which they lie in its text. */
export const MODULE_ENTRIES = ['init', 'exit', 'use', 'hook', 'timer', 'interrupt'] as const;
export type ModuleEntry = (typeof MODULE_ENTRIES)[number];

/** A routine that is missing is an empty word of text: whoever calls it faults. */
export interface ModuleProgram extends Readonly<Partial<Record<ModuleEntry, ModuleRoutine>>> {
  /** Its init and exit are there always: what the module's file says of init comes on top. */
  readonly init: ModuleRoutine;
  readonly exit: ModuleRoutine;
  readonly use: ModuleRoutine;
  readonly sleeps?: boolean;
}

/** Waits for the answer of another module, or of the kernel. */
export function* callImport(
  to: number,
  request: Word,
  argument: Word,
): Generator<ModuleCall, number, number> {
  return yield { to, request, argument };
}
export function* callKernel(
  facility: Facility,
  ...args: readonly Word[]
): Generator<ModuleCall, number, number> {
  return yield { facility, args };
}
