/**
 * The part of the RISC-V privileged architecture that the machine has: modes, causes, Sv32 table entries, `satp`.
 *
 * Sv32 page table entry (RISC-V Privileged, 4.3.1):
 *
 *     31                    10 9  8  7  6  5  4  3  2  1  0
 *     [        frame          | RSW | D  A  G  U  X  W  R  V ]
 *
 * `satp` (4.1.11):
 *
 *     31   30        22 21                                 0
 *     [ 1 |    asid    |          frame of the root table   ]
 *
 * Left out: 34-bit physical addresses (a frame number has 20 bits here), RSW, MPRV, machine mode.
 * @see https://github.com/riscv/riscv-isa-manual
 */

/** A word: an unsigned 32-bit integer, 0 to 2^32 − 1. */
export type Word = number;
/** A virtual address in bytes, 0 to 2^32 − 1. */
export type VirtualAddress = number;
/** A physical page of RAM, 4096 bytes: 0 to frames − 1. */
export type Frame = number;
/** A virtual page: virtual address / 4096. */
export type Vpn = number;
/** The number of a task; 0 is nobody. Never used twice within a run. */
export type Tid = number;
/** The number of a hart (a hardware thread): 0 to 3. */
export type HartId = number;

export const PAGE_SIZE = 4096;
export const PAGE_SHIFT = 12;
/** Words in a frame, and entries in a page table. */
export const WORDS_PER_FRAME = 1024;
/** Bytes that one entry of a root table spans: 4 MiB. */
export const SUPERPAGE_SIZE = 1 << 22;
export const MAX_HARTS = 4;

/** Privilege modes, encoded as `sstatus.SPP` does. */
export const Mode = { U: 0, S: 1 } as const;
export type Mode = (typeof Mode)[keyof typeof Mode];

/** Values of `scause` (RISC-V Privileged, table 4.2). Interrupts have the top bit set. */
export const Cause = {
  instructionMisaligned: 0,
  instructionAccess: 1,
  illegalInstruction: 2,
  breakpoint: 3,
  loadMisaligned: 4,
  loadAccess: 5,
  storeMisaligned: 6,
  storeAccess: 7,
  userEcall: 8,
  supervisorEcall: 9,
  instructionPageFault: 12,
  loadPageFault: 13,
  storePageFault: 15,
  /** The bit that tells interrupts from exceptions. */
  interrupt: 0x8000_0000,
  softwareInterrupt: 0x8000_0001,
  timerInterrupt: 0x8000_0005,
  externalInterrupt: 0x8000_0009,
} as const;

/** What `scause` means, in words, for stories and messages. */
export const causeName = (cause: Word): string =>
  ({
    [Cause.instructionMisaligned]: 'instruction address misaligned',
    [Cause.instructionAccess]: 'instruction access fault',
    [Cause.illegalInstruction]: 'illegal instruction',
    [Cause.breakpoint]: 'breakpoint',
    [Cause.loadMisaligned]: 'load address misaligned',
    [Cause.loadAccess]: 'load access fault',
    [Cause.storeMisaligned]: 'store address misaligned',
    [Cause.storeAccess]: 'store access fault',
    [Cause.userEcall]: 'system call',
    [Cause.supervisorEcall]: 'system call from supervisor mode',
    [Cause.instructionPageFault]: 'instruction page fault',
    [Cause.loadPageFault]: 'load page fault',
    [Cause.storePageFault]: 'store page fault',
    [Cause.softwareInterrupt]: 'inter-processor interrupt',
    [Cause.timerInterrupt]: 'timer interrupt',
    [Cause.externalInterrupt]: 'external interrupt',
  })[cause] ?? `cause ${cause}`;

/** Bits of a page table entry. */
export const Pte = { V: 1, R: 2, W: 4, X: 8, U: 16, G: 32, A: 64, D: 128 } as const;

/** R, W and X together: a valid entry without any of them points to the next table. */
export const LEAF_BITS = Pte.R | Pte.W | Pte.X;

/**
 * Builds a page table entry: `pte(frame, V | U | R)`. The bits are its properties, so that
 * `const { V, U, R } = pte` reads well in a kernel.
 */
export const pte: ((frame: Frame, bits: number) => Word) & typeof Pte = Object.assign(
  (frame: Frame, bits: number): Word => ((frame << 10) | bits) >>> 0,
  Pte,
);

/** The frame that an entry points to. */
export const frameOf = (entry: Word): Frame => entry >>> 10;

/** The value for `satp` that translates through `root`; `asid` is 0 to 511. */
export const satp = (root: Frame, asid = 0): Word =>
  (0x8000_0000 | ((asid & 0x1ff) << 22) | (root & 0x3f_ffff)) >>> 0;
export const rootOf = (value: Word): Frame => value & 0x3f_ffff;
export const asidOf = (value: Word): number => (value >>> 22) & 0x1ff;

/** Register numbers by their ABI names (RISC-V psABI, 1.1). Index = number. */
export const REGISTER_NAMES = [
  'zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 's0', 's1', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5',
  'a6', 'a7', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 't3', 't4', 't5', 't6',
] as const; // biome-ignore format: one row is one half of the register file
export type RegisterName = (typeof REGISTER_NAMES)[number];
const REGISTER_NUMBERS = new Map<string, number>(
  REGISTER_NAMES.map((name, number) => [name, number]),
);
export const registerNumber = (name: RegisterName): number => REGISTER_NUMBERS.get(name) ?? 0;
/** Where an argument and a result travel. */
export const A0 = 10;
export const A7 = 17;

/** A word of a frame, a table or a log; beyond its end 0. */
export const wordIn = (words: ArrayLike<Word>, index: number): Word => words[index] ?? 0;

/** Rights of a translation as R, W and X bits of a page table entry. */
export type Rights = number;
export const rightsName = (rights: Rights): string =>
  `${rights & Pte.R ? 'r' : ''}${rights & Pte.W ? 'w' : ''}${rights & Pte.X ? 'x' : ''}` || 'none';
