/**
 * Contents of what was synced, after a service has failed: a file that no call can have changed since is followed again
 * from the moment it is opened, and each read of it must give the bytes that were synced. So must `stat` its size.
 *
 * Not followed: what several tasks of a space use, and a descriptor that is used for anything but reading. Whatever
 * answers EIO may have failed again, and then nothing is open any more. A read may be cut short, but not to nothing.
 */
import type { CallName } from '../../../spec/abi.ts';
import { errnoOf } from '../../../spec/errno.ts';
import { OpenFlag } from '../../../spec/files.ts';
import type { Word } from '../../../spec/riscv.ts';
import type { OsState, PendingCall, SpaceId, Task } from '../state.ts';
import type { Violation } from '../violation.ts';
import { outcomeOf, settled } from './apply.ts';
import { bufferOf } from './buffer.ts';
import type { FileCall } from './call.ts';
import { openAt } from './descriptors.ts';
import { isUntouched, withNothingOpen } from './kept.ts';
import { type Stored, storeBytes } from './memory.ts';
import { nodeOf } from './path.ts';
import { isServed, requestOf } from './request.ts';
import { type FileSystem, install, uninstall } from './tree.ts';

/** What the call must have stored, or what is wrong with its result; `undefined`: nothing is known. */
export const lookAgain = (
  state: OsState,
  task: Task,
  name: CallName,
  { args }: PendingCall,
  a0: Word,
): Stored | Violation | undefined => {
  const { kept } = state;
  if (!kept || !isServed(name)) return undefined;
  const request = requestOf(state, task, name, args);
  if (request.call === 'bind' || request.call === 'sendTo' || request.call === 'receiveFrom')
    return undefined;
  const { reopened } = kept;
  const failed = errnoOf(a0) !== undefined;
  const set = (fs: FileSystem): void => {
    state.kept = { ...kept, reopened: fs };
  };
  if (failed || isShared(state, task)) {
    set(withNothingOpen(reopened));
    return undefined;
  }
  const { va } = bufferOf(name, args);
  if (request.call === 'stat') return statAgain(state, task, reopened, request, va);
  if (request.call === 'open') {
    set(opened(state, task, reopened, request, a0));
    return undefined;
  }
  if (request.call === 'read') {
    const read = readAgain(state, task, reopened, request, a0);
    if (read && 'clause' in read) return read;
    set(read ? read.fs : uninstall(reopened, task.space, request.fd));
    return read && { va, bytes: read.stored, loose: 0 };
  }
  if ('fd' in request) set(without(reopened, task.space, request.fd, a0));
  return undefined;
};

/** The call stored this, and must have: whole words, for what else is in a word may be anything. */
export const storeSynced = (
  state: OsState,
  task: Task,
  call: PendingCall,
  { va, bytes, loose }: Stored,
): void => {
  const from = (va + 3) & ~3;
  const end = (va + bytes.length - loose) & ~3;
  if (end > from)
    storeBytes(state, task, { va: from, bytes: bytes.slice(from - va, end - va), loose: 0 });
  call.synced = true;
};

/** May calls of others matter to what the task has open? */
const isShared = (state: OsState, { space }: Task): boolean =>
  state.spaces.get(space)?.tasks !== 1 || state.ghosts.some(({ owner }) => owner === space);

const without = (fs: FileSystem, owner: SpaceId, ...fds: readonly number[]): FileSystem =>
  fds.reduce((left, fd) => uninstall(left, owner, fd), fs);

const statAgain = (
  state: OsState,
  task: Task,
  files: FileSystem,
  request: FileCall & { call: 'stat' },
  va: Word,
): Stored | undefined => {
  const { path } = request;
  const node = nodeOf(files, path);
  if (typeof path !== 'string' || files.nodes.get(node)?.kind !== 'file') return undefined;
  if (!isUntouched(state, task, files, path, node)) return undefined;
  const { errors, stored, loose } = outcomeOf({ fs: files, owner: task.space }, request);
  return errors.length > 0 ? undefined : { va, bytes: stored, loose };
};

const opened = (
  state: OsState,
  task: Task,
  files: FileSystem,
  { path, flags }: FileCall & { call: 'open' },
  fd: Word,
): FileSystem => {
  const left = uninstall(files, task.space, fd);
  const node = nodeOf(left, path);
  const makes = (flags & (OpenFlag.create | OpenFlag.truncate)) !== 0;
  if (makes || typeof path !== 'string' || left.nodes.get(node)?.kind !== 'file') return left;
  if (!isUntouched(state, task, left, path, node)) return left;
  const description = { node, flags, offset: 0, descriptors: 0 };
  return install({ ...left, next: left.next + 1 }, task.space, fd, left.next, description);
};

const readAgain = (
  state: OsState,
  task: Task,
  fs: FileSystem,
  request: FileCall & { call: 'read' },
  a0: Word,
): { readonly fs: FileSystem; readonly stored: Uint8Array } | Violation | undefined => {
  const at = { fs, owner: task.space };
  const node = openAt(at, request.fd)?.description.node;
  if (node === undefined || !isUntouched(state, task, fs, undefined, node)) return undefined;
  const { errors, most } = outcomeOf(at, request);
  if (errors.length > 0) return undefined;
  if (a0 <= most && (a0 > 0 || most === 0)) return outcomeOf(at, settled(request, a0));
  return {
    clause: 'wrong-result-files',
    hart: task.hart,
    tid: task.tid,
    expected: `${most}: so much is left of what was synced`,
    observed: `read returns ${a0}`,
  };
};
