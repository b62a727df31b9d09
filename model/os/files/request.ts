/** A system call as the services get it: its arguments, and what they point to in the caller's memory. */
import type { CallName } from '../../../spec/abi.ts';
import { MAX_DATAGRAM } from '../../../spec/calls/datagrams.ts';
import { MAX_TRANSFER } from '../../../spec/files.ts';
import type { Args } from '../rule.ts';
import type { OsState, Task } from '../state.ts';
import { loadable, pathAt, storable } from './memory.ts';
import type { ServiceCall } from './served.ts';

type Reader = (state: OsState, task: Task, args: Args) => ServiceCall;

const READERS = {
  open: (state, task, [path, flags]) => ({ call: 'open', path: pathAt(state, task, path), flags }),
  close: (_, __, [fd]) => ({ call: 'close', fd }),
  read: (state, task, [fd, va, length]) => ({
    call: 'read',
    fd,
    length,
    room: storable(state, task, va, Math.min(length, MAX_TRANSFER)),
  }),
  fwrite: (state, task, [fd, va, length]) => ({
    call: 'fwrite',
    fd,
    length,
    bytes: loadable(state, task, va, Math.min(length, MAX_TRANSFER)),
  }),
  seek: (_, __, [fd, offset, whence]) => ({ call: 'seek', fd, offset, whence }),
  dup: (_, __, [fd]) => ({ call: 'dup', fd }),
  truncate: (_, __, [fd, length]) => ({ call: 'truncate', fd, length }),
  unlink: (state, task, [path]) => ({ call: 'unlink', path: pathAt(state, task, path) }),
  link: (state, task, [from, to]) => ({
    call: 'link',
    from: pathAt(state, task, from),
    to: pathAt(state, task, to),
  }),
  rename: (state, task, [from, to]) => ({
    call: 'rename',
    from: pathAt(state, task, from),
    to: pathAt(state, task, to),
  }),
  mkdir: (state, task, [path]) => ({ call: 'mkdir', path: pathAt(state, task, path) }),
  rmdir: (state, task, [path]) => ({ call: 'rmdir', path: pathAt(state, task, path) }),
  stat: (state, task, [path, va]) => ({
    call: 'stat',
    path: pathAt(state, task, path),
    room: storable(state, task, va, 8) === 8,
  }),
  sync: () => ({ call: 'sync' }),
  bind: (_, __, [port]) => ({ call: 'bind', port }),
  sendTo: (state, task, [port, va, length]) => ({
    call: 'sendTo',
    port,
    length,
    bytes: loadable(state, task, va, Math.min(length, MAX_DATAGRAM + 1)),
  }),
  receiveFrom: (state, task, [port, va, capacity]) => ({
    call: 'receiveFrom',
    port,
    capacity,
    room: storable(state, task, va, Math.min(capacity, MAX_DATAGRAM)),
  }),
} as const satisfies Partial<Record<CallName, Reader>>;

export type ServedName = keyof typeof READERS;

export const isServed = (name: CallName): name is ServedName => Object.hasOwn(READERS, name);

export const requestOf = (state: OsState, task: Task, name: ServedName, args: Args): ServiceCall =>
  READERS[name](state, task, args);
