/** What a routine installed for user mode sees: its own registers and memory, and how it gives the hart up. */
import type { VirtualAddress, Word } from '../spec/riscv.ts';

/**
 * `'ecall'` traps into the kernel with the registers as they are; the activation goes on when the kernel returns to it,
 * registers as the kernel set them. Nothing: a machine step passes, and interrupts may be taken.
 */
export type UserYield = 'ecall' | undefined;

/**
 * Code that runs in user mode, installed at an address. It is saved while it does not run: the machine keeps its
 * activation under a seeded number in register s11, bound to the root table and the pc. It owns s11.
 */
export type UserRoutine = (cpu: UserCpu) => Generator<UserYield, void, void>;

/** A fault of an access (no page, no right, misaligned, no RAM) ends the activation: every later access faults too. */
export interface UserCpu {
  /** a0 … a7 at their index. */
  readonly registers: { [index: number]: Word };
  load(va: VirtualAddress): Word;
  store(va: VirtualAddress, value: Word): void;
  loadByte(va: VirtualAddress): number;
  storeByte(va: VirtualAddress, value: number): void;
}
