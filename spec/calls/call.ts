/** The groups of calls, their numbers, and what a call's description says. */
import type { ErrnoName } from '../errno.ts';

/** What a kernel may implement, each claimed as a whole. */
export const ABI_GROUPS = [
  'tasks',
  'children',
  'memory',
  'protection',
  'sharing',
  'threads',
  'console',
  'files',
  'datagrams',
  'ipc',
  'modules',
] as const;
export type AbiGroup = (typeof ABI_GROUPS)[number];

/** Numbers for `a7`. */
export const Call = {
  spawn: 1,
  exit: 2,
  yield: 3,
  wait: 4,
  kill: 5,
  map: 6,
  unmap: 7,
  protect: 8,
  share: 9,
  thread: 10,
  write: 11,

  open: 16,
  close: 17,
  read: 18,
  fwrite: 19,
  seek: 20,
  dup: 21,
  truncate: 22,
  unlink: 23,
  link: 24,
  rename: 25,
  mkdir: 26,
  rmdir: 27,
  stat: 28,
  sync: 29,

  bind: 32,
  sendTo: 33,
  receiveFrom: 34,

  endpoint: 40,
  mint: 41,
  give: 42,
  drop: 43,
  revoke: 44,
  send: 45,
  receive: 46,
  call: 47,
  reply: 48,
  notify: 49,
  replyReceive: 50,

  loadModule: 52,
  unloadModule: 53,
  moduleState: 54,
  holdModule: 55,
  releaseModule: 56,
  useModule: 57,
  ask: 58,
} as const;
export type CallName = keyof typeof Call;

/** Memory of the caller that a call reads or writes: so the caller lends it until the call returns. */
export interface CallBuffer {
  /** Which argument is its address: 0, 1 or 2. */
  readonly address: number;
  /** Which argument is its length in bytes; without: as long as `most` says. */
  readonly length?: number;
  /** At most so many bytes are touched. */
  readonly most?: number;
  /** The call stores there. */
  readonly writes?: true;
}

export interface CallDescription {
  readonly name: CallName;
  readonly group: AbiGroup;
  /** Names of `a0`, `a1`, `a2`. */
  readonly args: readonly string[];
  /** None: it touches no memory of its caller. */
  readonly buffers?: readonly CallBuffer[];
  /** What it does and returns when it succeeds. */
  readonly effect: string;
  /** Every error, and when it applies. */
  readonly errors: Partial<Record<ErrnoName, string>>;
}
