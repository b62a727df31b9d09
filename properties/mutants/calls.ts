/**
 * Mistakes in system calls: an argument that is not checked, or not enough. The right way: kernels/core/memory.ts
 * and console.ts, which check everything before anything changes.
 */

import type { CallRoutine } from '../../kernels/core/kernel.ts';
import { TaskWord } from '../../kernels/core/layout.ts';
import { leafOf } from '../../kernels/core/pages.ts';
import { routines } from '../../kernels/core/routines.ts';
import { get, set } from '../../kernels/core/tables.ts';
import { livingChild } from '../../kernels/core/tasks.ts';
import { callByNumber } from '../../spec/abi.ts';
import { Errno } from '../../spec/errno.ts';
import { A0, LEAF_BITS, PAGE_SIZE, Pte } from '../../spec/riscv.ts';
import { type Mutant, mutant } from './mutant.ts';

const { R, W, X } = Pte;

export const calls: readonly Mutant[] = [
  mutant({
    id: 'page-zero',
    description: 'map looks only at the upper end of user space: address 0 can be mapped.',
    killedBy: 'abi/memory',
    bug: 'CVE-2019-9213: Linux checked the minimum address of a mapping for the wrong task',
    longestStory: 1,
    replace: { isUserPage: (k, va) => va % PAGE_SIZE === 0 && va < k.image.userEnd },
  }),
  mutant({
    id: 'rights-000',
    description:
      'protect refuses W and X together, and nothing else: a page may be left without rights.',
    killedBy: 'abi/protection',
    bug: 'seL4 038d1fcd6: rights 000 turned a leaf entry into a pointer to a table',
    longestStory: 2,
    replace: {
      protect: (k, hart, task, va, rights, a2) => {
        if ((rights & (W | X)) === (W | X)) return -Errno.EINVAL;
        const result = routines.protect(k, hart, task, va, R, a2);
        const space = get(k, task, TaskWord.space);
        if (result === 0) k.routines.protectPage(k, hart, space, va >>> 12, rights & LEAF_BITS);
        return result;
      },
    },
  }),
  mutant({
    id: 'shares-more-than-it-has',
    description: 'share does not look at the rights that it is asked for, and gives them.',
    killedBy: 'abi/sharing',
    bug: 'CVE-2013-2171: FreeBSD let a debugger write to mappings whose maximum protection forbade it',
    longestStory: 3,
    replace: {
      share: (k, hart, task, va, tid, rights) => {
        const result = routines.share(k, hart, task, va, tid, R);
        if (result !== 0) return result;
        const leaf = leafOf(k, get(k, livingChild(k, task, tid), TaskWord.space));
        leaf[va >>> 12] = k.routines.withRights(leaf[va >>> 12] ?? 0, rights & LEAF_BITS);
        return 0;
      },
    },
  }),
  mutant({
    id: 'return-address-unchecked',
    description:
      'thread looks whether pc is aligned, but not whether it is an address of user space.',
    killedBy: 'abi/threads',
    bug: 'CVE-2012-0217: SYSRET went to a return address that nobody had checked',
    longestStory: 1,
    replace: {
      thread: (k, hart, task, pc, a1, a2) => {
        const result = routines.thread(k, hart, task, pc % k.image.userEnd, a1, a2);
        if (result > 0 && pc >= k.image.userEnd) {
          const created = livingChild(k, task, result);
          set(k, created, TaskWord.context, pc);
        }
        return result;
      },
    },
  }),
  mutant({
    id: 'range-check-dropped',
    description: 'write checks the caller’s rights below userEnd, and nothing above.',
    killedBy: 'abi/console',
    bug: 'CVE-2017-5123: the range check of a user pointer was dropped in Linux waitid',
    longestStory: 1,
    replace: {
      sendBytes: (k, hart, space, va, count) => {
        if (va < k.image.userEnd) return routines.sendBytes(k, hart, space, va, count);
        for (let i = 0; i < count; i++) k.machine.transmit(hart.loadByte(va + i));
        return count;
      },
    },
  }),
  mutant({
    id: 'user-pointer-dereferenced',
    description:
      'write loads through the caller’s pointer, and does not ask whether the caller could.',
    killedBy: 'control/kernel-stays-up',
    bug: 'CVE-2014-0038: Linux recvmmsg dereferenced a pointer of the user’s directly',
    longestStory: 1,
    replace: {
      sendBytes: (k, hart, _, va, count) => {
        hart.sum = true;
        for (let i = 0; i < count; i++) k.machine.transmit(hart.loadByte(va + i));
        hart.sum = false;
        return count;
      },
    },
  }),
  mutant({
    id: 'empty-slot-called',
    description:
      'The number of a system call is an index into a table, and empty slots are called too.',
    killedBy: 'control/kernel-stays-up',
    bug: 'CVE-2009-2692: in Linux sendpage called through an empty slot of an operation table',
    longestStory: 1,
    replace: {
      call: (k, hart, task) => {
        if (callByNumber(hart.a7)) routines.call(k, hart, task);
        else (k.calls[hart.a7] as CallRoutine)(k, hart, task, hart.a0, hart.a1, hart.a2);
      },
    },
  }),
  mutant({
    id: 'unknown-call-succeeds',
    description: 'A call that does not exist returns 0.',
    killedBy: 'abi/unknown-calls',
    longestStory: 1,
    replace: {
      call: (k, hart, task) => {
        routines.call(k, hart, task);
        if (callByNumber(hart.a7)) return;
        hart.a0 = 0;
        set(k, task, TaskWord.context + A0, 0);
      },
    },
  }),
];
