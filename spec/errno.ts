/**
 * Error numbers of the system calls, as Linux numbers them. A call that fails returns the negative number in `a0`.
 * @see https://github.com/torvalds/linux/blob/master/include/uapi/asm-generic/errno-base.h
 */
import type { Word } from './riscv.ts';

export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EIO: 5,
  ENXIO: 6,
  ENOEXEC: 8,
  EBADF: 9,
  ECHILD: 10,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOTTY: 25,
  EFBIG: 27,
  ENOSPC: 28,
  EROFS: 30,
  EPIPE: 32,
  ERANGE: 34,
  EDEADLK: 35,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  EMSGSIZE: 90,
  EOPNOTSUPP: 95,
  EADDRINUSE: 98,
  ENOBUFS: 105,
  ECONNREFUSED: 111,
  EKEYREJECTED: 129,
} as const;
export type ErrnoName = keyof typeof Errno;

/** The error that `a0` carries, or `undefined` where it is a result. Errors are −1 to −4095, as Linux has it. */
export const errnoOf = (a0: Word): number | undefined => {
  const negative = a0 | 0;
  return negative < 0 && negative >= -4095 ? -negative : undefined;
};

export const errnoName = (errno: number): string =>
  Object.entries(Errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;

/** `a0` as a person reads it: `0`, `7`, `-EINVAL`. */
export const resultName = (a0: Word): string => {
  const errno = errnoOf(a0);
  return errno === undefined ? String(a0) : `-${errnoName(errno)}`;
};
