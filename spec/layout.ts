/**
 * Where everything is when a kernel boots: frames, addresses and the words of text pages.
 *
 *     frame 0        kernel text            mapped at 0x8000_0000, read and execute
 *     frame 1        kernelRoot             the root table that maps the kernel and nothing else
 *     frame 2        its leaf table
 *     frame 3 …      text of programs[0] …  one frame each
 *     the rest       free
 *
 * Kernel addresses: 0x8000_0000 text; 0xC000_0000 all of RAM, read and write, as one superpage per 4 MiB (the direct
 * map); 0xF000_0000 the registers of all devices, as one superpage. User addresses: 0x1000 the program's text; userEnd = 4 MiB.
 *
 * A word of text (DESIGN section 4) is `kind:4 | index:28`. Kind 0 is illegal, so that zeroed memory never runs.
 */
import { DEVICE_FRAME, DEVICE_WINDOW } from './devices.ts';
import { type Frame, PAGE_SIZE, Pte, pte, type VirtualAddress, type Word } from './riscv.ts';
import type { Operation, Workload } from './workload.ts';

export const KERNEL_TEXT_FRAME: Frame = 0;
export const KERNEL_ROOT_FRAME: Frame = 1;
export const KERNEL_LEAF_FRAME: Frame = 2;
export const FIRST_TEXT_FRAME: Frame = 3;

export const KERNEL_TEXT: VirtualAddress = 0x8000_0000;
export const DIRECT_MAP: VirtualAddress = 0xc000_0000;
export const USER_TEXT: VirtualAddress = 0x1000;
export const USER_END: VirtualAddress = 0x40_0000;

/** Body k of a program begins at USER_TEXT + k × BODY_STRIDE: at most 64 operations and 15 bodies. */
export const BODY_STRIDE = 0x100;
export const MAX_BODY = BODY_STRIDE / 4;
export const MAX_BODIES = PAGE_SIZE / BODY_STRIDE - 1;

/** Behind the bodies: texts, 16 of 16 bytes with the zero byte at the end of each. */
export const TEXT_STRIDE = 16;
export const MAX_TEXTS = BODY_STRIDE / TEXT_STRIDE;
export const textAddress = (text: number): VirtualAddress =>
  USER_TEXT + MAX_BODIES * BODY_STRIDE + text * TEXT_STRIDE;

/**
 * Processes that the kernel itself brings (services in user space) have ids from here on. They are no tasks of the
 * abstract OS: nobody spawns, kills or waits for them.
 */
export const SERVICE_TID = 0x4000_0000;
/**
 * Modules that run in user space have ids from here on, by their place among the files. In a kernel they lie in a window
 * of its address space; in user space, at the same addresses in tables of their own.
 */
export const MODULE_TID = 0x5000_0000;
export const MODULE_WINDOW: VirtualAddress = 0xa000_0000;
/** The segment of service i: pages from here on, its page of text at the end. One leaf table each. */
export const SERVICE_SPAN = 1 << 22;
export const serviceSegment = (service: number): VirtualAddress =>
  0x9000_0000 + service * SERVICE_SPAN;
export const serviceText = (service: number): VirtualAddress =>
  serviceSegment(service) + SERVICE_SPAN - PAGE_SIZE;

/** Kinds of a text word. */
export const TextKind = { illegal: 0, script: 1, native: 2 } as const;
export const textWord = (kind: number, index: number): Word => ((kind << 28) | index) >>> 0;
export const kindOfText = (word: Word): number => word >>> 28;
export const indexOfText = (word: Word): number => word & 0x0fff_ffff;

export const bodyAddress = (body: number): VirtualAddress => USER_TEXT + body * BODY_STRIDE;

export interface TextPage {
  readonly frame: Frame;
  /** Words by their index within the frame; all others are 0. */
  readonly words: ReadonlyMap<number, Word>;
}

export interface Layout {
  /** Every operation of the workload; a script word's index names one. */
  readonly operations: readonly Operation[];
  /** Text of each program, in order. */
  readonly texts: readonly TextPage[];
  readonly firstFree: Frame;
}

/** Lays a workload out in memory: pure, the same for the machine and for the model. */
export const layoutOf = (workload: Workload): Layout => {
  const operations: Operation[] = [];
  const texts = workload.programs.map((program, index): TextPage => {
    const words = new Map<number, Word>();
    for (const [number, body] of program.bodies.entries()) {
      let slot = (number * BODY_STRIDE) / 4;
      for (const operation of body) {
        words.set(slot, textWord(TextKind.script, operations.length));
        operations.push(operation);
        slot += 1;
      }
    }
    for (const [number, text] of (program.texts ?? []).entries()) {
      for (let at = 0; at < text.length; at++) {
        const byte = textAddress(number) - USER_TEXT + at;
        const word = (words.get(byte >>> 2) ?? 0) | (text.charCodeAt(at) << ((byte & 3) * 8));
        words.set(byte >>> 2, word >>> 0);
      }
    }
    return { frame: FIRST_TEXT_FRAME + index, words };
  });
  return { operations, texts, firstFree: FIRST_TEXT_FRAME + workload.programs.length };
};

/** The words of kernelRoot and its leaf table at boot: what every root table of a kernel starts from. */
export const kernelTables = (frames: number): readonly TextPage[] => {
  const root = new Map([[KERNEL_TEXT >>> 22, pte(KERNEL_LEAF_FRAME, Pte.V)]]);
  for (let first = 0; first < frames; first += 1024) {
    root.set(
      (DIRECT_MAP >>> 22) + first / 1024,
      pte(first, Pte.V | Pte.R | Pte.W | Pte.G | Pte.A | Pte.D),
    );
  }
  root.set(DEVICE_WINDOW >>> 22, pte(DEVICE_FRAME, Pte.V | Pte.R | Pte.W | Pte.G | Pte.A | Pte.D));
  const leaf = new Map([[0, pte(KERNEL_TEXT_FRAME, Pte.V | Pte.R | Pte.X | Pte.G | Pte.A)]]);
  return [
    { frame: KERNEL_ROOT_FRAME, words: root },
    { frame: KERNEL_LEAF_FRAME, words: leaf },
  ];
};
