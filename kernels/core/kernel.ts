/**
 * What the kernel is made of: its state, and the record of named routines that work on it.
 *
 * Rules: routines call each other through `k.routines` only, so that replacing one in the record replaces it
 * everywhere (a variant makes another choice, a mutant makes a mistake). They share nothing but the state in RAM. What
 * is not a routine is an accessor or a walk over a table, where there is nothing to choose.
 *
 * Numbers: 0 means none for tasks, spaces and frames. A call answers with its result, or with NO_RESULT where the
 * caller does not go on with one.
 */
import type { BootImage, Hart, Machine, Wait } from '../../hardware/contract.ts';
import type { DeviceId } from '../../spec/devices.ts';
import type { Frame, Rights, VirtualAddress, Vpn, Word } from '../../spec/riscv.ts';
import type { Space, Task } from './layout.ts';

export interface State {
  readonly machine: Machine;
  readonly image: BootImage;
  readonly routines: Routines;
  /** The routines of the system calls, by number. */
  readonly calls: readonly (CallRoutine | undefined)[];
  /** The control frame. */
  readonly control: Uint32Array;
  /** All of RAM, word by word: the kernel reaches its records by address. */
  readonly ram: Uint32Array;
}

/** A call that is over without a result: the caller has ended, or waits and gets its result later. */
export const NO_RESULT = -4096;
/** A call that has changed nothing and starts again, when the hart has its turn (waiting.ts). */
export const TRY_AGAIN = -4097;

/** A system call: arguments as in the call table, the result for `a0`. */
export type CallRoutine = (
  k: State,
  hart: Hart,
  task: Task,
  a0: Word,
  a1: Word,
  a2: Word,
) => number;

/** Code that a hart goes on with after waiting for others. */
export type Waiting = Generator<Wait, void, void>;

export interface Routines {
  // ---- boot.ts
  /** The root table that idle harts are on and that every space's root is a copy of. */
  kernelRoot(k: State): Frame;
  /** Before the first address space is made: what else is mapped in all of them. */
  attach(k: State): void;

  // ---- trap.ts
  /** What runs on every trap. A generator where the hart has to wait for other harts. */
  trap(k: State, hart: Hart): Waiting | undefined;
  /** A trap out of the kernel itself: an idle hart is woken, or the kernel faulted. */
  trapFromKernel(k: State, hart: Hart): void;
  /** A system call of `task`: looks the number up, does it, and delivers its result. */
  call(k: State, hart: Hart, task: Task): void;
  /** A device wants attention. */
  externalInterrupt(k: State, hart: Hart): void;
  /** It is one that no service drives. */
  strayInterrupt(k: State, hart: Hart, device: DeviceId): void;
  /** Work of the kernel that belongs to no task: done before a hart leaves. */
  background(k: State, hart: Hart): void;
  /** The kernel thread of the task that the hart has been given goes on: to its end, or until it waits. */
  resume(k: State, hart: Hart, task: Task): void;

  // ---- switch.ts
  /** The registers of the interrupted task into its record. */
  saveContext(k: State, hart: Hart, task: Task): void;
  restoreContext(k: State, hart: Hart, task: Task): void;
  /** Chooses what the hart does next: a task, or to wait for one. */
  dispatch(k: State, hart: Hart): void;
  /** Makes the hart run a task. */
  switchTo(k: State, hart: Hart, task: Task): void;
  /** Puts the hart onto a space's tables, with nothing stale in its TLB. */
  loadSpace(k: State, hart: Hart, space: Space): void;
  idle(k: State, hart: Hart): void;
  /** Takes the hart away from the task that runs there and off its tables, for good. */
  vacate(k: State, hart: Hart): void;

  // ---- schedule.ts
  /** A task is ready to run. Wakes a hart that waits. */
  enqueue(k: State, task: Task): void;
  /** Takes a task out of the queue. */
  dequeue(k: State, task: Task): void;
  /** Takes the task that runs next out of the queue; 0: none is ready. */
  pickNext(k: State, hart: Hart): Task;
  /** The task that runs gives its hart up, but stays ready. */
  preempt(k: State, hart: Hart, task: Task): void;
  /** Instructions that a task has the hart for. */
  slice(k: State, hart: Hart): number;

  // ---- frames.ts
  /** A frame that nobody uses and nobody was promised, counted as used once; 0: none is left. */
  allocateFrame(k: State): Frame;
  /** One user less; the last one gives it back. */
  releaseFrame(k: State, frame: Frame): void;
  /** One user more. */
  retainFrame(k: State, frame: Frame): void;
  zeroFrame(k: State, frame: Frame): void;
  /** The pool of free frames: which one is taken next, and where one goes. Never asked for more than it has. */
  takeFrame(k: State): Frame;
  giveFrame(k: State, frame: Frame): void;

  // ---- spaces.ts
  /** An address space that holds the text of a program and no task; 0: no memory. */
  createSpace(k: State, program: number): Space;
  /** All that a space has: pages, tables, asid. No hart is on it any more. */
  releaseSpace(k: State, space: Space): void;
  /** An asid that no space has; 0: all are in use, the space shares asid 0 with others. */
  allocateAsid(k: State): number;
  releaseAsid(k: State, asid: number): void;

  // ---- pages.ts
  /** An entry for a page that nobody has touched, with a frame promised. */
  promise(k: State, rights: Rights): Word;
  /** What the task may do with the page of an entry, and the entry with other rights. */
  rightsOf(entry: Word): Rights;
  withRights(entry: Word, rights: Rights): Word;
  /** Gives the space a page of zeros where it has none. False: no memory. */
  mapPage(k: State, hart: Hart, space: Space, vpn: Vpn, rights: Rights): boolean;
  unmapPage(k: State, hart: Hart, space: Space, vpn: Vpn): void;
  protectPage(k: State, hart: Hart, space: Space, vpn: Vpn, rights: Rights): void;
  /** Maps the page of `space` in `other` too, where that has none. */
  sharePage(k: State, hart: Hart, space: Space, other: Space, vpn: Vpn, rights: Rights): void;
  /** Gives a promised page its frame, and answers with its new entry. */
  populate(k: State, hart: Hart, space: Space, vpn: Vpn): Word;
  /** What the entry of a page that is gone held: a frame, or the promise of one. */
  releasePage(k: State, entry: Word): void;
  /** A page fault of a task. True: repaired, the instruction runs again. */
  pageFault(k: State, hart: Hart, task: Task): boolean;

  // ---- fences.ts
  /** This hart forgets one page of a space. */
  fencePage(k: State, hart: Hart, space: Space, vpn: Vpn): void;
  /** All other harts forget one page of a space; the call on this hart waits for those that are on it. */
  shootdown(k: State, hart: Hart, space: Space, vpn: Vpn): void;
  /** Does the fences that others asked of this hart. */
  acknowledge(k: State, hart: Hart): void;
  /** Gives a frame back, but not before every hart that was asked to fence has done so. */
  releaseAfterFence(k: State, hart: Hart, frame: Frame): void;

  // ---- waiting.ts
  /** Waits for other harts, then leaves the kernel. */
  awaitFence(k: State, hart: Hart): Waiting;

  // ---- lifecycle.ts
  /** Starts a program as a child of `parent` (0: of nobody). Its tid, or an error. */
  startProgram(k: State, parent: Task, program: number): number;
  /** A task in a space, ready to run at pc; 0: no memory. */
  createTask(k: State, space: Space, pc: VirtualAddress, parent: Task): Task;
  /** The task that the hart runs ends. */
  stop(k: State, hart: Hart, task: Task, status: number): void;
  /** A task that is on no hart leaves the queue that it is in, or what else it waits for. */
  withdraw(k: State, task: Task): void;
  /** A task that is in no queue and on no hart ends: its children, its space and its parent are told. */
  end(k: State, task: Task, status: number): void;
  /** Its children go on without it; those that have ended are forgotten. */
  orphan(k: State, task: Task): void;
  /** A task of the space has ended; the last one takes it along. */
  leaveSpace(k: State, space: Space): void;
  /** The parent's wait is over: it gets the child's status, which is forgotten. */
  wakeParent(k: State, parent: Task, child: Task): void;
  /** Forgets a task that has ended. */
  reap(k: State, task: Task): void;

  // ---- the calls: lifecycle.ts, memory.ts, console.ts
  spawn: CallRoutine;
  exit: CallRoutine;
  yield: CallRoutine;
  wait: CallRoutine;
  kill: CallRoutine;
  map: CallRoutine;
  unmap: CallRoutine;
  protect: CallRoutine;
  share: CallRoutine;
  thread: CallRoutine;
  write: CallRoutine;
  /** Whether va can be a page of a user: aligned, not page 0, below userEnd. */
  isUserPage(k: State, va: VirtualAddress): boolean;
  /** Sends up to `count` bytes, all of one page of the caller; answers how many it could read. */
  sendBytes(k: State, hart: Hart, space: Space, va: VirtualAddress, count: number): number;
}
