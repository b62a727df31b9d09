/**
 * Where layer 1 keeps what it knows, in words of its own pages.
 *
 *     [ scalars and harts | semaphores × 4 | processes × 64 | bytes on their way to the console ]
 *     0                   256              2048             18432
 */
import type { HartId } from '../../../../spec/riscv.ts';
import type { Process, Semaphore } from '../interfaces.ts';

const HARTS = 16;
const SEMAPHORES = 256;
const PROCESSES = 2048;
export const OUTPUT = 18_432;

/** How many there can be, and one more: 0 is none. */
export const SEMAPHORE_COUNT = 448;
export const PROCESS_COUNT = 256;
export const PROCESS_WORDS = 64;
export const PAGES = 19;

/** Scalars: the queue of those that are ready, a bit for each idle hart, the semaphores of the devices. */
export const At = { head: 0, tail: 1, idle: 2, devices: 4 } as const;
/** Words of a hart. */
export const HartAt = { process: 0, tables: 1, gives: 2 } as const;
/** Words of a semaphore: signals to spare, and who waits. */
export const SemaphoreAt = { used: 0, count: 1, first: 2, last: 3 } as const;
/** Words of a process; registers behind. */
export const ProcessAt = { state: 0, tid: 1, tables: 2, next: 3, leaves: 4, context: 32 } as const;
export const State = { free: 0, resting: 1, ready: 2, running: 3, waiting: 4 } as const;

export const hartAt = (id: HartId): number => HARTS + id * 4;
export const semaphoreAt = (semaphore: Semaphore): number => SEMAPHORES + semaphore * 4;
export const processAt = (process: Process): number => PROCESSES + process * PROCESS_WORDS;
