/**
 * Kernels whose messages have one mistake each, and the property that must catch it: they show that the judgement of
 * messages catches what it says.
 */

import type { Routines, State } from '../../kernels/core/kernel.ts';
import { HartWord, hartAt, TaskWord } from '../../kernels/core/layout.ts';
import { routines as core } from '../../kernels/core/routines.ts';
import { get, set } from '../../kernels/core/tables.ts';
import { livingChild } from '../../kernels/core/tasks.ts';
import { waitFor } from '../../kernels/core/waiting.ts';
import type { Ipc, IpcCall, IpcRoutines } from '../../kernels/ipc/kernel.ts';
import {
  CAPABILITIES,
  type Capability,
  CapabilityWord,
  capabilityAt,
  EndpointWord,
  MessageWord,
  placeOf,
  Role,
} from '../../kernels/ipc/layout.ts';
import { ipcRoutines } from '../../kernels/ipc/routines.ts';
import { Right } from '../../spec/calls/ipc.ts';
import { Errno } from '../../spec/errno.ts';
import { A0 } from '../../spec/riscv.ts';
import type { SuiteId } from '../checker/suites.ts';

export interface Mistake {
  readonly id: string;
  /** The mistake, in one sentence. */
  readonly description: string;
  /** The property that must catch it. */
  readonly killedBy: string;
  /** The suite whose workloads bring it to light, where that is not the property's own. */
  readonly suite?: SuiteId;
  readonly bug?: string;
  readonly ipc: Partial<IpcRoutines>;
  /** Routines of the kernel under it that are wrong too. */
  readonly core?: Partial<Routines>;
}

const {
  allows,
  give,
  breakOff,
  lookup,
  isDerived,
  insert,
  waiting,
  wake,
  join,
  deliver,
  copyMessage,
  forget,
  take,
  deadlocks,
  notify,
} = ipcRoutines;

/** The kernel as a routine sees it that forgets to call others. */
const without = (ipc: Ipc, ...names: readonly (keyof IpcRoutines)[]): Ipc => ({
  ...ipc,
  routines: { ...ipc.routines, ...Object.fromEntries(names.map((name) => [name, () => 0])) },
});

/** A word of a hart's block that the kernel leaves alone. */
const SPARE = 8;
/** Makes a call wait, though nobody was asked for a fence: no hart has this number. */
const NOBODY = 1 << 31;

const takeIfThere = (k: State, held: Capability): void => {
  if (get(k, held, CapabilityWord.endpoint) !== 0) take({ k, routines: ipcRoutines }, held);
};

/** Answers who waits for a reply, and still owes it. */
const replyAgain: IpcCall = (ipc, _, task, first, second) => {
  const caller = get(ipc.k, task, MessageWord.caller);
  if (caller === 0) return -Errno.EINVAL;
  if (get(ipc.k, caller, MessageWord.role) !== Role.awaits) return 0;
  set(ipc.k, caller, TaskWord.context + A0 + 1, first);
  set(ipc.k, caller, TaskWord.context + A0 + 2, second);
  set(ipc.k, caller, MessageWord.debtor, 0);
  wake(ipc, caller, 0);
  return 0;
};

export const IPC_MISTAKES: readonly Mistake[] = [
  {
    id: 'newest-first',
    description: 'Who begins to wait goes to the head of the queue.',
    killedBy: 'ipc/order',
    ipc: {
      join: (ipc, endpoint, task, through) => {
        const first = get(ipc.k, endpoint, EndpointWord.first);
        if (first === 0) return join(ipc, endpoint, task, through);
        set(ipc.k, task, MessageWord.endpoint, endpoint);
        set(ipc.k, task, MessageWord.through, through);
        set(ipc.k, task, MessageWord.next, first);
        set(ipc.k, endpoint, EndpointWord.first, task);
      },
    },
  },
  {
    id: 'slot-of-another',
    description: 'A slot that is empty is looked up in the parent’s table.',
    killedBy: 'ipc/unforgeable',
    bug: 'MINIX c51cd5fe9: the caller named the owner of a grant.',
    ipc: {
      lookup: (ipc, task, slot) => {
        const parent = get(ipc.k, task, TaskWord.parent);
        return lookup(ipc, task, slot) || (parent === 0 ? 0 : lookup(ipc, parent, slot));
      },
    },
  },
  {
    id: 'space-compared-with-itself',
    description: 'Whose a capability is, is compared with whose it is: a slot finds anybody’s.',
    killedBy: 'ipc/unforgeable',
    bug: 'seL4 9a58a37d6: an ASID was compared with itself.',
    ipc: {
      lookup: ({ k }, task, slot) => {
        const start = placeOf(get(k, task, TaskWord.space), slot);
        for (let step = 0; step < CAPABILITIES; step++) {
          const held = capabilityAt(k, (start + step) % CAPABILITIES);
          const exists = get(k, held, CapabilityWord.endpoint) !== 0;
          if (exists && get(k, held, CapabilityWord.slot) === slot) return held;
        }
        return 0;
      },
    },
  },
  {
    id: 'limit-of-the-target',
    description:
      'give asks whether what the child has in this slot may be given on, not whether the caller’s may.',
    killedBy: 'abi/ipc',
    bug: 'seL4 SetPriority: the limit of the target was checked, not that of the caller.',
    ipc: {
      give: (ipc, hart, task, slot, tid, a2) => {
        const child = livingChild(ipc.k, task, tid);
        const its = child > 0 ? lookup(ipc, child, slot) : 0;
        const asksTheChild = {
          ...ipc.routines,
          allows: () => its !== 0 && allows(ipc, its, Right.give),
        };
        return give({ ...ipc, routines: asksTheChild }, hart, task, slot, tid, a2);
      },
    },
  },
  {
    id: 'right-unchecked',
    description: 'Any capability is good for anything.',
    killedBy: 'ipc/unforgeable',
    ipc: { allows: () => true },
  },
  {
    id: 'rights-grow',
    description: 'What is derived has the rights and the badge that were asked for.',
    killedBy: 'ipc/rights-shrink',
    ipc: { isWithin: () => true },
  },
  {
    id: 'revoke-here-only',
    description: 'A revoke looks through the address space of the caller only.',
    killedBy: 'ipc/revocation',
    ipc: {
      isDerived: (ipc, held, from) =>
        get(ipc.k, held, CapabilityWord.space) === get(ipc.k, from, CapabilityWord.space) &&
        isDerived(ipc, held, from),
    },
  },
  {
    id: 'second-word-lost',
    description: 'The second word of a message is not copied.',
    killedBy: 'ipc/delivery',
    ipc: {
      copyMessage: (ipc, sender, receiver) => {
        const at = TaskWord.context + A0 + 2;
        const old = get(ipc.k, receiver, at);
        copyMessage(ipc, sender, receiver);
        set(ipc.k, receiver, at, old);
      },
    },
  },
  {
    id: 'badge-forgotten',
    description: 'A capability that is derived has no badge.',
    killedBy: 'ipc/delivery',
    ipc: {
      insert: (ipc, space, endpoint, rights, _, parent) =>
        insert(ipc, space, endpoint, rights, 0, parent),
    },
  },
  {
    id: 'last-notification-only',
    description: 'A notification takes the place of those that are pending.',
    killedBy: 'ipc/delivery',
    bug: 'MINIX efca30b08: only the first bit was tested, so a notification was lost.',
    ipc: {
      notify: (ipc, hart, task, slot, a1, a2) => {
        const held = lookup(ipc, task, slot);
        if (held !== 0) set(ipc.k, get(ipc.k, held, CapabilityWord.endpoint), EndpointWord.bits, 0);
        return notify(ipc, hart, task, slot, a1, a2);
      },
    },
  },
  {
    id: 'mask-cut-short',
    description: 'Of the notifications that are pending only 16 bits are kept.',
    killedBy: 'ipc/delivery',
    bug: 'MINIX a7285dfab: a mask was longer than the 32 bits that stood for all of it.',
    ipc: {
      notify: (ipc, hart, task, slot, a1, a2) => {
        const { k } = ipc;
        const result = notify(ipc, hart, task, slot, a1, a2);
        const held = lookup(ipc, task, slot);
        if (held === 0) return result;
        const endpoint = get(k, held, CapabilityWord.endpoint);
        set(k, endpoint, EndpointWord.bits, get(k, endpoint, EndpointWord.bits) & 0xffff);
        return result;
      },
    },
  },
  {
    id: 'left-in-the-queue',
    description: 'A task that ends stays in the queue of the endpoint where it waited.',
    killedBy: 'isolation/stopped-stays-stopped',
    suite: 'ipc',
    bug: 'CVE-2019-2215: in Linux binder a thread that ended left its link in a wait queue.',
    ipc: { forget: (ipc, task) => forget(without(ipc, 'quit'), task) },
  },
  {
    id: 'link-left-behind',
    description:
      'Who waits through a capability that is taken away is told, and stays in the queue.',
    killedBy: 'ipc/delivery',
    bug: 'MINIX 9c7dcbfec: the flags of a process were cleared, and its link in a queue was left.',
    ipc: { take: (ipc, held) => take(without(ipc, 'quit'), held) },
  },
  {
    id: 'dropped-without-the-lock',
    description:
      'drop looks a capability up, lets other harts into the kernel, and then takes it away.',
    killedBy: 'ipc/unforgeable',
    bug: 'CVE-2016-7644: XNU dropped a right to a port without holding the lock.',
    ipc: {
      drop: (ipc, hart, task, slot) => {
        const held = lookup(ipc, task, slot);
        if (held === 0) return -Errno.EBADF;
        ipc.k.control[hartAt(hart.id) + SPARE] = held;
        waitFor(ipc.k, hart, NOBODY, get(ipc.k, task, TaskWord.space));
        return 0;
      },
    },
    core: {
      awaitFence: function* (k, hart) {
        const at = hartAt(hart.id);
        if ((k.control[at + HartWord.awaited] ?? 0) & NOBODY) {
          for (let turns = 0; turns < 8; turns++) yield; // unlocked
          k.control[at + HartWord.awaited] = 0;
          takeIfThere(k, k.control[at + SPARE] ?? 0);
        }
        yield* core.awaitFence(k, hart);
      },
    },
  },
  {
    id: 'older-caller-forgotten',
    description:
      'A receiver that takes another call forgets the older caller, which waits for ever.',
    killedBy: 'ipc/no-false-wait',
    ipc: {
      deliver: (ipc, sender, receiver) => deliver(without(ipc, 'breakOff'), sender, receiver),
    },
  },
  {
    id: 'slot-hands-back',
    description: 'A call that makes a capability answers 0 instead of its slot.',
    killedBy: 'abi/ipc',
    ipc: { insert: (...args) => Math.min(0, insert(...args)) },
  },
  {
    id: 'reply-word-lost',
    description: 'The second word of a reply is dropped.',
    killedBy: 'ipc/reply-to-caller',
    ipc: { reply: (ipc, hart, task, first) => ipcRoutines.reply(ipc, hart, task, first, 0, 0) },
  },
  {
    id: 'reply-twice',
    description: 'A debt is not used up by replying.',
    killedBy: 'ipc/reply-to-caller',
    bug: 'QNX: a client called again under the same receive id, and got the reply of the older request.',
    ipc: {
      reply: replyAgain,
      breakOff: (ipc, task) => {
        const caller = get(ipc.k, task, MessageWord.caller);
        if (get(ipc.k, caller, MessageWord.role) === Role.awaits) breakOff(ipc, task);
        else set(ipc.k, task, MessageWord.caller, 0);
      },
      replyReceive: (ipc, hart, task, slot, first, second) => {
        const held = lookup(ipc, task, slot);
        if (held !== 0) replyAgain(ipc, hart, task, first, second, 0);
        return ipcRoutines.receive(ipc, hart, task, slot, 0, 0);
      },
    },
  },
  {
    id: 'caller-of-the-dead',
    description: 'Who waits for the reply of a task that ends is not told.',
    killedBy: 'ipc/no-false-wait',
    ipc: { forget: (ipc, task) => forget(without(ipc, 'breakOff'), task) },
  },
  {
    id: 'death-untold',
    description: 'Who waits for the reply of a task that ends goes on as if it had come.',
    killedBy: 'ipc/peer-death',
    ipc: {
      forget: (ipc, task) => {
        const caller = get(ipc.k, task, MessageWord.caller);
        forget(ipc, task);
        if (caller !== 0) set(ipc.k, caller, TaskWord.context + A0, 0);
      },
    },
  },
  {
    id: 'waits-without-capability',
    description: 'Who waits through a capability that is taken away waits on.',
    killedBy: 'ipc/no-false-wait',
    ipc: { take: (ipc, held) => take(without(ipc, 'quit', 'wake'), held) },
  },
  {
    id: 'deadlock-unseen',
    description: 'A caller waits for those who wait for it.',
    killedBy: 'ipc/no-false-wait',
    ipc: { deadlocks: () => false },
  },
  {
    id: 'deadlock-imagined',
    description: 'A caller is refused as soon as somebody waits for its reply.',
    killedBy: 'ipc/no-false-wait',
    ipc: {
      deadlocks: (ipc, task, endpoint) =>
        get(ipc.k, task, MessageWord.caller) !== 0 || deadlocks(ipc, task, endpoint),
    },
  },
  {
    id: 'partner-not-woken',
    description: 'Who waits gets what it waited for, and nobody makes it ready again.',
    killedBy: 'ipc/no-false-wait',
    bug: 'CVE-2021-20317: missed wake-ups.',
    ipc: {
      wake: ({ k }, task, result) => {
        set(k, task, MessageWord.role, Role.none);
        set(k, task, TaskWord.context + A0, result);
      },
    },
  },
  {
    id: 'receiver-overlooked',
    description: 'A sender does not look for a receiver that waits.',
    killedBy: 'ipc/no-false-wait',
    ipc: {
      waiting: (ipc, endpoint, receives) => (receives ? 0 : waiting(ipc, endpoint, receives)),
    },
  },
];
