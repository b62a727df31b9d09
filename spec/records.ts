/**
 * The event log as the machine writes it: records of eight words in one preallocated Uint32Array. Decoded to objects
 * only where something is judged or shown.
 *
 *     word   0                                    1      2         3 … 7
 *          [ kind:8 | hart:4 | mode:4 | component:16 ] [cycle] [scontext] [payload]
 *
 * A `return` record is followed by four rows that hold `pc` (in x0's place) and registers x1 to x31.
 */
export const RECORD_WORDS = 8;

/** Kinds of records; the payload words of each in order. */
export const RecordKind = {
  /** A user instruction was executed. pc, text word, va (0: none), physical address (2^32−1: none), value. */
  retire: 1,
  /** A trap was taken. scause, sepc, stval, satp. */
  trap: 2,
  /** A hart went back to where `sepc` says. pc, satp; mode is that returned to. Four rows of registers follow. */
  return: 3,
  /** scontext was written. new value. */
  context: 4,
  /** satp was written. new value. */
  satp: 5,
  /** sfence.vma. va, asid, 1 if va given + 2 if asid given. */
  fence: 6,
  /** An inter-processor interrupt was sent. target hart. */
  ipi: 7,
  /** The hart waits for an interrupt. */
  idle: 8,
  /** Bytes went to the console. How many (1 to 16), then four bytes a word, the first lowest. */
  console: 9,
  /** A kernel routine waits for a condition, and may let other harts into the kernel. */
  wait: 10,
  /** …and goes on. */
  resume: 11,
  /** Memory as seen before a return differs from what was last reported. frame, word index, new word. */
  word: 12,
  /** A TLB entry that the hart holds as it returns. va, entry, asid, 1 if a superpage + 2 if global. */
  tlb: 13,
  /** The hart stops for good. reason (HaltReason), index of a message or 2^32−1. */
  halt: 14,
  /** The run is over. reason (EndReason). */
  end: 15,
  /**
   * Control goes to a component: in supervisor mode by a call, in user mode by a fetch. component, address, caller,
   * number of the activation (supervisor mode: 1 or more), 1 if it goes on after a wait.
   */
  enter: 16,
  /** …and back from a call. component left, component that goes on, number of the activation, 1 if it waits. */
  leave: 17,
  /** A register of a device was read or written (but a byte sent: console). physical address, value, 1 if written. */
  device: 18,
  /** A device moved data. device, physical address, bytes, 1 if into RAM, its domain's root frame (0: IOMMU off). */
  dma: 19,
  /** The IOMMU, or the end of RAM, refused a device. device, its address, 1 if into RAM, its domain's root frame. */
  refused: 20,
  /** A device raised its interrupt. device. */
  interrupt: 21,
  /** What the call that was just entered was passed, where frames are assigned: up to five arguments. */
  passed: 22,
  /** A frame belongs to a component from now on. frame, component (0: nobody). */
  assigned: 23,
  /** Supervisor mode touched a frame of a component that does not run. va, bytes, 1 if written, owner, component. */
  touched: 24,
  /** A fault that the workload brings begins. Its index in the workload's list, or STUCK_DISK. */
  strike: 25,
} as const;

/** In a `strike`: the disk does not answer a command, for the first time. */
export const STUCK_DISK = 0xffff_ffff;

export const NO_ADDRESS = 0xffff_ffff;

/** Why a hart stopped. Index = code. */
export const HALT_REASONS = [
  'kernel-unreachable',
  'handler-threw',
  'out-of-fuel',
  'forbidden',
  'boot-failed',
  'smuggled',
] as const;
export type HaltReason = (typeof HALT_REASONS)[number];

/** Why a run was over. Index = code. */
export const END_REASONS = ['quiescent', 'budget', 'halted'] as const;
export type EndReason = (typeof END_REASONS)[number];

/** What one run leaves behind: all that a judge may look at. */
export interface RunLog {
  /** Whole records, `length` words of them. */
  readonly words: Uint32Array;
  readonly length: number;
  /** Texts that halt records name. */
  readonly messages: readonly string[];
}
