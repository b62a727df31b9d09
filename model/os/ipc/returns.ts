/** What a call on messages returns, held against what it must return since it took effect; and what is wrong otherwise. */
import { type IpcCallName, MAX_BADGE } from '../../../spec/calls/ipc.ts';
import { Errno, errnoName, errnoOf, resultName } from '../../../spec/errno.ts';
import type { ReturnEvent } from '../../../spec/events.ts';
import type { Clause } from '../../../spec/properties.ts';
import { A0, type Word } from '../../../spec/riscv.ts';
import type { Transition } from '../../../spec/transitions.ts';
import { hex } from '../instruction.ts';
import { type OsState, type Task, take } from '../state.ts';
import type { Violation } from '../violation.ts';
import type { Ipc, Outcome, Words } from './endpoints.ts';
import { debtorOf } from './peers.ts';

/** What the call came back with. */
interface Seen {
  readonly a0: Word;
  readonly words: Words;
  readonly errno: number | undefined;
}

const seenIn = ({ registers }: ReturnEvent): Seen => {
  const a0 = registers[A0] ?? 0;
  const words: Words = [registers[A0 + 1] ?? 0, registers[A0 + 2] ?? 0];
  return { a0, words, errno: errnoOf(a0) };
};

const sameWords = (a: Words, b: Words): boolean => a[0] === b[0] && a[1] === b[1];

const fits = ({ errors, result, words }: Outcome, seen: Seen): boolean =>
  errors.length > 0
    ? seen.errno !== undefined && errors.includes(seen.errno)
    : seen.a0 === result && (!words || sameWords(words, seen.words));

/** The call returns: its registers are as its outcome says. */
export const ipcReturns = (
  state: OsState,
  task: Task,
  name: IpcCallName,
  event: ReturnEvent,
): Violation | undefined => {
  const seen = seenIn(event);
  const outcome = state.ipc.outcomes.get(task.tid);
  if (!outcome || !fits(outcome, seen)) {
    return {
      clause: outcome ? clauseOf(state.ipc, name, outcome, seen) : tooEarly(name, seen),
      hart: event.hart,
      tid: task.tid,
      expected: expectedText(state.ipc, task, name, outcome),
      observed: seenText(name, seen),
    };
  }
  if (outcome.words) {
    task.registers[A0 + 1] = outcome.words[0];
    task.registers[A0 + 2] = outcome.words[1];
  }
  const outcomes = new Map(state.ipc.outcomes);
  outcomes.delete(task.tid);
  state.ipc = { ...state.ipc, outcomes };
  count(state, name, outcome, seen);
  return undefined;
};

/** Does it end with a message? */
const receives = (name: IpcCallName): boolean => name === 'receive' || name === 'replyReceive';

const REFUSALS: Readonly<Record<number, Transition>> = {
  [Errno.EBADF]: 'forgeryRefused',
  [Errno.EPERM]: 'forgeryRefused',
  [Errno.EDEADLK]: 'deadlockRefused',
};

const count = (state: OsState, name: IpcCallName, { revoked }: Outcome, seen: Seen): void => {
  if (seen.errno === undefined) {
    take(state, name);
    if (receives(name) && seen.a0 > 0 && seen.a0 <= MAX_BADGE) take(state, 'badgeSeen');
    return;
  }
  take(state, `${name}Refused`);
  if (revoked) take(state, 'revokedRefused');
  const refusal = REFUSALS[seen.errno];
  if (name === 'mint' && seen.errno === Errno.EPERM) take(state, 'rightsRefused');
  else if (refusal) take(state, refusal);
};

/** It returns while it must wait. */
const tooEarly = (name: IpcCallName, { errno }: Seen): Clause => {
  if (errno === Errno.EPIPE) return 'wrong-peer-death';
  if (errno === Errno.EDEADLK) return 'wrong-deadlock';
  if (errno !== undefined) return 'wrong-result-ipc';
  return receives(name) ? 'message-invented' : name === 'call' ? 'reply-differs' : 'message-lost';
};

const clauseOf = (ipc: Ipc, name: IpcCallName, outcome: Outcome, seen: Seen): Clause => {
  const { errors } = outcome;
  const about = [...errors, seen.errno];
  if (about.includes(Errno.EPIPE)) return 'wrong-peer-death';
  if (about.includes(Errno.EDEADLK)) return 'wrong-deadlock';
  if (seen.errno === Errno.ENOMEM) return 'enomem-too-early';
  if (errors.length > 0)
    return seen.errno === undefined ? accepted(name, outcome) : 'wrong-result-ipc';
  if (seen.errno !== undefined) return 'wrong-result-ipc';
  if (receives(name)) return isWaiting(ipc, seen) ? 'message-out-of-order' : 'message-differs';
  return name === 'call' ? 'reply-differs' : 'wrong-result-ipc';
};

/** What had to be refused was not. */
const accepted = (name: IpcCallName, { errors, revoked }: Outcome): Clause => {
  if (revoked) return 'used-after-revoke';
  if (errors.includes(Errno.EBADF)) return 'capability-forged';
  if (errors.includes(Errno.EPERM)) return name === 'mint' ? 'rights-grew' : 'capability-forged';
  return name === 'reply' ? 'reply-differs' : 'wrong-result-ipc';
};

/** Is it the message of somebody who still waits to be received? */
const isWaiting = ({ endpoints }: Ipc, { a0, words }: Seen): boolean =>
  [...endpoints.values()].some(({ senders }) =>
    senders.some((one) => one.badge === a0 && sameWords(one.words, words)),
  );

const wordsText = ([first, second]: Words): string => `a1 = ${hex(first)}, a2 = ${hex(second)}`;

const seenText = (name: IpcCallName, { a0, words, errno }: Seen): string => {
  const message = errno === undefined && (receives(name) || name === 'call');
  return `${name} returns ${resultName(a0)}${message ? ` with ${wordsText(words)}` : ''}`;
};

const expectedText = (
  ipc: Ipc,
  { tid }: Task,
  name: IpcCallName,
  outcome: Outcome | undefined,
): string => {
  if (outcome) return outcomeText(name, outcome);
  if (receives(name)) return `${name} does not return: no message and no notification has come`;
  const debtor = debtorOf(ipc, tid);
  return debtor === undefined
    ? `${name} does not return: nobody has received the message`
    : `call does not return: task ${debtor} has not replied`;
};

const outcomeText = (name: IpcCallName, { errors, result, words, revoked }: Outcome): string => {
  if (errors.length > 0) {
    const why = revoked ? ': the capability was revoked' : '';
    return `${name} returns ${errors.map((errno) => `-${errnoName(errno)}`).join(' or ')}${why}`;
  }
  return `${name} returns ${resultName(result)}${words ? ` with ${wordsText(words)}` : ''}`;
};
