/**
 * Where the monolithic kernel keeps its state: everything lies in frames of simulated RAM, so that a wild store can
 * really destroy it. Nothing but views of these frames is held outside.
 *
 *     control frame   scalars, one block a hart, the directories of the tables below
 *     frame table     one word a frame: who uses it, or the next free one
 *     task table      64 words a task: its fields, and its registers while it does not run
 *     space table     8 words an address space
 *
 * A table grows by a frame when it is full, and gives a frame back when nothing is left in it; its directory in the
 * control frame names its frames. The control frame, in words:
 *
 *     0            16                80           84        128           385            402
 *     [ scalars    | harts 4 × 16    | frames × 4 |         | 1 + tasks   | 1 + spaces   |       ]
 *
 * Tasks and spaces are known by the address of their record, in words of RAM (tables.ts); 0 means none.
 */

/** The address of a task's record; 0: no task. Unlike a tid it is used again. */
export type Task = number;
/** The address of an address space's record; 0: the kernel's own tables. */
export type Space = number;

/** Words of the control frame. */
export const Control = {
  /** The tid that the next task gets. */
  nextTid: 0,
  /** First free frame, the next ones by the frame table; 0: none. `freeTail` is for allocators that need it. */
  freeHead: 1,
  freeTail: 2,
  freeCount: 3,
  /** Free frames that are promised to pages which nobody has touched yet. */
  promised: 4,
  /** First and last task that is ready; 0: none. */
  queueHead: 5,
  queueTail: 6,
  /** Bit h: hart h waits for an interrupt and has not been sent one. */
  idle: 7,
  /** The root table that idle harts are on. */
  kernelRoot: 8,
  /** Two words: bit a is set while a space has asid a. Bit 0 is always set. */
  asids: 9,
  /** The number that the next address space gets. */
  nextSpace: 11,
  /** A word that only kernels with a policy of their own use. */
  policy: 12,
  /** Free frames at boot that the kernel took for itself: the first ones. */
  ownFrames: 13,
  /** The free frame that the next page gets, where somebody has chosen one; 0: any. */
  chosen: 14,
  /** A frame of what extends this kernel by messages (kernels/ipc); 0: none. */
  messages: 15,
  harts: 16,
  frameTable: 80,
  taskTable: 128,
  spaceTable: 385,
} as const;

/** A table of records: where its directory begins in the control frame, its frames at most, and words of a record. */
export interface Table {
  readonly directory: number;
  readonly limit: number;
  readonly words: number;
}
export const TASKS: Table = { directory: Control.taskTable, limit: 256, words: 64 };
export const SPACES: Table = { directory: Control.spaceTable, limit: 16, words: 8 };

/** No queue of tasks is longer; one that was overwritten may lead round and round. */
export const MOST_TASKS = (TASKS.limit * 1024) / TASKS.words;

/** Words of a hart's block. */
export const HartWord = {
  /** The task that runs there, 0: none. */
  task: 0,
  /** The space whose root is in satp, 0: the kernel's. */
  space: 1,
  /** Fences that others have asked of this hart, and how many of them it has done: a difference is work to do. */
  requested: 2,
  done: 3,
  /** Bit h: the call on this hart waits until hart h has fenced; bit 4: until it is its turn. */
  awaited: 4,
  /** The space that it is about. */
  waitsOn: 5,
  /** The frame that is given back once they all have fenced; 0: none. */
  release: 6,
} as const;

/** First word of a hart's block. */
export const hartAt = (id: number): number => Control.harts + (id << 4);

/** A word of the frame table: FREE and the next free frame, or how many pages and tables use the frame. */
export const FREE_FRAME = 0x8000_0000;

/** Words of a task's record. */
export const TaskWord = {
  /** Word 0 of a record is 0 while nobody has it. */
  tid: 0,
  state: 1,
  space: 2,
  /** Its parent, while that lives. */
  parent: 3,
  /** The next task that is ready, while it is ready itself. */
  next: 4,
  /** What wait returns, once it has ended. */
  status: 5,
  /** The child that it waits for. */
  waitsFor: 6,
  /** What the kernel still does for it: the number of its kernel thread; 0: it goes on in user mode. */
  thread: 7,
  /** Not 0 while it waits in the kernel for something else than a child or a hart: it is in no queue. */
  blocked: 8,
  /** 16 words for what extends this kernel by messages (kernels/ipc). */
  messages: 16,
  /** 32 words: pc, x1 to x31. */
  context: 32,
} as const;

/** A doomed task was killed while another hart ran it: it ends at its next trap. */
export const TaskState = { alive: 0, doomed: 1, ended: 2 } as const;

/** Words of a space's record. */
export const SpaceWord = {
  /** The value for satp: its root table, and its asid, 1 to 63, or 0 if it has none of its own. */
  satp: 0,
  /** 4 MiB of user space need one leaf table. */
  leaf: 1,
  /** Tasks in it that have not ended. */
  tasks: 2,
  /** Bit h: hart h may hold old entries under this asid, and fences before it runs the space. */
  stale: 3,
  /** Harts whose calls are at work on the space and have to wait, first come first served (waiting.ts). */
  queue: 4,
  /** The virtual page of its text. */
  text: 5,
  /** Pages mapped, without text. */
  pages: 6,
  /** Its number: 1 or more, never given twice. */
  id: 7,
} as const;

/**
 * An entry of a leaf table, in use by the hardware (V) or a promise:
 *
 *     31            10   9    8   7  6  5  4  3  2  1  0
 *     [   frame      |  P  |  C | D  A  G  U  X  W  R  V ]
 *
 * P: a frame is promised, but nobody has touched the page yet. C is free for other policies (copy on write).
 */
export const PROMISED = 1 << 9;
export const POLICY_BIT = 1 << 8;
