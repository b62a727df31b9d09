/**
 * What the layers of the reference kernel offer each other: names, what their arguments are, and what they do. Types and
 * shapes only, so that a layer can name what it expects below without importing anything of it.
 *
 *     5  programs    system calls and the tree of tasks
 *     4  buffering   files, kept in buffers, with the drivers of disk and network
 *     3  console     the operator's console
 *     2  segments    frames and address spaces
 *     1  processor   processes, semaphores, interrupts; all that touches hardware
 *
 * Strict layers: what a layer needs of one further down, all between pass on under their own name (`passedOn`).
 * Source: Dijkstra, The structure of the THE multiprogramming system, 1968; on the textbook's numbering.
 */
import type { OperationShape } from '../../../spec/layering.ts';
import type { Frame, Rights, VirtualAddress, Word } from '../../../spec/riscv.ts';
import type { Steps } from '../link/contract.ts';

type Shapes = Readonly<Record<string, OperationShape>>;

/** A process is what gets the processor; 1 or more, used again when it has ended. */
export type Process = number;
/** 1 or more, used again. */
export type Semaphore = number;
/** An address space: 1 or more, never used again. */
export type Space = number;

/** Layer 1 for those above layer 2 as well. */
export interface Processing {
  /** A process that begins at pc in tables, not ready yet; 0: there are too many. */
  create(tid: number, tables: Word, pc: VirtualAddress): Process;
  /** It may get a processor from now on. */
  ready(process: Process): number;
  /** The process that this hart has; 0: none. */
  current(): Process;
  /** The process gives its hart up when it leaves the kernel, and stays ready. */
  relinquish(): number;
  /**
   * A process is to get no processor any more. 0: it has none. 1: another hart has it, which is interrupted: the
   * semaphore is signalled when it has left that hart.
   */
  halt(process: Process, semaphore: Semaphore): number;
  /** It goes on without a task: on the kernel's own tables, as nobody. */
  detach(process: Process): number;
  /** The tables that this hart is on. */
  tables(): Word;
  /** It is forgotten. If this hart has it, it has none now. */
  end(process: Process): number;
  /** A semaphore; 0: there are too many. */
  semaphore(count: number): Semaphore;
  /** Nobody waits there any more. */
  dismiss(semaphore: Semaphore): number;
  wait(semaphore: Semaphore): Steps;
  signal(semaphore: Semaphore): number;
  readRegister(device: number, offset: number): Word;
  writeRegister(device: number, offset: number, value: Word): number;
  /** Has the disk carry out a command on a piece of a frame, and answers with its status when it has. */
  transfer(frame: Frame, offset: number, command: number): Steps;
}

export const PROCESSING: Shapes = {
  create: { args: ['value', 'value', 'value'] },
  ready: { args: ['value'] },
  current: { args: [] },
  relinquish: { args: [] },
  halt: { args: ['value', 'value'] },
  detach: { args: ['value'] },
  tables: { args: [] },
  end: { args: ['value'] },
  semaphore: { args: ['value'] },
  dismiss: { args: ['value'] },
  wait: { args: ['semaphore'], waits: true, semaphore: 'wait' },
  signal: { args: ['semaphore'], semaphore: 'signal' },
  readRegister: { args: ['value', 'value'] },
  writeRegister: { args: ['value', 'value', 'value'] },
  transfer: { args: ['frame', 'value', 'value'], waits: true },
};

/** Layer 1. */
export interface Processor extends Processing {
  /** Sends bytes of a layer's memory to the console. */
  send(from: VirtualAddress, bytes: number): number;
  /** Waits until something has been typed at the console; what came since the last wait counts. */
  typed(): Steps;
  /** The frame belongs to this layer from now on. */
  assign(frame: Frame, layer: number): number;
  /** Zeros. */
  clear(frame: Frame): number;
  /** All harts on these tables forget what they know of them. */
  forgetTables(tables: Word): number;
}

export const PROCESSOR: Shapes = {
  ...PROCESSING,
  send: { args: ['reads', 'length'] },
  typed: { args: [], waits: true },
  assign: { args: ['value', 'value'] },
  clear: { args: ['frame'] },
  forgetTables: { args: ['value'] },
};

/** Layer 2 for those above layer 3 as well. */
export interface Memory extends Processing {
  /** A space with the text of a program and nothing else, or an error. */
  createSpace(program: number): Space | number;
  releaseSpace(space: Space): number;
  /** What a process in it starts with. */
  tablesOf(space: Space): Word;
  map(space: Space, va: Word, rights: Rights): number;
  unmap(space: Space, va: Word): number;
  protect(space: Space, va: Word, rights: Rights): number;
  share(space: Space, va: Word, other: Space, rights: Rights): number;
  /** 1: the access is allowed, and can be tried again. */
  repair(space: Space, va: Word, cause: Word): number;
  /** The space on which the calling process is; 0: none, or it is gone. */
  here(): Space;
  /** Between a layer's memory and that of this space: 0, or −EFAULT if a program there may not access all of it. */
  copyIn(from: VirtualAddress, to: VirtualAddress, bytes: number): number;
  copyOut(from: VirtualAddress, to: VirtualAddress, bytes: number): number;
}

export const MEMORY: Shapes = {
  ...PROCESSING,
  createSpace: { args: ['value'] },
  releaseSpace: { args: ['value'] },
  tablesOf: { args: ['value'] },
  map: { args: ['value', 'value', 'value'] },
  unmap: { args: ['value', 'value'] },
  protect: { args: ['value', 'value', 'value'] },
  share: { args: ['value', 'value', 'value', 'value'] },
  repair: { args: ['value', 'value', 'value'] },
  here: { args: [] },
  copyIn: { args: ['reads', 'writes', 'length'] },
  copyOut: { args: ['reads', 'writes', 'length'] },
};

/** Layer 2. */
export interface Segments extends Memory {
  send(from: VirtualAddress, bytes: number): number;
  typed(): Steps;
}

/** Layer 1 for the console. */
export const TERMINAL: Shapes = {
  send: { args: ['reads', 'length'] },
  typed: { args: [], waits: true },
};

export const SEGMENTS: Shapes = { ...MEMORY, ...TERMINAL };

/** Layer 3. */
export interface Console extends Memory {
  /** Sends bytes of the calling process to the console: how many, or −EFAULT. */
  write(from: VirtualAddress, bytes: number): number;
  /** Waits for a line and gives its first bytes to the calling process: how many, or −EFAULT. */
  input(to: VirtualAddress, bytes: number): Steps;
}

export const CONSOLE: Shapes = {
  ...MEMORY,
  write: { args: ['reads', 'length'] },
  input: { args: ['writes', 'length'], waits: true },
};

/** Layer 4. */
export interface Buffering extends Console {
  /** A call on files or datagrams of the calling process, by its number in the ABI. */
  request(call: number, a0: Word, a1: Word, a2: Word): Steps;
  /** A space is gone: what it had open is closed. */
  forget(space: Space): Steps;
}

export const BUFFERING: Shapes = {
  ...CONSOLE,
  request: { args: ['call', 'value', 'value', 'value'], waits: true },
  forget: { args: ['value'], waits: true },
};

/** Operations that a layer only passes on to the layer below. */
export const passedOn = <T extends object>(
  below: T,
  shapes: Shapes,
): Readonly<Record<string, (...args: number[]) => number | Steps>> =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, { waits }]) => {
      const door = (below as Record<string, (...args: number[]) => number | Steps>)[name];
      if (!door) throw new Error(`there is no ${name} below`);
      return [
        name,
        waits
          ? function* (...args: number[]): Steps {
              return yield* door(...args) as Steps;
            }
          : door,
      ];
    }),
  );
