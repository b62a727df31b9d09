/**
 * Messages by rendezvous over endpoints that are held as capabilities.
 *
 * Each address space has a table of 16 capabilities, slots 0 to 15; threads share it. It is empty after spawn. A
 * capability names an endpoint, and has rights and a badge. It is derived from the one that it was minted or given from;
 * revoking takes everything that was derived, directly or not, in every address space. An endpoint lives while a
 * capability to it exists. The capabilities of an address space are dropped when its last task ends.
 *
 * A message is two words, a1 and a2. Sender and receiver meet: whoever comes first waits. Waiting senders are served
 * first come, first served; so are waiting receivers. `send` ends when the message is received, `call` when the receiver
 * has replied. A receiver of a call owes one reply, until it replies, ends, or receives another call (then the older
 * caller gets EPIPE); receiving what was sent by `send`, or notifications, changes nothing about what it owes. A reply
 * can go to nobody else and is used up by replying. Owing is the task's own: threads do not share it.
 *
 * Notifications never wait: each sets the bit `1 << (badge & 31)`. A receiver that waits gets it at once, the one that
 * came first; otherwise it stays at the endpoint, and the next receive there takes all bits at once, before any waiting
 * sender.
 *
 * Every call takes effect at one moment: at its ecall or later, and at the latest when the hart that took the ecall goes
 * back to user mode or waits for an interrupt, whether the call has returned by then or not. For a call that waits this
 * is the moment at which it begins to wait. So on one hart the order of the ecalls is the order of the effects, and calls
 * that are in the kernel on several harts at once take effect in any order. A task that ends leaves in the same way: at
 * one moment between what ends it (its exit, its fault, or the kill) and the time when the hart goes back; one that is
 * killed while it runs, at the latest when its hart goes back after its next trap. The calls of a task that was killed
 * take effect before the kill returns, or never.
 *
 * Who waits is unblocked with EPIPE when that can never end well:
 * - a sender or caller that has not been received, when no capability to the endpoint with the right to receive is left;
 * - a sender, caller or receiver that has not met anybody, when the capability through which it waits is taken away
 *   (revoked, or dropped by a thread);
 * - a caller whose call was received, when the task that owes the reply has ended or receives another call. Its own
 *   capability may be taken away meanwhile: the reply still comes.
 *
 * Deadlock is refused instead of waited for: a send or call that finds no receiver waiting gets EDEADLK where every task
 * that could receive (its address space holds a capability with that right) is the caller itself, or waits for a reply
 * from it, directly or through others that wait for replies. This is looked at once, when the call takes effect. What
 * else waits for ever (nobody ever sends; two tasks that both wait to be received) is no error.
 * @see seL4 Reference Manual, chapters 3 and 4; MINIX 3, kernel/proc.c
 */
import type { CallDescription } from './call.ts';

/** Rights of a capability. */
export const Right = { send: 1, receive: 2, give: 4 } as const;
export const ALL_RIGHTS = 7;
/** Slots of an address space. */
export const MAX_CAPABILITIES = 16;
/** Badges are 0 (none) to 255. */
export const MAX_BADGE = 255;
/** `receive` answers so where it took notifications; a1 then holds their bits and a2 is 0. */
export const NOTIFICATION = 0x4000_0000;
/** Endpoints and capabilities that a kernel must have room for at once, before ENOMEM is allowed. */
export const IPC_BUDGET = { endpoints: 16, capabilities: 64 } as const;

const emptySlot =
  'slot is not below 16, or holds no capability (any more: it may have been revoked)';

export type IpcCallName =
  | 'endpoint'
  | 'mint'
  | 'give'
  | 'drop'
  | 'revoke'
  | 'send'
  | 'receive'
  | 'call'
  | 'reply'
  | 'notify'
  | 'replyReceive';

export const IPC_CALLS: readonly CallDescription[] = [
  {
    name: 'endpoint',
    group: 'ipc',
    args: [],
    effect:
      'Makes an endpoint and puts a capability to it, with all rights and badge 0, into the lowest empty slot. Returns the slot.',
    errors: { EMFILE: 'no slot is empty', ENOMEM: 'the kernel has no room (see IPC_BUDGET)' },
  },
  {
    name: 'mint',
    group: 'ipc',
    args: ['slot', 'rights', 'badge'],
    effect:
      'Derives a capability to the same endpoint, with the given rights, into the lowest empty slot. Its badge is the ' +
      'given one; badge 0 keeps the one that is there. Returns the new slot.',
    errors: {
      EBADF: emptySlot,
      EINVAL: 'rights is 0 or above 7, or badge is above 255',
      EPERM: 'rights has a right that the capability lacks, or it has a badge and badge is not 0',
      EMFILE: 'no slot is empty',
      ENOMEM: 'the kernel has no room (see IPC_BUDGET)',
    },
  },
  {
    name: 'give',
    group: 'ipc',
    args: ['slot', 'tid'],
    effect:
      'Derives the same capability into the lowest empty slot of a child’s address space. Returns that slot.',
    errors: {
      EBADF: emptySlot,
      EPERM:
        'the capability lacks the right to give, or tid is a task, but not a child of the caller',
      ESRCH: 'no task tid, or it has ended',
      EMFILE: 'the child has no empty slot',
      ENOMEM: 'the kernel has no room (see IPC_BUDGET)',
    },
  },
  {
    name: 'drop',
    group: 'ipc',
    args: ['slot'],
    effect:
      'Empties the slot. What was derived from it stays, as if derived from its parent; without a parent it becomes one ' +
      'that was not derived. Returns 0.',
    errors: { EBADF: emptySlot },
  },
  {
    name: 'revoke',
    group: 'ipc',
    args: ['slot'],
    effect:
      'Takes away every capability that was derived from this one, here and elsewhere; this one stays. Once it has ' +
      'returned none of them can be used. Returns 0.',
    errors: { EBADF: emptySlot },
  },
  {
    name: 'send',
    group: 'ipc',
    args: ['slot', 'word', 'word'],
    effect: 'Waits until the message has been received. Returns 0.',
    errors: {
      EBADF: emptySlot,
      EPERM: 'the capability lacks the right to send',
      EPIPE:
        'nobody is left who could receive, or the capability is taken away, also while it waits',
      EDEADLK: 'all who could receive wait for the caller, or are the caller',
    },
  },
  {
    name: 'receive',
    group: 'ipc',
    args: ['slot'],
    effect:
      'Waits for a message. Returns the badge of the capability that it was sent through, the message in a1 and a2; or, ' +
      'where notifications are pending, 0x40000000, a1 holding their bits, a2 being 0.',
    errors: {
      EBADF: emptySlot,
      EPERM: 'the capability lacks the right to receive',
      EPIPE: 'the capability is taken away while it waits',
    },
  },
  {
    name: 'call',
    group: 'ipc',
    args: ['slot', 'word', 'word'],
    effect:
      'Sends, and waits for the reply to this very message. Returns 0, the reply in a1 and a2.',
    errors: {
      EBADF: emptySlot,
      EPERM: 'the capability lacks the right to send',
      EPIPE:
        'nobody is left who could receive or reply, or the capability is taken away before it was received, also while ' +
        'it waits; or the receiver took another call instead of replying',
      EDEADLK: 'all who could receive wait for the caller, or are the caller',
    },
  },
  {
    name: 'reply',
    group: 'ipc',
    args: ['word', 'word'],
    effect:
      'Answers the call that the caller received last; the two words arrive in a1 and a2. Never waits. Returns 0.',
    errors: {
      EINVAL: 'it owes no reply: none was received, it replied already, or who called has ended',
    },
  },
  {
    name: 'notify',
    group: 'ipc',
    args: ['slot'],
    effect: 'Sets the bit of the capability’s badge at the endpoint. Never waits. Returns 0.',
    errors: { EBADF: emptySlot, EPERM: 'the capability lacks the right to send' },
  },
  {
    name: 'replyReceive',
    group: 'ipc',
    args: ['slot', 'word', 'word'],
    effect:
      'Answers the call that the caller received last, where it owes a reply, as `reply` does; then receives, as ' +
      '`receive` does. One trap for what a server does again and again. Returns what `receive` returns.',
    errors: {
      EBADF: `${emptySlot}; then nobody is answered`,
      EPERM: 'the capability lacks the right to receive; then nobody is answered',
      EPIPE: 'the capability is taken away while it waits',
    },
  },
];
