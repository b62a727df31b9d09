/**
 * Phrases: short runs of operations with a purpose. A body is a list of phrases, chosen by weight; a phrase whose
 * group of calls is not claimed does nothing.
 *
 * Phrases keep their task alive. What kills it is a last act (last-acts.ts).
 */
import { Pte } from '../../spec/riscv.ts';
import { FILLED, type ProgramWriter, pageAddress, SCRATCH, SHARED_PAGE } from './program.ts';

const { R, W, X } = Pte;
const RW = R | W;

export type Phrase = (writer: ProgramWriter) => void;

const load = (w: ProgramWriter, va: number): void =>
  w.add({ op: 'load', va, rd: w.choices.pick(SCRATCH) });
const store = (w: ProgramWriter, va: number): void =>
  w.add({ op: 'store', va, value: w.choices.pick([1, 7, 0x1234_5678, 0xffff_ffff]) });

export const fillRegisters: Phrase = (w) => {
  const first = w.choices.next(FILLED.length);
  for (let i = 0; i < 3; i++) {
    const rd = FILLED[(first + 5 * i) % FILLED.length] ?? 's0';
    // Registers that hold a child's tid keep it.
    if (!w.children.includes(rd)) w.add({ op: 'set', rd, value: 0x100 + first + i });
  }
};

const mapPage: Phrase = (w) => {
  if (!w.has('memory')) return;
  const page = w.aFreePage();
  if (page === undefined) return;
  w.map(page, w.choices.pick([RW, RW, RW, R]));
  const at = w.within(page);
  if (w.choices.chance(70)) load(w, at);
  if ((w.pages.get(page) ?? 0) & W) {
    store(w, at);
    if (w.choices.chance(30)) load(w, at);
  }
};

const usePage: Phrase = (w) => {
  const page = w.aPage(W);
  if (page === undefined) return mapPage(w);
  const at = w.within(page);
  if (w.choices.chance(60)) store(w, at);
  load(w, at);
};

const unmapPage: Phrase = (w) => {
  const page = w.aPage(R);
  if (page === undefined || !w.has('memory')) return mapPage(w);
  w.unmap(page);
};

/** Unmaps a page and maps it again: what was there must be gone. */
const remapPage: Phrase = (w) => {
  const page = w.aPage(W);
  if (page === undefined || !w.has('memory')) return mapPage(w);
  store(w, page);
  w.unmap(page);
  w.map(page, RW);
  load(w, page);
};

const refusedMemory: Phrase = (w) => {
  if (!w.has('memory')) return;
  const [page = pageAddress(0)] = w.pages.keys();
  w.choices.pick<() => void>([
    () => w.call('map', page, w.pages.has(page) ? RW : W),
    () => w.call('map', page, 0),
    () => w.call('unmap', pageAddress(w.choices.next(5)) + w.choices.pick([2, 4, 0x800])),
    () => w.call('unmap', w.aFreePage() ?? 0x9000),
    () => w.call('map', 0, RW),
    () => w.call('map', w.choices.pick([0x40_0000, 0x8000_0000, 0xffff_f000, 0xc000_0000]), RW),
    () => w.call('unmap', w.choices.pick([0x1000, 0x40_0000, 0xc000_0000, 0])),
    () => w.call('map', page, R | W | X),
    () => w.call('map', page + 4, RW + 8),
  ])();
};

const yieldCall: Phrase = (w) => {
  if (w.has('tasks')) w.call('yield');
};

const unknownCall: Phrase = (w) => w.call(w.choices.pick([0, 99, 12, 0xffff_ffff, 1000]), 1, 2);

const protectPage: Phrase = (w) => {
  const page = w.aPage(R);
  if (page === undefined || !w.has('protection')) return mapPage(w);
  const rights = w.choices.pick([R, R, RW, R | X]);
  if (w.choices.chance(50)) load(w, page);
  w.call('protect', page, rights);
  w.pages.set(page, rights);
  load(w, page);
};

const refusedProtection: Phrase = (w) => {
  if (!w.has('protection')) return;
  const page = w.aPage(R) ?? 0x1000;
  w.choices.pick<() => void>([
    () => w.call('protect', page, R | W | X),
    () => w.call('protect', page, W),
    () => w.call('protect', 0x1000, RW),
    () => w.call('protect', w.aFreePage() ?? 0x9000, R),
    () => w.call('protect', w.choices.pick([0, 0xc000_0000, 0x40_0000]), RW),
  ])();
};

const threadBad: Phrase = (w) => {
  if (w.has('threads'))
    w.call('thread', w.choices.pick([0x1102, 0x40_0000, 0x8000_0000, 0xffff_fffc]));
};

const spawnWorker: Phrase = (w) => {
  if (!w.has('tasks') || w.children.length >= 4) return;
  w.call('spawn', w.setting.worker);
  w.keepChild();
  if (w.choices.chance(40)) yieldCall(w);
};

const spawnBad: Phrase = (w) => {
  if (w.has('tasks')) w.call('spawn', w.choices.pick([w.setting.programs, 99, 0xffff_ffff]));
};

const waitChild: Phrase = (w) => {
  const child = w.children.at(-1);
  if (!w.has('children') || child === undefined) return spawnWorker(w);
  w.call('wait', child);
  if (w.choices.chance(30)) w.call('wait', child);
  else w.children.pop();
};

const killChild: Phrase = (w) => {
  const child = w.children.at(-1);
  if (!w.has('children') || child === undefined) return spawnWorker(w);
  w.call('kill', child);
  if (w.choices.chance(30)) w.call('kill', child);
  if (w.choices.chance(60)) w.call('wait', child);
};

const strangers: Phrase = (w) => {
  if (!w.has('children')) return;
  w.call(w.choices.pick(['wait', 'kill']), w.choices.pick([1, 0, 77, 2, 0xffff_ffff]));
};

const sharePage: Phrase = (w) => {
  if (!w.has('sharing') || !w.has('memory') || !w.has('tasks')) return;
  if (!w.pages.has(SHARED_PAGE)) {
    w.map(SHARED_PAGE, RW);
    store(w, SHARED_PAGE);
  }
  if (w.children.length === 0) spawnWorker(w);
  const child = w.children.at(-1);
  if (child === undefined) return;
  w.call('share', SHARED_PAGE, child, w.choices.pick([RW, R]));
  store(w, SHARED_PAGE);
  if (w.choices.chance(50)) yieldCall(w);
  load(w, SHARED_PAGE);
};

const refusedShare: Phrase = (w) => {
  if (!w.has('sharing')) return;
  const child = w.children.at(-1) ?? 1;
  const page = w.aPage(R) ?? 0x1000;
  w.choices.pick<() => void>([
    () => w.call('share', page, w.choices.pick([1, 77, 0]), R),
    () => w.call('share', w.aFreePage() ?? 0x9000, child, R),
    () => w.call('share', page, child, R | W | X),
    () => w.call('share', 0x1000, child, R),
    () => w.call('share', page + 4, child, R),
  ])();
};

/** Values whose bytes differ, written to the console, also across a page's edge. */
const writeConsole: Phrase = (w) => {
  const page = w.aPage(R);
  if (page === undefined || !w.has('console')) return mapPage(w);
  w.call('write', page + w.choices.pick([0, 1, 3, 4090]), w.choices.pick([4, 1, 9, 0, 16]));
};

const wildWrite: Phrase = (w) => {
  if (!w.has('console')) return;
  const page = w.aPage(R) ?? 0x2000;
  w.choices.pick<() => void>([
    () => w.call('write', page + 4090, 64),
    () => w.call('write', 0xffff_fff0, 0x20),
    () => w.call('write', 0xffff_ffff, 0xffff_ffff),
    () => w.call('write', page + 4095, 2),
    () => w.call('write', 0x3f_fffc, 8),
    () => w.call('write', 0xc000_0ffc, 8),
    () => w.call('write', 0, 16),
    () => w.call('write', page + 4080, 0xffff_fff0),
  ])();
};

/** Phrases of any task, by weight. */
export const PHRASES: readonly [readonly [number, Phrase], ...(readonly [number, Phrase])[]] = [
  [10, mapPage],
  [14, usePage],
  [6, unmapPage],
  [4, remapPage],
  [7, yieldCall],
  [7, fillRegisters],
  [6, refusedMemory],
  [4, unknownCall],
  [6, protectPage],
  [4, refusedProtection],
  [4, writeConsole],
  [5, wildWrite],
  [5, spawnWorker],
  [3, spawnBad],
  [6, waitChild],
  [5, killChild],
  [4, strangers],
  [6, sharePage],
  [4, refusedShare],
  [3, threadBad],
];
