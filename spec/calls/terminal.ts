/**
 * The call on what is typed at the console. It is no part of the groups that are judged: a kernel with a console service
 * has it, and none claims it.
 *
 * What is typed comes in lines, each ended by a line end (10); a line of more than MAX_LINE bytes counts as ended there.
 * Each byte is given to one caller, in the order in which they were typed: of several that wait the first gets the first
 * line.
 *
 * `input(va, bytes)` waits until a line has been typed and stores its first bytes at va, at most so many, the line end
 * included. It returns how many it stored; the rest of the line stays for the next call. With bytes 0 it returns 0 at
 * once. EFAULT: a byte of those to store cannot be stored by the caller: then the line stays. EIO: a service that it needs
 * has failed.
 */

import type { CallBuffer } from './call.ts';

/** Its number for `a7`. */
export const INPUT_CALL = 15;

/** Bytes of a line with its line end, at most. */
export const MAX_LINE = 128;

/** What it touches of its caller’s memory. */
export const INPUT_BUFFERS: readonly CallBuffer[] = [
  { address: 0, length: 1, most: MAX_LINE, writes: true },
];
