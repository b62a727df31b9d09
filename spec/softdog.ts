/**
 * A watchdog made of the kernel's timer: a device that wants to hear from its user in time. What it does when it does not
 * is to count; a real one restarts the machine.
 *
 *     31  24 23          20 19   16 15    0
 *     [ key | what is wanted |  0   | ticks ]
 * @see Linux, drivers/watchdog/softdog.c; Documentation/watchdog/watchdog-api.rst
 */
import type { Word } from './riscv.ts';

/** Of the point `device`: the minor number of /dev/watchdog. */
export const WATCHDOG = 130;

export const WatchdogRequest = {
  /** How often nobody was heard of in time. */
  bites: 0,
  /** It is to be heard from within so many ticks. 0; EINVAL: none. */
  start: 1,
  /** Here I am. 0; EINVAL: it is not started. */
  ping: 2,
  /** No more, if the argument is MAGIC_CLOSE: whoever dies does not say that. 0; EINVAL. */
  stop: 3,
} as const;
/** The letter V. */
export const MAGIC_CLOSE = 0x56;

export const watchdogRequest = (wanted: number, ticks = 0): Word =>
  ((WATCHDOG << 24) | (wanted << 20) | ticks) >>> 0;
