/** What the tests of the machine share: small workloads, kernels of a few lines, logs that can be read. */
import { HALT_REASONS, type HaltReason, RECORD_WORDS, RecordKind } from '../spec/records.ts';
import { type Frame, type Mode, Pte, pte, satp, type Vpn, type Word } from '../spec/riscv.ts';
import { type Operation, WORKLOAD_FORMAT, type Workload } from '../spec/workload.ts';
import { type BootImage, contextAt, type Hart, type Machine, type Routine } from './contract.ts';
import { type Run, type RunOptions, runWorkload } from './run.ts';

/** A workload of one program. */
export const workloadOf = (
  bodies: readonly (readonly Operation[])[],
  over: Partial<Workload> = {},
): Workload => ({
  format: WORKLOAD_FORMAT,
  harts: 1,
  frames: 16,
  tlbEntries: 8,
  ipiDelay: 0,
  programs: [{ bodies }],
  start: [0],
  schedule: [],
  interrupts: [],
  steps: 100,
  ...over,
});

export type Boot = (machine: Machine, image: BootImage) => Routine;

export const runBoot = (boot: Boot, workload: Workload, options: RunOptions = {}): Run =>
  runWorkload(
    { name: 'test', architecture: 'monolithic', implements: [], boot },
    workload,
    options,
  );

/** A run whose boot does nothing but this, and whose handler is this on an empty program. */
export const runHandler = (
  handler: (hart: Hart, machine: Machine, image: BootImage) => unknown,
  over: Partial<Workload> = {},
): Run =>
  runBoot(
    (machine, image) => ((hart: Hart) => handler(hart, machine, image)) as Routine,
    workloadOf([[]], over),
  );

const { V, R, X, U } = Pte;

/** Makes a root table in frame `root`, with its leaf table behind it; answers with satp. */
export const mapUser = (
  machine: Machine,
  image: BootImage,
  root: Frame,
  pages: readonly (readonly [Vpn, Word])[] = [],
): Word => {
  machine.frame(root).set(machine.frame(image.kernelRoot));
  machine.frame(root)[0] = pte(root + 1, V);
  machine.frame(root + 1)[1] = pte(image.programs[0]?.text ?? 0, V | R | X | U);
  for (const [vpn, entry] of pages) machine.frame(root + 1)[vpn] = entry;
  return satp(root, 1);
};

/** Starts the program on this hart. */
export const start = (hart: Hart, space: Word, entry = 0x1000): void => {
  hart.satp = space;
  hart.restore(contextAt(entry));
};

export interface Row {
  readonly kind: keyof typeof RecordKind;
  readonly hart: number;
  readonly mode: Mode;
  readonly tid: number;
  readonly payload: readonly Word[];
}

const KIND_NAMES = new Map(Object.entries(RecordKind).map(([name, kind]) => [kind, name]));

/** The records of a log; registers behind a return are its payload's end. */
export const rowsOf = (run: Pick<Run, 'words' | 'length'>): readonly Row[] => {
  const rows: Row[] = [];
  for (let at = 0; at < run.length; at += RECORD_WORDS) {
    const head = run.words[at] ?? 0;
    const kind = KIND_NAMES.get((head & 0xff) as never) as Row['kind'];
    const mode: Mode = (head >>> 12) & 0xf ? 1 : 0;
    const payload = [...run.words.subarray(at + 3, at + RECORD_WORDS)];
    const tid = run.words[at + 2] ?? 0;
    if (kind === 'return') {
      payload.push(...run.words.subarray(at + RECORD_WORDS, at + 5 * RECORD_WORDS));
      at += 4 * RECORD_WORDS;
    }
    rows.push({ kind, hart: (head >>> 8) & 0xf, mode, tid, payload });
  }
  return rows;
};

export const rowsOfKind = (run: Run, kind: Row['kind']): readonly Row[] =>
  rowsOf(run).filter((row) => row.kind === kind);

/** Why the kernel was stopped, if it was. */
export const haltOf = (run: Run): { reason: HaltReason; message: string } | undefined => {
  const [halt] = rowsOfKind(run, 'halt');
  if (!halt) return undefined;
  const [reason = 0, message = 0] = halt.payload;
  return { reason: HALT_REASONS[reason] ?? 'forbidden', message: run.messages[message] ?? '' };
};
