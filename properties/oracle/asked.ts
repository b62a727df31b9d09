/**
 * The calls on files that a task made in a run, with what the kernel answered: the result, and the bytes that it stored
 * in the task's memory, as the hardware's log has them. What the task passed (paths, bytes to write, room in its buffer)
 * is read from its memory as the model knows it.
 */
import { Decoder } from '../../model/abstraction/decode.ts';
import { bufferOf } from '../../model/os/files/buffer.ts';
import type { FileCall } from '../../model/os/files/call.ts';
import { requestOf } from '../../model/os/files/request.ts';
import { Judge } from '../../model/os/judge.ts';
import { type Claims, initialState, type PendingCall } from '../../model/os/state.ts';
import { FILE_CALLS } from '../../spec/calls/files.ts';
import { Errno } from '../../spec/errno.ts';
import type { Event, ReturnEvent } from '../../spec/events.ts';
import { ACCESS_MODE, DISK_BUDGET, MAX_NAME, OpenFlag } from '../../spec/files.ts';
import type { RunLog } from '../../spec/records.ts';
import { A0, Cause, PAGE_SHIFT, type Tid } from '../../spec/riscv.ts';
import type { Workload } from '../../spec/workload.ts';
import { operationText } from '../explain/text.ts';
import type { HostCall } from './host.ts';

export interface Asked {
  /** `open("/a", read write create)` */
  readonly text: string;
  readonly call: HostCall;
  readonly result: number;
  /** Bytes stored, in hexadecimal. */
  readonly stored: string;
}

const FILE_CALL_NAMES: ReadonlySet<string> = new Set(FILE_CALLS.map(({ name }) => name));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Limits of names and paths are the project's own, and memory is the kernel's business: no host knows them. */
const isForHost = (call: FileCall): boolean => {
  const paths = [
    ...('path' in call ? [call.path] : []),
    ...('from' in call ? [call.from, call.to] : []),
  ];
  const long = (path: string | number): boolean =>
    typeof path === 'number' || path.split('/').some((name) => name.length > MAX_NAME);
  if (paths.some(long)) return false;
  if (call.call === 'open') return areFlags(call.flags);
  if (call.call === 'fwrite') return call.length === 0 || call.bytes.length > 0;
  return call.call !== 'sync';
};

const FLAGS = Object.values(OpenFlag).reduce<number>((all, flag) => all | flag, 0);
/** Linux refuses some of the others only in later versions. */
const areFlags = (flags: number): boolean =>
  (flags & ~FLAGS) === 0 &&
  (flags & ACCESS_MODE) !== ACCESS_MODE &&
  ((flags & OpenFlag.create) === 0 || (flags & OpenFlag.directory) === 0);

const hostCallOf = (call: FileCall): HostCall => {
  const found: Record<string, number | string> = { call: call.call };
  for (const [name, value] of Object.entries(call)) {
    if (name === 'call' || typeof value === 'boolean') continue;
    if (typeof value === 'object') found[name] = hexOf(value);
    else if (typeof value === 'string') found[name] = hexOf(Buffer.from(value, 'latin1'));
    else if (typeof value === 'number') found[name] = value;
  }
  return found as HostCall;
};

const bytesAt = ({ view }: ReturnEvent, va: number, count: number): Uint8Array => {
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const at = va + i;
    const page = view.find(({ vpn, source }) => source === 'table' && vpn === at >>> PAGE_SHIFT);
    const word = page?.words?.get((at & 0xfff) >>> 2) ?? 0;
    bytes[i] = word >>> ((at & 3) * 8);
  }
  return bytes;
};

/** How many bytes a call that succeeded has stored. */
const storedBytes = (call: FileCall, result: number): number => {
  if (result < 0) return 0;
  if (call.call === 'read') return result;
  return call.call === 'stat' ? 8 : 0;
};

/** A call that has not returned yet. */
interface Begun {
  readonly tid: Tid;
  readonly pending: PendingCall;
  readonly request: FileCall;
  readonly text: string;
}

/**
 * In order, up to the first that may fail for want of room on the disk, or that the model forbids. For workloads of one
 * task.
 */
export const askedOf = (log: RunLog, workload: Workload, claims: Claims): readonly Asked[] => {
  const initial = initialState(workload, claims);
  const decoder = new Decoder(log, initial.setting.layout, initial.setting.frames);
  const judge = new Judge(initial);
  const asked: Asked[] = [];
  let begun: Begun | undefined;
  let written = 0;
  const begin = (event: Event & { kind: 'trap' }): Begun | undefined => {
    if (event.mode !== 'U' || event.cause !== Cause.userEcall) return undefined;
    const task = judge.state.tasks.get(event.tid);
    const pending = task?.call;
    const name = pending && judge.state.setting.calls.get(pending.number)?.name;
    if (!task || !pending || !name || !FILE_CALL_NAMES.has(name)) return undefined;
    const request = requestOf(
      judge.state,
      task,
      name as FileCall['call'],
      pending.args,
    ) as FileCall;
    const texts = workload.programs[task.program]?.texts ?? [];
    return {
      tid: event.tid,
      pending,
      request,
      text: operationText({ op: 'call', call: name, args: pending.args }, { texts }),
    };
  };
  for (let event = decoder.read(); event !== undefined; event = decoder.read()) {
    const violation = judge.accept(event);
    if (event.kind === 'trap' && !begun) begun = begin(event);
    if (event.kind !== 'return' || begun?.tid !== event.tid) {
      if (violation) break;
      continue;
    }
    const { pending, request, text } = begun;
    begun = undefined;
    const result = (event.registers[A0] ?? 0) | 0;
    if (request.call === 'fwrite') written += Math.max(0, result);
    if (written > DISK_BUDGET.bytes || result === -Errno.ENOSPC) break;
    if (!isForHost(request) || result === -Errno.EFAULT) continue;
    const { va } = bufferOf(request.call, pending.args);
    const stored = hexOf(bytesAt(event, va, storedBytes(request, result)));
    asked.push({ text, call: hostCallOf(request), result, stored });
    if (violation) break;
  }
  return asked;
};
