/**
 * Mistakes with the lives of tasks: who has ended, who is told, whose child is whose. The right way:
 * kernels/core/lifecycle.ts.
 */

import type { State } from '../../kernels/core/kernel.ts';
import { Control, SpaceWord, TASKS, type Task, TaskWord } from '../../kernels/core/layout.ts';
import { routines } from '../../kernels/core/routines.ts';
import { findRecord, get, set } from '../../kernels/core/tables.ts';
import { hartOf, livingChild } from '../../kernels/core/tasks.ts';
import { faultStatus, KILLED_STATUS } from '../../spec/abi.ts';
import { Cause, type Tid } from '../../spec/riscv.ts';
import { type Mutant, mutant } from './mutant.ts';

const taskOf = (k: State, tid: Tid): Task =>
  tid === 0 ? 0 : findRecord(k, TASKS, TaskWord.tid, tid);

export const tasks: readonly Mutant[] = [
  mutant({
    id: 'killed-stays-queued',
    description: 'A task that is killed while it is ready stays in the queue.',
    killedBy: 'isolation/stopped-stays-stopped',
    bug: 'seL4 d5133b860: a thread that was inactive stayed in the ready queue',
    longestStory: 4,
    replace: {
      kill: (k, hart, task, tid, a1, a2) => {
        const child = livingChild(k, task, tid);
        if (child < 0 || hartOf(k, child) >= 0) {
          return routines.kill(k, hart, task, tid, a1, a2);
        }
        k.routines.end(k, child, KILLED_STATUS);
        return 0;
      },
    },
  }),
  mutant({
    id: 'illegal-skipped',
    description: 'A task that executes an illegal instruction goes on behind it.',
    killedBy: 'isolation/stopped-stays-stopped',
    longestStory: 1,
    replace: {
      stop: (k, hart, task, status) => {
        if (status !== faultStatus(Cause.illegalInstruction)) {
          routines.stop(k, hart, task, status);
          return;
        }
        hart.sepc += 4;
        k.routines.saveContext(k, hart, task);
      },
    },
  }),
  mutant({
    id: 'fault-empties-queue',
    description: 'A fault of a task takes all tasks that are ready out of the queue.',
    killedBy: 'isolation/faults-stay-local',
    longestStory: 4,
    replace: {
      stop: (k, hart, task, status) => {
        if (status > faultStatus(0) && status !== KILLED_STATUS) {
          k.control[Control.queueHead] = 0;
          k.control[Control.queueTail] = 0;
        }
        routines.stop(k, hart, task, status);
      },
    },
  }),
  mutant({
    id: 'thread-not-counted',
    description:
      'A thread is not counted as a task of its address space, which ends under its feet.',
    killedBy: 'isolation/allowed-access-succeeds',
    bug: 'CVE-2020-0305: in Linux chrdev_open looked a device up without taking a reference',
    longestStory: 7,
    replace: {
      thread: (k, hart, task, pc, a1, a2) => {
        const result = routines.thread(k, hart, task, pc, a1, a2);
        const space = get(k, task, TaskWord.space);
        if (result > 0) set(k, space, SpaceWord.tasks, get(k, space, SpaceWord.tasks) - 1);
        return result;
      },
    },
  }),
  mutant({
    id: 'tid-reused',
    description: 'A new task gets the lowest tid that no record has.',
    killedBy: 'abi/tasks',
    bug: 'MINIX ca779acd7: a grant was used again without a sequence number',
    longestStory: 7,
    replace: {
      createTask: (k, space, pc, parent) => {
        let tid = 1;
        while (taskOf(k, tid) !== 0) tid += 1;
        k.control[Control.nextTid] = tid;
        return routines.createTask(k, space, pc, parent);
      },
    },
  }),
  mutant({
    id: 'check-on-the-wrong-task',
    description:
      'kill asks whether the victim’s parent is its parent, and not whether the caller is.',
    killedBy: 'abi/children',
    bug: 'CVE-2012-0056: Linux checked the wrong process before it let one write another’s memory',
    longestStory: 2,
    replace: {
      kill: (k, hart, task, tid, a1, a2) => {
        const victim = taskOf(k, tid);
        const parent = victim === 0 ? task : get(k, victim, TaskWord.parent);
        return routines.kill(k, hart, parent, tid, a1, a2);
      },
    },
  }),
  mutant({
    id: 'wrong-parent',
    description: 'A thread is recorded as a child of its maker’s parent.',
    killedBy: 'abi/children',
    bug: 'CVE-2019-13272: Linux recorded the wrong credentials when a process asked to be traced',
    longestStory: 2,
    replace: {
      thread: (k, hart, task, pc, a1, a2) => {
        const result = routines.thread(k, hart, task, pc, a1, a2);
        const parent = get(k, task, TaskWord.parent);
        if (result > 0) set(k, taskOf(k, result), TaskWord.parent, parent);
        return result;
      },
    },
  }),
];
