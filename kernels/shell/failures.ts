/** How a program of the operator speaks of what went wrong: one line, with the name of the error. */
import { faultStatus, KILLED_STATUS } from '../../spec/abi.ts';
import { type ErrnoName, errnoName } from '../../spec/errno.ts';
import { causeName } from '../../spec/riscv.ts';

const SENTENCES: Partial<Record<ErrnoName, string>> = {
  EPERM: 'not allowed',
  ENOENT: 'no such file or directory',
  ESRCH: 'no such task, or it has ended',
  EIO: 'a service that it needs has failed',
  ECHILD: 'not a child of the shell, or waited for already',
  ENOMEM: 'no memory left',
  EBUSY: 'the root, or a path that ends with . or ..',
  EEXIST: 'it exists already',
  ENOTDIR: 'not a directory',
  EISDIR: 'it is a directory',
  EINVAL: 'not possible with this name',
  EMFILE: 'too many files are open',
  EFBIG: 'a file has at most 16384 bytes',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'a name has at most 12 bytes, a path 63',
  ENOSYS: 'this kernel has no such call',
  ENOTEMPTY: 'the directory is not empty',
};

/** `ENOENT: no such file or directory` */
export const failureText = (result: number): string => {
  const name = errnoName(-result);
  const sentence = SENTENCES[name as ErrnoName];
  return sentence === undefined ? name : `${name}: ${sentence}`;
};

/** How a child has ended, by what `wait` returned. */
export const statusText = (status: number): string => {
  if (status === KILLED_STATUS) return 'was killed';
  if (status < faultStatus(0)) return `ended with ${status}`;
  const cause = status - faultStatus(0);
  return `was stopped by a fault: ${causeName(cause)}`;
};
