/**
 * The table of tasks, in words of layer 5's own pages.
 *
 *     [ scalars | the task of a process × 256 | whether it is at work × 256 | tasks × 8 | tasks of a space × 256 ]
 *     0         16                              272                           544         2592
 */
import type { Tid, Word } from '../../../../spec/riscv.ts';
import type { Own } from '../../link/own.ts';
import type { Process, Space } from '../interfaces.ts';

/** The place of a task in the table: 1 or more, used again; 0 is none. Its tid never is. */
export type Task = number;

const At = { lastTid: 0 } as const;
const OF_PROCESS = 16;
const WORKING = 272;
const TASKS = 544;
const TASK_COUNT = 256;
const TASK_WORDS = 8;
const OF_SPACE = 2592;
const SPACE_COUNT = 256;
export const PAGES = 3;

/** Words of a task. `awaited`: the semaphore at which its parent waits. */
export const TaskAt = {
  tid: 0,
  state: 1,
  process: 2,
  space: 3,
  parent: 4,
  status: 5,
  awaited: 6,
} as const;
export const State = { alive: 0, ended: 1 } as const;

const taskAt = (task: Task): number => TASKS + task * TASK_WORDS;

export class Tasks {
  readonly #own: Own;

  constructor(own: Own) {
    this.#own = own;
  }

  get(task: Task, word: number): Word {
    return this.#own.get(taskAt(task) + word);
  }
  set(task: Task, word: number, value: Word): void {
    this.#own.set(taskAt(task) + word, value);
  }

  /** 0: the process has none, or none any more. */
  of(process: Process): Task {
    return this.#own.get(OF_PROCESS + process);
  }
  assign(process: Process, task: Task): void {
    this.#own.set(OF_PROCESS + process, task);
  }

  /** Is the process inside a system call, in this layer or below? */
  isWorking(process: Process): boolean {
    return this.#own.get(WORKING + process) === 1;
  }
  setWorking(process: Process, working: 0 | 1): void {
    this.#own.set(WORKING + process, working);
  }

  isAlive(task: Task): boolean {
    return this.get(task, TaskAt.tid) !== 0 && this.get(task, TaskAt.state) === State.alive;
  }

  /** The first one like this. */
  find(matches: (task: Task) => boolean): Task {
    for (let task = 1; task < TASK_COUNT; task++) {
      if (this.get(task, TaskAt.tid) !== 0 && matches(task)) return task;
    }
    return 0;
  }

  byTid(tid: Tid): Task {
    return tid === 0 ? 0 : this.find((task) => this.get(task, TaskAt.tid) === tid);
  }

  /** A free place; 0: there is none. */
  free(): Task {
    for (let task = 1; task < TASK_COUNT; task++) {
      if (this.get(task, TaskAt.tid) === 0) return task;
    }
    return 0;
  }

  /** The tid that the next task gets. */
  nextTid(): Tid {
    return this.#own.get(At.lastTid) + 1;
  }

  add(task: Task, process: Process, space: Space, parent: Task): Tid {
    const tid = this.nextTid();
    this.#own.set(At.lastTid, tid);
    for (let word = 0; word < TASK_WORDS; word++) this.set(task, word, 0);
    this.set(task, TaskAt.tid, tid);
    this.set(task, TaskAt.process, process);
    this.set(task, TaskAt.space, space);
    this.set(task, TaskAt.parent, parent);
    this.assign(process, task);
    this.count(space, 1);
    return tid;
  }

  /** Tasks of a space, and so many more. */
  count(space: Space, by: number): number {
    const at = OF_SPACE + (space % SPACE_COUNT);
    const tasks = this.#own.get(at) + by;
    this.#own.set(at, tasks);
    return tasks;
  }
}
