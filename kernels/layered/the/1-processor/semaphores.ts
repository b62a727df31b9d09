/** Semaphores: a count of signals to spare, and who waits, first come first served. */
import { PARK, type Steps } from '../../link/contract.ts';
import type { Own } from '../../link/own.ts';
import type { Process, Semaphore } from '../interfaces.ts';
import { processAt, SEMAPHORE_COUNT, SemaphoreAt, State, semaphoreAt } from './layout.ts';
import { append, takeFirst } from './queue.ts';

/** What they need of the processes. */
interface Processes {
  /** The one that this hart has leaves it: which. */
  leave(): Process;
  ready(process: Process): number;
}

export class Semaphores {
  readonly #own: Own;
  readonly #processes: Processes;

  constructor(own: Own, processes: Processes) {
    this.#own = own;
    this.#processes = processes;
  }

  /** 0: there are too many. */
  create(count: number): Semaphore {
    const own = this.#own;
    for (let semaphore = 1; semaphore < SEMAPHORE_COUNT; semaphore++) {
      const at = semaphoreAt(semaphore);
      if (own.get(at) !== 0) continue;
      own.set(at, 1);
      own.set(at + SemaphoreAt.count, count);
      own.set(at + SemaphoreAt.first, 0);
      own.set(at + SemaphoreAt.last, 0);
      return semaphore;
    }
    return 0;
  }

  dismiss(semaphore: Semaphore): number {
    this.#own.set(semaphoreAt(semaphore), 0);
    return 0;
  }

  *wait(semaphore: Semaphore): Steps {
    const own = this.#own;
    const at = semaphoreAt(semaphore);
    const count = own.get(at + SemaphoreAt.count);
    if (count > 0) {
      own.set(at + SemaphoreAt.count, count - 1);
      return 0;
    }
    const process = this.#processes.leave();
    own.set(processAt(process), State.waiting);
    append(own, at + SemaphoreAt.first, at + SemaphoreAt.last, process);
    yield PARK;
    return 0;
  }

  /** Who has waited longest goes on; else the signal is kept. */
  signal(semaphore: Semaphore): number {
    const own = this.#own;
    const at = semaphoreAt(semaphore);
    const process = takeFirst(own, at + SemaphoreAt.first, at + SemaphoreAt.last);
    if (process === 0) own.set(at + SemaphoreAt.count, own.get(at + SemaphoreAt.count) + 1);
    else this.#processes.ready(process);
    return 0;
  }
}
