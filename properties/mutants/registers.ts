/**
 * Mistakes with registers, and with who runs: what is saved, restored and written on the way into the kernel and out
 * of it. The right way: kernels/core/switch.ts.
 */

import { HartWord, hartAt, TASKS, TaskWord } from '../../kernels/core/layout.ts';
import { routines } from '../../kernels/core/routines.ts';
import { findRecord, get } from '../../kernels/core/tables.ts';
import { runningOn } from '../../kernels/core/tasks.ts';
import { DIRECT_MAP } from '../../spec/layout.ts';
import { registerNumber } from '../../spec/riscv.ts';
import { type Mutant, mutant } from './mutant.ts';

const S5 = registerNumber('s5');

export const registers: readonly Mutant[] = [
  mutant({
    id: 'register-missed',
    description: 'A switch restores all registers but s5, which stays as the last task left it.',
    killedBy: 'isolation/registers-survive',
    bug: 'seL4 on ARM missed one register, PAR_EL1, on a switch',
    longestStory: 7,
    replace: {
      restoreContext: (k, hart, task) => {
        const s5 = hart.save()[S5] ?? 0;
        routines.restoreContext(k, hart, task);
        const context = hart.save();
        context[S5] = s5;
        hart.restore(context);
      },
    },
  }),
  mutant({
    id: 'kernel-pointer-in-a1',
    description: 'A system call comes back with an address of the kernel in a1.',
    killedBy: 'isolation/registers-survive',
    bug: 'CVE-2018-7755: a floppy ioctl of Linux returned a kernel pointer',
    longestStory: 1,
    replace: {
      call: (k, hart, task) => {
        routines.call(k, hart, task);
        if (runningOn(k, hart) === task) hart.a1 = DIRECT_MAP + task * 4;
      },
    },
  }),
  mutant({
    id: 'spawn-keeps-registers',
    description: 'A program that is spawned starts with the registers of the task that spawned it.',
    killedBy: 'isolation/registers-survive',
    bug: 'CVE-2013-0914: on Linux exec kept the address of a signal handler’s restorer',
    longestStory: 2,
    replace: {
      spawn: (k, hart, task, program, a1, a2) => {
        const result = routines.spawn(k, hart, task, program, a1, a2);
        const child = result > 0 ? findRecord(k, TASKS, TaskWord.tid, result) : 0;
        if (child === 0) return result;
        const own = task + TaskWord.context;
        const registersOfCaller = k.ram.slice(own + 1, own + 32);
        k.ram.set(registersOfCaller, child + TaskWord.context + 1);
        return result;
      },
    },
  }),
  mutant({
    id: 'scontext-with-satp',
    description:
      'scontext is written only when the address space changes: threads go by each other’s id.',
    killedBy: 'isolation/registers-survive',
    longestStory: 2,
    replace: {
      switchTo: (k, hart, task) => {
        const at = hartAt(hart.id);
        const space = get(k, task, TaskWord.space);
        if (k.control[at + HartWord.space] !== space) hart.scontext = get(k, task, TaskWord.tid);
        k.routines.loadSpace(k, hart, space);
        k.control[at + HartWord.task] = task;
        hart.stimecmp = hart.time + k.routines.slice(k, hart);
        k.routines.restoreContext(k, hart, task);
      },
    },
  }),
  mutant({
    id: 'spp-left',
    description:
      'The way back leaves sstatus.SPP as the trap set it: a hart woken from idling stays in S mode.',
    killedBy: 'control/no-privilege',
    longestStory: 1,
    replace: {
      restoreContext: (k, hart, task) => {
        const { spp } = hart;
        routines.restoreContext(k, hart, task);
        hart.spp = spp;
      },
    },
  }),
];
