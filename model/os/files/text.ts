/** What was allowed, in words: results of calls on files and datagrams, and what they store. */
import type { CallDescription, CallName } from '../../../spec/abi.ts';
import { Errno, errnoName } from '../../../spec/errno.ts';
import type { Clause } from '../../../spec/properties.ts';
import type { OsState, PendingCall, Task } from '../state.ts';
import type { Violation } from '../violation.ts';
import { bufferOf } from './buffer.ts';
import { isServed, requestOf } from './request.ts';
import { serviceOutcome } from './served.ts';

const ABOUT_DESCRIPTORS: ReadonlySet<CallName> = new Set(['close', 'dup', 'seek']);

/** The rule that a wrong result of this call breaks. */
export const clauseOf = (
  { name, group }: CallDescription,
  errno: number | undefined,
  errors: readonly number[],
): Clause => {
  const descriptors =
    ABOUT_DESCRIPTORS.has(name) ||
    [errno, ...errors].some((one) => one === Errno.EBADF || one === Errno.EMFILE);
  return group === 'files' && descriptors ? 'wrong-descriptor' : `wrong-result-${group}`;
};

/** The results that are allowed; `undefined` for a call that no service serves. */
export const servedText = (
  state: OsState,
  task: Task,
  name: CallName,
  call: PendingCall,
): string | undefined => {
  if (!isServed(name)) return undefined;
  const request = requestOf(state, task, name, call.args);
  const { errors, mayFail, result, least, most } = serviceOutcome(
    state.served,
    task.space,
    request,
  );
  const earlier = call.settled;
  if (earlier) return textOf(earlier.errors, [], earlier.result, earlier.result, earlier.result);
  return textOf(errors, mayFail, result, least, most);
};

const textOf = (
  errors: readonly number[],
  mayFail: readonly number[],
  result: number,
  least: number,
  most: number,
): string => {
  if (errors.length > 0) return names(errors).join(' or ');
  const success = least === most ? String(result) : `${least} to ${most}`;
  return [success, ...names(mayFail)].join(' or ');
};

const names = (errors: readonly number[]): string[] =>
  [...new Set(errors)].map((errno) => `-${errnoName(errno)}`);

const CONTENTS: ReadonlySet<Clause> = new Set(['contents-survive', 'fresh-page-is-zero']);

/** A page that is wrong right after a call that stores there: the call stored the wrong bytes. */
export const blameBuffer = (
  state: OsState,
  call: PendingCall | undefined,
  violation: Violation,
): Violation => {
  const name = call && state.setting.calls.get(call.number)?.name;
  const { vpn } = violation;
  if (!name || vpn === undefined || !CONTENTS.has(violation.clause)) return violation;
  const { va, bytes } = bufferOf(name, call.args);
  if (bytes === 0 || vpn < va >>> 12 || vpn > (va + bytes - 1) / 4096) return violation;
  return {
    ...violation,
    clause: name === 'receiveFrom' ? 'datagram-differs' : 'file-contents-differ',
    expected: `after ${name} ${violation.expected}`,
  };
};
