/**
 * Layer 5, user programs: the system calls, and the tree of tasks. A task has a process of layer 1 and an address space
 * of layer 2, which threads share.
 *
 * A task that ends while its process is at work in a layer below leaves the process behind: that comes to its end without
 * a task, so that the layer below is left in good order.
 */
import { Call, exitStatus, faultStatus, KILLED_STATUS } from '../../../spec/abi.ts';
import { INPUT_CALL } from '../../../spec/calls/terminal.ts';
import { Errno } from '../../../spec/errno.ts';
import { NO_RESULT } from '../../../spec/layering.ts';
import { Cause, type Tid, type VirtualAddress, type Word } from '../../../spec/riscv.ts';
import { defineLayer, type ProgramGates, type Self, type Steps } from '../link/contract.ts';
import { PAGES, State, type Task, TaskAt, Tasks } from './5-programs/tasks.ts';
import { BUFFERING, type Buffering, type Process, type Space } from './interfaces.ts';

class Programs implements ProgramGates {
  readonly #below: Buffering;
  readonly #tasks: Tasks;
  readonly #self: Self;

  constructor(below: Buffering, self: Self) {
    this.#below = below;
    this.#self = self;
    this.#tasks = new Tasks(self.own);
    for (const program of self.image.start) this.#spawn(0, program);
  }

  /** The task that this hart runs. */
  #running(): Task {
    return this.#tasks.of(this.#below.current());
  }

  // ---- beginnings

  /** A task in a space, or an error. */
  #start(space: Space, pc: VirtualAddress, parent: Task): Tid | number {
    const tasks = this.#tasks;
    const task = tasks.free();
    if (task === 0) return -Errno.ENOMEM;
    const process = this.#below.create(tasks.nextTid(), this.#below.tablesOf(space), pc);
    if (process === 0) return -Errno.ENOMEM;
    const tid = tasks.add(task, process, space, parent);
    this.#below.ready(process);
    return tid;
  }

  #spawn(parent: Task, program: number): Tid | number {
    const space = this.#below.createSpace(program);
    if (space < 0) return space;
    const tid = this.#start(space, this.#self.image.programs[program]?.entry ?? 0, parent);
    if (tid < 0) this.#below.releaseSpace(space);
    return tid;
  }

  #thread(task: Task, pc: Word): Tid | number {
    if (pc % 4 !== 0 || pc >= this.#self.image.userEnd) return -Errno.EINVAL;
    return this.#start(this.#tasks.get(task, TaskAt.space), pc, task);
  }

  // ---- ends

  /** A task that no hart runs ends. What it leaves behind below goes with its space. */
  #end(task: Task, status: number): void {
    const process = this.#tasks.get(task, TaskAt.process);
    this.#tasks.set(task, TaskAt.state, State.ended);
    this.#tasks.set(task, TaskAt.status, status);
    this.#tasks.assign(process, 0);
    this.#orphan(task);
    const awaited = this.#tasks.get(task, TaskAt.awaited);
    if (awaited !== 0) this.#below.signal(awaited);
    else if (this.#tasks.get(task, TaskAt.parent) === 0) this.#reap(task);
  }

  #reap(task: Task): void {
    this.#tasks.set(task, TaskAt.tid, 0);
  }

  #orphan(task: Task): void {
    for (;;) {
      const child = this.#tasks.find((one) => this.#tasks.get(one, TaskAt.parent) === task);
      if (child === 0) return;
      this.#tasks.set(child, TaskAt.parent, 0);
      const awaited = this.#tasks.get(child, TaskAt.awaited);
      this.#tasks.set(child, TaskAt.awaited, 0);
      if (awaited !== 0) this.#below.signal(awaited);
      if (this.#tasks.get(child, TaskAt.state) === State.ended) this.#reap(child);
    }
  }

  /** The last task of a space takes it along. */
  *#leaveSpace(space: Space): Steps {
    if (this.#tasks.count(space, -1) > 0) return 0;
    this.#below.releaseSpace(space);
    return yield* this.#below.forget(space);
  }

  /** The task that this hart runs ends; its process goes on without it. */
  *#stop(task: Task, status: number): Steps {
    const process = this.#tasks.get(task, TaskAt.process);
    const space = this.#tasks.get(task, TaskAt.space);
    this.#below.detach(process);
    this.#end(task, status);
    yield* this.#leaveSpace(space);
    return NO_RESULT;
  }

  *#kill(task: Task, tid: Word): Steps {
    const child = this.#tasks.byTid(tid);
    if (child === 0 || !this.#tasks.isAlive(child)) return -Errno.ESRCH;
    if (this.#tasks.get(child, TaskAt.parent) !== task) return -Errno.EPERM;
    const process = this.#tasks.get(child, TaskAt.process);
    const space = this.#tasks.get(child, TaskAt.space);
    const working = this.#tasks.isWorking(process);
    if (!working) yield* this.#takeFromHart(process);
    this.#below.detach(process);
    this.#end(child, KILLED_STATUS);
    if (!working) this.#below.end(process);
    yield* this.#leaveSpace(space);
    return 0;
  }

  /** Until no hart has it. One that is at work in a layer below has none, or this one. */
  *#takeFromHart(process: Process): Steps {
    const left = this.#below.semaphore(0);
    if (this.#below.halt(process, left) === 1) yield* this.#below.wait(left);
    return this.#below.dismiss(left);
  }

  *#wait(task: Task, tid: Word): Steps {
    const child = this.#tasks.byTid(tid);
    if (child === 0 || this.#tasks.get(child, TaskAt.parent) !== task) return -Errno.ECHILD;
    if (this.#tasks.isAlive(child)) {
      const ended = this.#below.semaphore(0);
      this.#tasks.set(child, TaskAt.awaited, ended);
      yield* this.#below.wait(ended);
      this.#below.dismiss(ended);
      if (this.#running() !== task) return NO_RESULT; // it was ended itself
    }
    const status = this.#tasks.get(child, TaskAt.status);
    this.#reap(child);
    return status;
  }

  #share(task: Task, va: Word, tid: Word, rights: Word): number {
    const child = this.#tasks.byTid(tid);
    if (child === 0 || !this.#tasks.isAlive(child)) return -Errno.ESRCH;
    if (this.#tasks.get(child, TaskAt.parent) !== task) return -Errno.EPERM;
    const space = this.#tasks.get(task, TaskAt.space);
    return this.#below.share(space, va, this.#tasks.get(child, TaskAt.space), rights);
  }

  // ---- gates

  *ecall(number: Word, a0: Word, a1: Word, a2: Word): Steps {
    const process = this.#below.current();
    const task = this.#tasks.of(process);
    this.#tasks.setWorking(process, 1);
    const result = yield* this.#serve(task, number, a0, a1, a2);
    return this.#leave(process, task, result);
  }

  /** A task that was ended meanwhile gets no result, and its process is not needed any more. */
  #leave(process: Process, task: Task, result: number): number {
    this.#tasks.setWorking(process, 0);
    if (this.#tasks.of(process) === task) return result;
    this.#below.end(process);
    return NO_RESULT;
  }

  *#serve(task: Task, number: Word, a0: Word, a1: Word, a2: Word): Steps {
    const below = this.#below;
    const space = this.#tasks.get(task, TaskAt.space);
    switch (number) {
      case Call.spawn:
        return this.#spawn(task, a0);
      case Call.exit:
        return yield* this.#stop(task, exitStatus(a0));
      case Call.yield:
        return below.relinquish();
      case Call.wait:
        return yield* this.#wait(task, a0);
      case Call.kill:
        return yield* this.#kill(task, a0);
      case Call.thread:
        return this.#thread(task, a0);
      case Call.map:
        return below.map(space, a0, a1);
      case Call.unmap:
        return below.unmap(space, a0);
      case Call.protect:
        return below.protect(space, a0, a1);
      case Call.share:
        return this.#share(task, a0, a1, a2);
      case Call.write:
        return below.write(a0, a1);
      case INPUT_CALL:
        return yield* below.input(a0, a1);
      default:
        return yield* below.request(number, a0, a1, a2);
    }
  }

  *exception(cause: Word, tval: Word): Steps {
    const process = this.#below.current();
    const task = this.#tasks.of(process);
    const isPageFault =
      cause === Cause.loadPageFault ||
      cause === Cause.storePageFault ||
      cause === Cause.instructionPageFault;
    if (isPageFault && this.#below.repair(this.#tasks.get(task, TaskAt.space), tval, cause) === 1)
      return 0;
    this.#tasks.setWorking(process, 1);
    yield* this.#stop(task, faultStatus(cause));
    return this.#leave(process, task, NO_RESULT);
  }
}

export const programs = defineLayer({
  name: 'programs',
  offers: {},
  uses: Object.keys(BUFFERING),
  pages: PAGES,
  start: (below: Buffering, self) => {
    const running = new Programs(below, self);
    return {
      *ecall(number = 0, a0 = 0, a1 = 0, a2 = 0): Steps {
        return yield* running.ecall(number, a0, a1, a2);
      },
      *exception(cause = 0, tval = 0): Steps {
        return yield* running.exception(cause, tval);
      },
    };
  },
});
