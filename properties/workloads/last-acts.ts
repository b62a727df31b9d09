/**
 * How a task ends: by exit, by an endless loop, or by one deliberate forbidden act. A fault kills its task, so that
 * only the last act of a task is forbidden.
 */
import { Pte, type VirtualAddress } from '../../spec/riscv.ts';
import { type Operation, PRIVILEGED } from '../../spec/workload.ts';
import { type ProgramWriter, pageAddress, SCRATCH } from './program.ts';

const { R, W, X } = Pte;

type LastAct = (writer: ProgramWriter) => void;

const exit: LastAct = (w) =>
  w.end({ op: 'call', call: 'exit', args: [w.choices.pick([0, 1, 7, 300])] });

const touch = (w: ProgramWriter, va: VirtualAddress): void =>
  w.end(
    w.choices.chance(40)
      ? { op: 'store', va, value: 9 }
      : { op: 'load', va, rd: w.choices.pick(SCRATCH) },
  );

const afterUnmap: LastAct = (w) => {
  const [gone] = w.unmapped.filter((va) => !w.pages.has(va));
  if (gone !== undefined) return touch(w, gone);
  const page = w.aPage(R);
  if (page === undefined || !w.has('memory')) return touch(w, 0x9000);
  w.unmap(page);
  touch(w, page);
};

const unmapped: LastAct = (w) =>
  touch(w, w.choices.pick([0x9000, 0, 4, 0x3f_f000, w.aFreePage() ?? 0x9000, 0xffc]));

const kernelAddress: LastAct = (w) =>
  touch(
    w,
    w.choices.pick([0x8000_0000, 0xc000_0000, 0xc000_1000, 0xffff_fffc, 0x40_0000, 0xc000_5000]),
  );

const readOnly: LastAct = (w) => {
  let page = [...w.pages].find(([, rights]) => !(rights & W))?.[0];
  if (page === undefined && w.has('memory')) {
    page = w.aFreePage();
    if (page !== undefined) w.map(page, R);
  }
  w.end({ op: 'store', va: page ?? 0x1000, value: 5 });
};

const writeText: LastAct = (w) => w.end({ op: 'store', va: 0x1000, value: 0 });

/** Jumps into data: it holds a word that would be an instruction, and must not be executed. */
const executeData: LastAct = (w) => {
  const page = w.aPage(W);
  if (page === undefined) return unmapped(w);
  w.add({ op: 'store', va: page, value: 0x1000_0000 });
  w.end({ op: 'jump', va: page });
};

/** The same, made executable first: now it runs, and must not be writable. */
const executeProtected: LastAct = (w) => {
  const page = w.aPage(W);
  if (page === undefined || !w.has('protection')) return executeData(w);
  w.add({ op: 'store', va: page, value: 0x1000_0000 });
  w.call('protect', page, R | X);
  w.pages.set(page, R | X);
  w.end(w.choices.chance(50) ? { op: 'store', va: page, value: 1 } : { op: 'jump', va: page });
};

const jumpAway: LastAct = (w) =>
  w.end({
    op: 'jump',
    va: w.choices.pick([0x8000_0000, 0x2000, 0xc000_0000, 0, 0x1ffc, 0x40_0000]),
  });

const misaligned: LastAct = (w) => {
  const va = (w.aPage(R) ?? pageAddress(0)) + w.choices.pick([2, 1, 3]);
  w.end(
    w.choices.pick<Operation>([
      { op: 'load', va, rd: 't0' },
      { op: 'store', va, value: 1 },
      { op: 'jump', va: 0x1002 },
    ]),
  );
};

const privileged: LastAct = (w) =>
  w.end({ op: 'privileged', instruction: PRIVILEGED[w.choices.next(PRIVILEGED.length)] ?? 'sret' });

const loop: LastAct = (w) => w.end({ op: 'loop' });

const LAST_ACTS: readonly [readonly [number, LastAct], ...(readonly [number, LastAct])[]] = [
  [16, exit],
  [16, afterUnmap],
  [9, unmapped],
  [9, kernelAddress],
  [11, readOnly],
  [3, writeText],
  [7, executeData],
  [7, executeProtected],
  [5, jumpAway],
  [7, misaligned],
  [9, privileged],
  [7, loop],
];

export const lastAct: LastAct = (w) => {
  if (!w.over) w.choices.weighted(LAST_ACTS)(w);
};
