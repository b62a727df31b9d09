/**
 * The system calls: number, arguments, effect, every error and when. This table is the documentation for students
 * (`npx kernelcheck list --calls`), and the model judges results by the same names.
 *
 * Convention (RISC-V Linux): `a7` the call, `a0` … `a2` arguments, `a0` the result, errors as negative errno. `pc` goes
 * on behind the ecall; every register but `a0` survives (`receive`, `replyReceive` and `call` that succeed also set `a1` and `a2`). Where several errors apply, any of them may be returned. A
 * call that fails changes nothing.
 */
import { Call, type CallDescription } from './calls/call.ts';
import { CORE_CALLS } from './calls/core.ts';
import { DATAGRAM_CALLS } from './calls/datagrams.ts';
import { FILE_CALLS } from './calls/files.ts';
import { IPC_CALLS } from './calls/ipc.ts';
import { MODULE_CALLS } from './calls/modules.ts';

export {
  ABI_GROUPS,
  type AbiGroup,
  Call,
  type CallDescription,
  type CallName,
} from './calls/call.ts';

export const CALLS: readonly CallDescription[] = [
  ...CORE_CALLS,
  ...FILE_CALLS,
  ...DATAGRAM_CALLS,
  ...IPC_CALLS,
  ...MODULE_CALLS,
];

export const callByNumber = (number: number): CallDescription | undefined =>
  CALLS.find(({ name }) => Call[name] === number);

/**
 * The frame budget: a call may fail with ENOMEM only if the live address spaces' pages, plus this many frames for each
 * address space and task and for the kernel itself, exceed the frames that boot gave out as free.
 */
export const FRAME_BUDGET = {
  /** Page tables and bookkeeping of one address space. */
  perSpace: 6,
  /** Bookkeeping of one task that has not been waited for. */
  perTask: 1,
  /** The kernel's own. */
  kernel: 4,
} as const;

/** What wait returns. */
export const exitStatus = (code: number): number => code & 0xff;
export const faultStatus = (cause: number): number => 256 + cause;
export const KILLED_STATUS = 512;
