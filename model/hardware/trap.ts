/**
 * Traps, returns, and the accesses of supervisor mode, which may trap themselves.
 * Source: RISC-V Privileged, 4.1.1 (spp), 4.1.6 to 4.1.9; DESIGN sections 4 and 5 for what stops a kernel.
 */
import { indexOfText, kindOfText, TextKind } from '../../spec/layout.ts';
import type { HaltReason } from '../../spec/records.ts';
import { Cause, Mode, type Word } from '../../spec/riscv.ts';
import type { Outcome } from './actions.ts';
import { type Hart, readWord, type State, type SupervisorAccess, writeWord } from './state.ts';
import { translate } from './translate.ts';

/** An access that faults is tried so often again, and so many faults may be nested. */
const MAX_RETRIES = 8;

const stop = (state: State, reason: HaltReason): Outcome => {
  state.halted ??= reason;
  return { kind: 'stopped', reason };
};

/** The trap at `hart.pc`, up to the fetch of the handler. */
const trap = (state: State, hart: Hart, cause: Word, tval: Word): Outcome => {
  const from = hart.mode;
  const { pc } = hart;
  hart.scause = cause;
  hart.stval = tval;
  hart.sepc = pc;
  hart.spp = from;
  hart.mode = Mode.S;
  const fetched = translate(state, hart, hart.stvec, 'fetch', Mode.S);
  if (fetched.kind === 'fault') return stop(state, 'kernel-unreachable');
  const word = readWord(state, Math.floor(fetched.address / 4));
  const routine = indexOfText(word);
  if (kindOfText(word) !== TextKind.native || routine >= state.natives) {
    return stop(state, 'kernel-unreachable');
  }
  return { kind: 'trapped', from, cause, pc, tval, routine };
};

/** A trap out of instructions, or out of idling: no activation was under way. */
export const enter = (state: State, hart: Hart, cause: Word, tval: Word): Outcome => {
  hart.idleRequested = false;
  hart.status = 'kernel';
  return trap(state, hart, cause, tval);
};

const misaligned = ({ kind, va }: SupervisorAccess): boolean => kind !== 'loadByte' && va % 4 !== 0;

export const access = (
  state: State,
  hart: Hart,
  attempted: SupervisorAccess,
  tries = 0,
): Outcome => {
  const { kind, va, value } = attempted;
  const stores = kind === 'store';
  const translated = misaligned(attempted)
    ? ({ kind: 'fault', cause: stores ? Cause.storeMisaligned : Cause.loadMisaligned } as const)
    : translate(state, hart, va, stores ? 'store' : 'load', Mode.S);
  if (translated.kind === 'fault') {
    if (hart.attempts.length >= MAX_RETRIES) return stop(state, 'handler-threw');
    hart.attempts.push({ access: attempted, tries, idleRequested: hart.idleRequested });
    hart.pc = hart.stvec;
    return trap(state, hart, translated.cause, va);
  }
  const at = Math.floor(translated.address / 4);
  if (stores) writeWord(state, at, value);
  const word = readWord(state, at);
  return { kind: 'accessed', value: kind === 'loadByte' ? (word >>> ((va % 4) * 8)) & 0xff : word };
};

/** The end of a routine. A handler that ran inside another activation lets the access be tried again. */
export const goBack = (state: State, hart: Hart): Outcome => {
  const attempt = hart.attempts.pop();
  if (attempt) {
    hart.idleRequested = attempt.idleRequested;
    if (hart.spp !== Mode.S || attempt.tries >= MAX_RETRIES) return stop(state, 'handler-threw');
    return access(state, hart, attempt.access, attempt.tries + 1);
  }
  if (hart.status === 'fencing') {
    hart.status = 'waiting';
    return { kind: 'done' };
  }
  if (hart.idleRequested) {
    hart.status = 'idle';
    return { kind: 'idled' };
  }
  hart.mode = hart.spp;
  hart.pc = hart.sepc - (hart.sepc % 4);
  hart.status = 'running';
  return { kind: 'returned' };
};
