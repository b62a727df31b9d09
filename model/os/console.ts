/**
 * Bytes on the console: only `write` sends them, and they are those that its caller can read, in order.
 *
 * Where the kernel sends them, scontext says whose call it is. Where a service in user space does, the log does not say
 * for whom: every task that waits in `write` and whose bytes they may be comes into question, one state for each. Such a
 * service sends what it has copied before; so where another task can change the pages meanwhile, any byte may come, and
 * what it has copied of a task that has ended may still come. What it sends before its next trap is all for one task.
 */
import type { Event } from '../../spec/events.ts';
import { Pte, type Tid } from '../../spec/riscv.ts';
import { byteAt, mayAccess } from './access.ts';
import { claimedCall } from './calls.ts';
import { copyState } from './copy.ts';
import { hex } from './instruction.ts';
import { isService } from './services.ts';
import { isAlone } from './space.ts';
import type { OsState, PendingCall, Task } from './state.ts';
import type { Violation } from './violation.ts';

type ConsoleEvent = Extract<Event, { kind: 'console' }>;

/** Stands for the tasks that have ended while a service worked for them. */
const ENDED: Tid = 0;

const writes = (state: OsState, task: Task | undefined): PendingCall | undefined =>
  task?.call && claimedCall(state, task.call.number)?.name === 'write' ? task.call : undefined;

/** Whether the bytes are surely those that the task reads now. */
const isExact = (state: OsState, task: Task): boolean =>
  task.call?.exposed !== true && isAlone(state, task);

/** For whom a service may have sent these bytes. */
const speakers = (state: OsState, event: ConsoleEvent): readonly Tid[] => {
  const found: Tid[] = [];
  for (const task of state.tasks.values()) {
    const call = writes(state, task);
    if (!call || call.sent + event.bytes.length > call.args[1]) continue;
    if (!isExact(state, task) || differenceIn(state, task, call, event) === undefined) {
      found.push(task.tid);
    }
  }
  if (state.lateBytes >= event.bytes.length) found.push(ENDED);
  return found;
};

/** Whether there is more than one task that the bytes may be from. */
export const isAmbiguous = (state: OsState, event: Event): boolean =>
  event.kind === 'console' &&
  isService(event.tid) &&
  state.speaker === undefined &&
  speakers(state, event).length > 1;

/** The state, once for every task that the bytes may be from. */
export const attributions = (state: OsState, event: Event): OsState[] => {
  if (!isAmbiguous(state, event) || event.kind !== 'console') return [state];
  return speakers(state, event).map((speaker) => {
    const copy = copyState(state);
    copy.speaker = speaker;
    return copy;
  });
};

export const transmitted = (state: OsState, event: ConsoleEvent): Violation | undefined => {
  if (state.setting.unreliable.includes('console')) return undefined; // nobody knows what it sends
  if (!isService(event.tid)) return sentFor(state, state.tasks.get(event.tid), event);
  const speaker = state.speaker ?? speakers(state, event)[0];
  state.speaker = speaker;
  if (speaker === ENDED) {
    state.lateBytes -= event.bytes.length;
    return undefined;
  }
  const task = speaker === undefined ? firstWriter(state) : state.tasks.get(speaker);
  const call = writes(state, task);
  if (!task || !call || isExact(state, task)) return sentFor(state, task, event);
  call.sent += event.bytes.length;
  return undefined;
};

const firstWriter = (state: OsState): Task | undefined =>
  [...state.tasks.values()].find((task) => writes(state, task));

const sentFor = (
  state: OsState,
  task: Task | undefined,
  event: ConsoleEvent,
): Violation | undefined => {
  const call = writes(state, task);
  const common = { clause: 'console-differs' as const, hart: event.hart, tid: task?.tid ?? 0 };
  if (!task || !call) {
    return {
      ...common,
      expected: 'bytes reach the console only by write',
      observed: 'the kernel sent bytes without a write call',
    };
  }
  const difference = differenceIn(state, task, call, event);
  if (difference) return { ...common, ...difference };
  call.sent += event.bytes.length;
  return undefined;
};

/** The first byte that is not the one of the caller; nothing: all are. */
const differenceIn = (
  state: OsState,
  task: Task,
  call: PendingCall,
  { bytes }: ConsoleEvent,
): Pick<Violation, 'vpn' | 'expected' | 'observed'> | undefined => {
  for (const [index, byte] of bytes.entries()) {
    const number = call.sent + index;
    const va = call.args[0] + number;
    if (number >= call.args[1] || !mayAccess(state, task, va, Pte.R) || va >= 2 ** 32) {
      return {
        vpn: va >>> 12,
        expected: `write sends no byte beyond number ${number}: ${number >= call.args[1] ? 'that was its length' : `task ${task.tid} cannot read ${hex(va)}`}`,
        observed: `it sends ${hex(byte)}`,
      };
    }
    const expected = byteAt(state, task, va);
    if (byte !== expected) {
      return {
        vpn: va >>> 12,
        expected: `byte ${number} is that at ${hex(va)}: ${hex(expected)}`,
        observed: `${hex(byte)} was sent`,
      };
    }
  }
  return undefined;
};
