/**
 * Kernels whose messages have one mistake each, and the property that must catch it: they show that the judgement of
 * messages catches what it says.
 */

import { TaskWord } from '../../kernels/core/layout.ts';
import { get, set } from '../../kernels/core/tables.ts';
import type { Ipc, IpcCall, IpcRoutines } from '../../kernels/ipc/kernel.ts';
import { CapabilityWord, EndpointWord, MessageWord, Role } from '../../kernels/ipc/layout.ts';
import { ipcRoutines } from '../../kernels/ipc/routines.ts';
import { Errno } from '../../spec/errno.ts';
import { A0 } from '../../spec/riscv.ts';

export interface Mistake {
  readonly id: string;
  /** The mistake, in one sentence. */
  readonly description: string;
  /** The property that must catch it. */
  readonly killedBy: string;
  readonly bug?: string;
  readonly ipc: Partial<IpcRoutines>;
}

const {
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
    killedBy: 'ipc/peer-death',
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
    description: 'Who waits is made runnable in name only.',
    killedBy: 'ipc/no-false-wait',
    bug: 'CVE-2021-20317: missed wake-ups.',
    ipc: {
      wake: (ipc, task, result) => {
        const { k } = ipc;
        const routines = { ...k.routines, enqueue: () => undefined };
        wake({ ...ipc, k: { ...k, routines } }, task, result);
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
