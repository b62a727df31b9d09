/** What the machine must write into its event log for each step of the model: eight words a record, without cycles. */
import type { Action, Outcome } from '../../model/hardware/actions.ts';
import type { Hart } from '../../model/hardware/state.ts';
import { HALT_REASONS, NO_ADDRESS, RECORD_WORDS, RecordKind } from '../../spec/records.ts';
import { asidOf, Cause, Pte } from '../../spec/riscv.ts';

/** kind, hart, mode, scontext, payload; trailing zeros left out. */
export type Row = readonly number[];

const row = (kind: number, hart: Hart, mode: number, ...payload: number[]): Row =>
  trim([kind, hart.id, mode, hart.scontext, ...payload]);

const trim = (words: readonly number[]): Row => {
  let end = words.length;
  while (end > 4 && words[end - 1] === 0) end -= 1;
  return words.slice(0, end);
};

const trapRow = (hart: Hart): Row =>
  row(RecordKind.trap, hart, hart.spp, hart.scause, hart.sepc, hart.stval, hart.satp);

const haltRow = (hart: Hart, reason: (typeof HALT_REASONS)[number]): Row =>
  row(RecordKind.halt, hart, 1, HALT_REASONS.indexOf(reason));

/** User translations in its TLB that the hart takes along. */
const tlbRows = (hart: Hart): Row[] => {
  const rows: Row[] = [];
  for (const entry of hart.tlb) {
    if (!entry || (entry.bits & Pte.U) === 0) continue;
    if (!entry.global && entry.asid !== asidOf(hart.satp)) continue;
    const flags = (entry.superpage ? 1 : 0) + (entry.global ? 2 : 0);
    const word = entry.frame * 1024 + entry.bits;
    rows.push(row(RecordKind.tlb, hart, hart.mode, entry.vpn * 4096, word, entry.asid, flags));
  }
  return rows;
};

/** Records of an action, from the state behind it; `before` is scontext before it. */
export const rowsOf = (
  action: Action,
  outcome: Outcome,
  hart: Hart,
  before: number,
): readonly Row[] => {
  switch (outcome.kind) {
    case 'retired': {
      const physical = outcome.at < 0 ? NO_ADDRESS : outcome.at * 4;
      const { pc, word, va, value } = outcome;
      return [row(RecordKind.retire, hart, hart.mode, pc, word, va, physical, value)];
    }
    case 'trapped':
      return [trapRow(hart)];
    case 'stopped':
      return outcome.reason === 'kernel-unreachable'
        ? [trapRow(hart), haltRow(hart, outcome.reason)]
        : [haltRow(hart, outcome.reason)];
    case 'returned':
      return [
        ...tlbRows(hart),
        row(RecordKind.return, hart, hart.mode, hart.pc, hart.satp),
        [hart.pc, ...hart.registers.slice(1)],
      ];
    case 'idled':
      return [row(RecordKind.idle, hart, 1)];
    case 'accessed':
      return [];
    case 'done':
      return deedRows(action, hart, before);
  }
};

const deedRows = (action: Action, hart: Hart, before: number): readonly Row[] => {
  switch (action.kind) {
    case 'csr':
      if (action.csr === 'satp') return [row(RecordKind.satp, hart, 1, hart.satp)];
      if (action.csr !== 'scontext') return [];
      return [trim([RecordKind.context, hart.id, 1, before, hart.scontext])];
    case 'fence': {
      const given = (action.va === undefined ? 0 : 1) + (action.asid === undefined ? 0 : 2);
      return [row(RecordKind.fence, hart, 1, action.va ?? 0, action.asid ?? 0, given)];
    }
    case 'sendIpi':
      return [row(RecordKind.ipi, hart, 1, action.to)];
    case 'wait':
      return [row(RecordKind.wait, hart, 1)];
    case 'resume':
      return [row(RecordKind.resume, hart, 1)];
    case 'remoteFence':
      return [row(RecordKind.trap, hart, 1, Cause.softwareInterrupt, hart.stvec, 0, hart.satp)];
    default:
      return [];
  }
};

/** Reads a log from `at` on, without reports on memory and without the end. */
export const readRows = (words: Uint32Array, from: number, length: number): readonly Row[] => {
  const rows: Row[] = [];
  for (let at = from; at < length; at += RECORD_WORDS) {
    const [head = 0, , tid = 0, ...payload] = words.subarray(at, at + RECORD_WORDS);
    const kind = head & 0xff;
    if (kind === RecordKind.word || kind === RecordKind.end) continue;
    const shown = kind === RecordKind.halt ? payload.slice(0, 1) : payload;
    rows.push(trim([kind, (head >>> 8) & 0xf, (head >>> 12) & 0xf, tid, ...shown]));
    if (kind === RecordKind.return) {
      rows.push([...words.subarray(at + RECORD_WORDS, at + 5 * RECORD_WORDS)]);
      at += 4 * RECORD_WORDS;
    }
  }
  return rows;
};
