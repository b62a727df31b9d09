/**
 * What a call on files does: which errors apply, what it may return, and the file system after it. Pure, and without
 * tasks and memory: the rules of the abstract OS are built on it, and it can be held against a real system.
 */
import type { FileCall, Outcome, Situation } from './call.ts';
import { succeeds } from './call.ts';
import { close, dup, fwrite, open, read, seek, truncate } from './descriptors.ts';
import { link, mkdir, rename, rmdir, stat, unlink } from './names.ts';
import type { FileSystem, Owner } from './tree.ts';

export const outcomeOf = (at: Situation, call: FileCall): Outcome => {
  switch (call.call) {
    case 'open':
      return open(at, call);
    case 'close':
      return close(at, call.fd);
    case 'dup':
      return dup(at, call.fd);
    case 'read':
      return read(at, call);
    case 'fwrite':
      return fwrite(at, call);
    case 'seek':
      return seek(at, call);
    case 'truncate':
      return truncate(at, call);
    case 'unlink':
      return unlink(at.fs, call.path);
    case 'link':
      return link(at.fs, call.from, call.to);
    case 'rename':
      return rename(at.fs, call.from, call.to);
    case 'mkdir':
      return mkdir(at.fs, call.path);
    case 'rmdir':
      return rmdir(at.fs, call.path);
    case 'stat':
      return stat(at.fs, call.path, call.room ?? true);
    case 'sync':
      return succeeds(at.fs);
  }
};

/** The call as it was done where its result, within the bounds of the outcome, was this one. */
export const settled = (call: FileCall, result: number): FileCall => {
  if (call.call === 'read' || call.call === 'fwrite') return { ...call, length: result };
  // Only from the end of a directory any offset may result.
  if (call.call === 'seek') return { ...call, offset: result, whence: 0 };
  return call;
};

/**
 * Makes a call of one process on a file system that nobody else uses.
 * @returns the outcome; its `fs` is the one to go on with, also after an error
 */
export const applyFileCall = (fs: FileSystem, call: FileCall, owner: Owner = 1): Outcome =>
  outcomeOf({ fs, owner }, call);
