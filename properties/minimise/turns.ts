/**
 * Whose turn it was: the steps that the machine took in a run, in order, each with the operation that it was spent on.
 *
 * With these turns as its schedule a workload runs as before, and an operation can be dropped together with the turns
 * that it took: all others keep their order. Without them it would have to be replaced by something idle.
 */
import { BODY_STRIDE, USER_TEXT } from '../../spec/layout.ts';
import { RECORD_WORDS, RecordKind, type RunLog } from '../../spec/records.ts';
import { Cause, type HartId, PAGE_SIZE, type Tid, type Word } from '../../spec/riscv.ts';
import type { Interrupt, Operation, Workload } from '../../spec/workload.ts';

export interface Turn {
  readonly hart: HartId;
  /** The operation of the workload that was executed or that trapped; `undefined`: none, or one in a page of data. */
  readonly operation: Operation | undefined;
  /** A user instruction was retired: what the machine counts interrupts by. */
  readonly retires: boolean;
  /** A timer interrupt was taken. */
  readonly timer: boolean;
}

/** The schedule that gives these turns. */
export const scheduleOf = (turns: readonly Turn[]): readonly HartId[] =>
  turns.map(({ hart }) => hart);

/** The interrupts that come where these turns have them, by the user instructions that their hart has retired. */
export const interruptsOf = (turns: readonly Turn[]): readonly Interrupt[] => {
  const retired = new Map<HartId, number>();
  const interrupts: Interrupt[] = [];
  for (const { hart, retires, timer } of turns) {
    const after = retired.get(hart) ?? 0;
    if (timer) interrupts.push({ hart, after });
    if (retires) retired.set(hart, after + 1);
  }
  return interrupts;
};

/** One return record and its four rows of registers. */
const RETURN_ROWS = 5;

/**
 * @param programOf the program that a task of this run runs
 * @param end offset of the last record that matters
 */
export const turnsOf = (
  { words, length }: RunLog,
  workload: Workload,
  programOf: (tid: Tid) => number | undefined,
  end: number = length,
): readonly Turn[] => {
  const turns: Turn[] = [];
  /** By hart: the operation that trapped there last. */
  const trapped: (Operation | undefined)[] = [];
  for (let at = 0; at < length && at <= end; ) {
    const head = words[at] ?? 0;
    const kind = head & 0xff;
    const hart = (head >>> 8) & 0xf;
    const [tid = 0, first = 0, second = 0] = words.subarray(at + 2, at + 5);
    if (kind === RecordKind.retire) {
      const operation = operationAt(workload, programOf(tid), first);
      turns.push({ hart, operation, retires: true, timer: false });
    } else if (kind === RecordKind.resume) {
      turns.push({ hart, operation: trapped[hart], retires: false, timer: false });
    } else if (kind === RecordKind.trap && first & Cause.interrupt) {
      const timer = first === Cause.timerInterrupt;
      turns.push({ hart, operation: undefined, retires: false, timer });
    } else if (kind === RecordKind.trap && isUserMode(head)) {
      trapped[hart] = operationAt(workload, programOf(tid), second);
      const retires = first === Cause.userEcall;
      turns.push({ hart, operation: trapped[hart], retires, timer: false });
    }
    at += RECORD_WORDS * (kind === RecordKind.return ? RETURN_ROWS : 1);
  }
  return turns;
};

/** A fault of supervisor mode is part of the step that led to it. */
const isUserMode = (head: Word): boolean => (head & 0xf000) === 0;

const operationAt = (
  workload: Workload,
  program: number | undefined,
  pc: Word,
): Operation | undefined => {
  const offset = pc - USER_TEXT;
  if (program === undefined || offset < 0 || offset >= PAGE_SIZE) return undefined;
  const body = workload.programs[program]?.bodies[Math.floor(offset / BODY_STRIDE)];
  return body?.[(offset % BODY_STRIDE) / 4];
};
