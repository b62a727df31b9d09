/** The machine's side of a replay: what tables and TLBs held at a moment, and which line of the kernel wrote what. */
import type { Mapping, TraceNote } from '../../hardware/trace.ts';
import type { Frame, HartId, VirtualAddress, Vpn } from '../../spec/riscv.ts';
import { rightsName } from '../../spec/riscv.ts';
import type { Executor } from '../execute/executor.ts';
import type { KernelNote } from '../report.ts';
import type { Replay, Row } from './replay.ts';
import { hex, whoText } from './text.ts';

export type Snapshot = Extract<TraceNote, { kind: 'snapshot' }>;
type Write = Extract<TraceNote, { kind: 'write' }>;

const RECORD = 8;

/** The last snapshot at or before a record's end. */
export const snapshotAt = ({ run }: Replay, at: number): Snapshot | undefined => {
  let found: Snapshot | undefined;
  for (const note of run.notes) {
    if (note.at > at + RECORD) break;
    if (note.kind === 'snapshot') found = note;
  }
  return found;
};

export const inTables = (
  snapshot: Snapshot | undefined,
  root: Frame,
  vpn: Vpn,
): Mapping | undefined =>
  snapshot?.tables
    .find((table) => table.root === root)
    ?.mappings.find(({ va }) => va >>> 12 === vpn);

/** What a hart's TLB holds for the page in an address space; −1 stands for global entries. */
export const inTlb = (
  snapshot: Snapshot | undefined,
  hart: HartId,
  vpn: Vpn,
  asid: number,
): Mapping | undefined =>
  snapshot?.tlbs[hart]?.find(
    (entry) => entry.va >>> 12 === vpn && (entry.asid === asid || entry.asid === -1),
  );

/** Notes of one row's kernel activation, in order. */
const notesOf = ({ run }: Replay, row: Row): readonly TraceNote[] =>
  row.trap === undefined
    ? []
    : run.notes.filter(({ at, hart }) => at > row.from && at <= row.until && hart === row.hart);

/** The kernel's own file needs no name; of others the last part tells enough. */
const site = (executor: Executor, stack: string): Pick<KernelNote, 'line' | 'file'> => {
  const found = executor.site(stack);
  if (!found) return {};
  const own = found.file === undefined || found.file === executor.facts.file;
  return { line: found.line, ...(!own && { file: found.file.split('/').at(-1) ?? found.file }) };
};

interface Change {
  readonly root: Frame;
  readonly va: VirtualAddress;
  readonly before: Mapping | undefined;
  readonly after: Mapping | undefined;
}

const changesBetween = (before: Snapshot, after: Snapshot): Change[] => {
  const changes: Change[] = [];
  for (const { root, mappings } of after.tables) {
    const old = before.tables.find((table) => table.root === root);
    if (!old) continue;
    for (const mapping of mappings) {
      const was = old.mappings.find(({ va }) => va === mapping.va);
      if (!was || was.frame !== mapping.frame || was.rights !== mapping.rights) {
        changes.push({ root, va: mapping.va, before: was, after: mapping });
      }
    }
    for (const was of old.mappings) {
      if (!mappings.some(({ va }) => va === was.va))
        changes.push({ root, va: was.va, before: was, after: undefined });
    }
  }
  return changes;
};

/** What the kernel changed in tables during the row. */
export const tableChanges = (replay: Replay, row: Row): readonly Change[] => {
  const snapshots = notesOf(replay, row).filter(
    (note): note is Snapshot => note.kind === 'snapshot',
  );
  const [first] = snapshots;
  const last = snapshots.at(-1);
  if (!first || !last) return [];
  return changesBetween(first, last).filter(({ va }) => va !== 0x1000);
};

const changeText = ({ va, before, after }: Change): string => {
  if (!after) return `${hex(va)}: entry cleared`;
  if (before && before.frame === after.frame)
    return `${hex(va)}: rights now ${rightsName(after.rights)}`;
  return `${hex(va)} → frame ${after.frame}`;
};

/** The kernel column of a row. */
export const kernelNotes = (
  executor: Executor,
  replay: Replay,
  row: Row,
  scheduling: boolean,
): readonly KernelNote[] => {
  const notes = notesOf(replay, row);
  const writes = notes.filter((note): note is Write => note.kind === 'write');
  const found: KernelNote[] = [];
  const add = (note: KernelNote): void => {
    if (!found.some(({ text }) => text === note.text)) found.push(note);
  };
  const remote = row.task === 0 && row.devices.length === 0;
  const switches = row.kernel.some(({ kind, tid }) => kind === 'return' && tid !== row.trap?.tid);
  if (row.trap?.mode === 'U' && remote && !switches)
    add({ text: `hart ${row.hart} is interrupted` });
  const changes = tableChanges(replay, row);
  const owner = replay.roots;
  for (const change of changes) {
    const index = (change.va >>> 12) & 1023;
    const value = change.after ? change.after.frame : 0;
    const write = writes.find((one) => one.index === index && one.value >>> 10 === value);
    const whose = owner.get(change.root);
    const foreign =
      whose !== undefined &&
      row.task !== 0 &&
      row.state.tasks.get(whose)?.space !== row.state.tasks.get(row.task)?.space;
    add({
      text: `${changeText(change)}${foreign ? ` for ${whoText(whose, row.state.modules?.names)}` : ''}`,
      ...(write && site(executor, write.stack)),
    });
  }
  const shrinks = changes.some(({ before }) => before !== undefined);
  const calls = notes.filter((note) => note.kind === 'call');
  for (const event of row.kernel) {
    if (event.kind === 'fence' && (shrinks || (remote && !switches))) {
      const call = calls.find(({ what }) => what === 'fence');
      add({ text: `fences hart ${event.hart}`, ...(call && site(executor, call.stack)) });
    }
    if (event.kind === 'ipi' && (changes.length > 0 || scheduling)) {
      const call = calls.find(({ what }) => what === 'sendIpi');
      add({ text: `interrupts hart ${event.to}`, ...(call && site(executor, call.stack)) });
    }
    if (event.kind === 'console') {
      const call = calls.find(({ what }) => what === 'transmit');
      add({
        text: `sends ${event.bytes.map(hex).join(' ')}`,
        ...(call && site(executor, call.stack)),
      });
    }
    if (
      event.kind === 'return' &&
      event.tid !== 0 &&
      event.tid !== row.trap?.tid &&
      (scheduling || row.task === 0)
    ) {
      add({ text: `hart ${event.hart} runs task ${event.tid}` });
    }
    if (event.kind === 'idle' && scheduling) add({ text: `hart ${event.hart} idles` });
    if (event.kind === 'halt') add({ text: 'stops', ...site(executor, event.message) });
  }
  return found;
};
