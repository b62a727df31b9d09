/** Properties of messages: what is sent is what is received, by whom it may be, and nobody waits in vain. */
import type { Property } from './property.ts';

const table = 'The call table (spec/calls/ipc.ts)';
const minix = 'MINIX 3, kernel/proc.c';

export const IPC_PROPERTIES: readonly Property[] = [
  {
    id: 'abi/ipc',
    statement: 'Every call on messages returns what the call table says.',
    formula:
      '∀ return(t) from a call of the group ipc: a0 ∈ results(ipc, call) at the moment when it took effect',
    source: table,
    clauses: ['wrong-result-ipc'],
    groups: ['ipc'],
    exercise: ['endpoint', 'mint', 'mintRefused', 'give', 'giveRefused', 'drop', 'dropRefused'],
    todo: 'Take the lowest empty slot; check slot, rights, badge and tid before changing anything.',
    knownAs: 'A 32-bit “all” for a longer mask of endpoints: MINIX a7285dfab.',
  },
  {
    id: 'ipc/delivery',
    statement: 'A message that was sent is received exactly once, word for word, with its badge.',
    formula:
      '∀ receive(t, e) = b: ∃! send or call s through a capability to e with badge b, not received before: (a1, a2) = words(s); ∀ send(t) = 0: it was received',
    source: `${minix}: SEND and RECEIVE; seL4 Reference Manual, chapter 4`,
    clauses: ['message-invented', 'message-lost', 'message-differs'],
    groups: ['ipc'],
    exercise: [
      'send',
      'receive',
      'rendezvousSenderFirst',
      'rendezvousReceiverFirst',
      'badgeSeen',
      'notify',
      'notificationsMerged',
    ],
    todo:
      'Copy the words when the two meet, into the registers of the one that waits; take a sender out of the queue ' +
      'in the same step. Keep one bit for each notification, and give all of them at once.',
    knownAs: 'Only the first bit was tested, so a notification was lost: MINIX efca30b08.',
  },
  {
    id: 'ipc/order',
    statement: 'Who waits longest is served first.',
    formula:
      '∀ s, s′ waiting to be received at e, s before s′: s is received before s′; the same for receivers',
    source: `${minix}: senders queue first come, first served`,
    clauses: ['message-out-of-order'],
    groups: ['ipc'],
    exercise: ['sendersQueued', 'rendezvousSenderFirst'],
    todo: 'Put who begins to wait at the end of the endpoint’s queue, and take from its head; notifications go before.',
    knownAs:
      'Flags were cleared and the link in the queue was left: MINIX 9c7dcbfec; an inactive thread stayed queued: seL4 d5133b860.',
  },
  {
    id: 'ipc/unforgeable',
    statement:
      'A message goes only through a capability that the task holds, with the right to do so.',
    formula:
      '∀ call on slot i that succeeds: caps(space(t))(i) exists and has the right that the call needs',
    source: 'l4v, integrity: every change is authorised by what the current subject holds',
    clauses: ['capability-forged'],
    groups: ['ipc'],
    exercise: [
      'forgeryRefused',
      'sendRefused',
      'receiveRefused',
      'replyReceiveRefused',
      'notifyRefused',
    ],
    todo: 'Look the slot up in the caller’s own table, compare it with the table’s size first, then check the right.',
    knownAs:
      'The caller named the owner of a grant: MINIX c51cd5fe9; a grant’s number was used again: MINIX ca779acd7.',
  },
  {
    id: 'ipc/reply-to-caller',
    statement: 'A reply reaches the caller of that very call, once.',
    formula:
      '∀ call(t) = 0: ∃! reply(s), s owing t this call: (a1, a2) = words(reply); no reply succeeds where none is owed',
    source: 'seL4 Reference Manual: a reply capability is single-use',
    clauses: ['reply-differs'],
    groups: ['ipc'],
    exercise: ['call', 'callReplied', 'replyReceive', 'replyRefused', 'replyDropped', 'callerDied'],
    todo: 'Note in the receiver whom it owes, take it away when it replies, and when the caller ends; look up nothing by number.',
    knownAs:
      'QNX: a client that left by a signal called again under the same receive id, and got the reply of the older request.',
  },
  {
    id: 'ipc/rights-shrink',
    statement: 'What is derived from a capability has at most its rights.',
    formula: '∀ c derived from p: rights(c) ⊆ rights(p) ∧ (badge(p) ≠ 0 ⇒ badge(c) = badge(p))',
    source: 'l4v, authority confinement; seL4 Reference Manual: Mint',
    clauses: ['rights-grew'],
    groups: ['ipc'],
    exercise: ['mint', 'rightsRefused'],
    todo: 'Compare the rights asked for with those of the capability itself; let a badge be set only once.',
    knownAs:
      'The target’s limit was checked instead of the caller’s: seL4 SetPriority; rights 000 made a leaf a table: seL4 038d1fcd6.',
  },
  {
    id: 'ipc/revocation',
    statement:
      'Once a revoke has returned, nothing that was derived from the capability can be used.',
    formula:
      '∀ revoke(c) returned, d derived from c: every later use of d fails with EBADF, and who waits through d gets EPIPE',
    source: 'seL4 Reference Manual: Revoke',
    clauses: ['used-after-revoke'],
    groups: ['ipc'],
    exercise: ['revoke', 'revokedRefused', 'revokedInUse'],
    todo: 'Follow the derivation to its leaves, in all address spaces; look through the queues for who waits through what goes.',
    knownAs:
      'A mapping was taken away only with the last capability: seL4 08b926556; a right was dropped without its lock: CVE-2016-7644 (XNU ports).',
  },
  {
    id: 'ipc/no-false-wait',
    statement:
      'Nobody waits whose message could be passed on; a call that could only deadlock is refused, and no other.',
    formula:
      '∀ e: ¬(senders(e) ≠ ∅ ∧ receivers(e) ≠ ∅); who has met is given a hart; −EDEADLK ⇔ all who could receive wait for the caller or are the caller',
    source: `${minix}: a cycle of processes that wait is refused (ELOCKED)`,
    clauses: ['wake-up-lost', 'wrong-deadlock'],
    groups: ['ipc'],
    exercise: ['rendezvousSenderFirst', 'rendezvousReceiverFirst', 'deadlockRefused'],
    todo:
      'Look for the other side before waiting, in the same step; make who has met runnable, and send an interrupt to ' +
      'a hart that idles. Follow whom each receiver waits for before letting the caller wait.',
    knownAs: 'Missed wake-ups: CVE-2021-20317; a thread idled on what was freed: seL4 7c600bdd4.',
  },
  {
    id: 'ipc/peer-death',
    statement: 'Who waits for somebody that has ended is told so, and nobody else is.',
    formula:
      '−EPIPE ⇔ no capability to receive is left, or the own one was taken away, or the task that owes the reply has ended or received another call',
    source: `${minix}: everyone blocked on a process that dies is unblocked with EDEADSRCDST`,
    clauses: ['wrong-peer-death'],
    groups: ['ipc'],
    exercise: ['peerDied'],
    todo: 'When a task ends, look for who waits for its reply; when a capability to receive goes, whether it was the last.',
    knownAs:
      'Flags cleared, the link in the queue left: MINIX 9c7dcbfec; binder’s exit left a link in a wait queue: CVE-2019-2215.',
  },
];
