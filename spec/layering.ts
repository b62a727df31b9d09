/**
 * What a layered kernel is, and the numbers that go with it.
 *
 *     layer N−1   user programs and the user interface: user mode
 *     layer N−2   the topmost layer of the kernel: system calls and exceptions of user programs enter here
 *     …
 *     layer 1     processor allocation: the only one that touches hardware; interrupts enter here
 *     layer 0     the hardware
 *
 * **Strict**: a layer calls exactly the layer below it. **Relaxed**: any layer below. Never one above, and no layer calls
 * itself through its own door. A return goes to the caller. Each layer owns frames of its own; another layer touches them
 * only while they are lent to it: memory that a call names is lent downward until the call returns. What a layer waits
 * for is signalled by itself or by a layer below it.
 * Source: Dijkstra, The structure of the THE multiprogramming system, 1968; the textbook's numbering.
 */

/** N, the hardware and the user programs included. */
export const MIN_LAYERS = 3;
export const MAX_LAYERS = 12;
/** Layers of the hardware and of user programs: no kernel brings them. */
export const OUTER_LAYERS = 2;
/** Of an operation: registers pass its number and these. */
export const MAX_ARGUMENTS = 4;

export const DISCIPLINES = ['strict', 'relaxed'] as const;
export type Discipline = (typeof DISCIPLINES)[number];

/**
 * What an argument of an operation is. All are integers. `reads` and `writes` are addresses of memory that the caller
 * lends for the time of the call, so that the callee reads, or reads and writes it; its length in bytes is the next
 * `length` among the arguments. An address below USER_END belongs to the user program on whose behalf the call is made.
 * `call` is the number of a system call that is handed on, with its arguments behind it: it lends what that call does.
 */
export const ARGUMENT_KINDS = [
  'value',
  'call',
  'reads',
  'writes',
  'length',
  'frame',
  'semaphore',
] as const;
export type ArgumentKind = (typeof ARGUMENT_KINDS)[number];

export interface OperationShape {
  /** At most MAX_ARGUMENTS. */
  readonly args: readonly ArgumentKind[];
  /** It may wait, so it is a generator. */
  readonly waits?: true;
  /** It waits at, or signals, the semaphore among its arguments. */
  readonly semaphore?: 'wait' | 'signal';
}

/** What a layered kernel says of one of its layers; the index in its list is the layer's number less one. */
export interface LayerClaim {
  readonly name: string;
  /** What the layer above may ask: an operation's number is its place in this list. */
  readonly offers: readonly (OperationShape & { readonly name: string })[];
  /** Pages of data that it owns from boot on. */
  readonly pages: number;
}

/** Operations that are no layer's to call: the vector enters by them. Their arguments are values. */
export const Gate = {
  /** Layer 1. An interrupt: scause. */
  interrupt: 0xfff0,
  /** Layer 1. Chooses whom the hart runs next, and prepares the return: the tid, 0 for nobody. */
  dispatch: 0xfff1,
  /** The topmost layer. A system call: a7, a0, a1, a2. Its result is the call's, or NO_RESULT. */
  ecall: 0xfff2,
  /** The topmost layer. An exception of a user program: scause, stval. 0: the instruction runs again; or NO_RESULT. */
  exception: 0xfff3,
} as const;
export type GateName = keyof typeof Gate;

/** The task that called has ended: there is nobody to give a result. */
export const NO_RESULT = -4096;
