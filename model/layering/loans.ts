/**
 * Memory that is lent: what an argument of an active call names, for as long as the call is not over.
 *
 * A layer can lend what is its own, and hand on what it was lent: so memory travels down the chain of calls from its
 * owner, and never up. User programs lend what their system call's description names, to the topmost layer.
 */
import { Gate, type OperationShape } from '../../spec/layering.ts';
import { SERVICE_SPAN, serviceSegment, USER_END } from '../../spec/layout.ts';
import { type Frame, PAGE_SHIFT, type Tid, type Word } from '../../spec/riscv.ts';
import { type Component, VECTOR } from './events.ts';
import type { Activation, LayeringState, Loan } from './state.ts';

const END = 2 ** 32;

const range = (from: Word, bytes: Word, writable: boolean): Loan[] =>
  bytes === 0 ? [] : [{ kind: 'range', from, to: Math.min(from + bytes, END), writable }];

/** What an operation of this shape is lent by these arguments. */
const loansOf = (
  setting: LayeringState['setting'],
  shape: OperationShape,
  args: readonly Word[],
): readonly Loan[] =>
  shape.args.flatMap((kind, index): readonly Loan[] => {
    const value = args[index] ?? 0;
    if (kind === 'call') return loansOfCall(setting, args.slice(index));
    if (kind === 'frame') return [{ kind: 'frame', frame: value }];
    if (kind !== 'reads' && kind !== 'writes') return [];
    const length = shape.args.indexOf('length', index);
    return range(value, args[length] ?? 0, kind === 'writes');
  });

/** What a system call lends the layer that it enters: its number, then its arguments. */
const loansOfCall = (
  { buffers }: LayeringState['setting'],
  [number = 0, ...args]: readonly Word[],
): readonly Loan[] =>
  (buffers.get(number) ?? []).flatMap(({ address, length, most = END, writes = false }) =>
    range(
      args[address] ?? 0,
      Math.min(length === undefined ? END : (args[length] ?? 0), most),
      writes,
    ),
  );

/** An access that is not the component's own. */
export interface Access {
  readonly from: Word;
  readonly bytes: number;
  readonly writes: boolean;
  readonly owner: Component;
  /** Whom the hart runs: an address of user memory means something only together with it. */
  readonly tid: Tid;
}

/** Has the component been lent this, by its owner or by somebody whom the owner lent it to? */
export const isLent = (state: LayeringState, component: Component, access: Access): boolean => {
  for (const activation of state.lent) {
    if (
      activation.component !== component ||
      !activation.loans.some((loan) => covers(loan, access))
    )
      continue;
    if (access.from < USER_END && activation.tid !== access.tid) continue;
    if (mayLend(state, activation, access.owner, (caller) => isLent(state, caller, access)))
      return true;
  }
  return false;
};

/** Its caller owns it, or was lent it; a caller is always above, so the chain ends. */
const mayLend = (
  { setting }: LayeringState,
  { caller, component }: Activation,
  owner: Component,
  handedOn: (caller: Component) => boolean,
): boolean => {
  if (caller === VECTOR) return owner === setting.top + 1;
  return caller === owner || (caller > component && handedOn(caller));
};

/** Whole words may be read where a part of them was lent; stores are exact. */
const covers = (loan: Loan, { from, bytes, writes }: Access): boolean => {
  if (loan.kind !== 'range') return false;
  const to = from + bytes;
  if (writes) return loan.writable && from >= loan.from && to <= loan.to;
  return from >= roundDown(loan.from) && to <= roundUp(loan.to);
};

const roundDown = (va: number): number => va - (va % 4);
const roundUp = (va: number): number => roundDown(va + 3);

/** The same for what a device moves: the programmer of all devices is layer 1. */
export const isLentFrame = (
  state: LayeringState,
  component: Component,
  frame: Frame,
  writes: boolean,
): boolean => {
  const owner = state.owners.get(frame) ?? 0;
  for (const activation of state.lent) {
    if (activation.component !== component) continue;
    if (!activation.loans.some((loan) => holds(state, loan, frame, writes))) continue;
    const handedOn = (caller: Component): boolean => isLentFrame(state, caller, frame, writes);
    if (mayLend(state, activation, owner, handedOn)) return true;
  }
  return false;
};

/** Is the frame part of the loan? Of memory of a user program it may be. */
const holds = (state: LayeringState, loan: Loan, frame: Frame, writes: boolean): boolean => {
  if (loan.kind === 'frame') return loan.frame === frame;
  if (writes && !loan.writable) return false;
  const owner = state.owners.get(frame) ?? 0;
  if (loan.from < USER_END) return owner === state.setting.top + 1;
  const page = pageOf(state, frame, owner);
  return page !== undefined && loan.from < page + (1 << PAGE_SHIFT) && loan.to > page;
};

/** Frames of a layer that it has from boot on: one of text, one for its table, and its pages, in this order. */
const FIRST_PAGE = 2;

const pageOf = ({ owners }: LayeringState, frame: Frame, owner: Component): number | undefined => {
  let index = 0;
  for (const [known, whose] of owners) {
    if (whose !== owner) continue;
    if (known === frame) return serviceSegment(owner) + ((index - FIRST_PAGE) << PAGE_SHIFT);
    index += 1;
    if (index << PAGE_SHIFT >= SERVICE_SPAN) break;
  }
  return undefined;
};

/** The loans of a call that is entered now. */
export const loansAtEntry = (
  setting: LayeringState['setting'],
  caller: Component,
  shape: OperationShape | undefined,
  [operation, ...args]: readonly Word[],
): readonly Loan[] => {
  if (shape) return loansOf(setting, shape, args);
  return caller === VECTOR && operation === Gate.ecall ? loansOfCall(setting, args) : [];
};
