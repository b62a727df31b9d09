import { expect, test } from 'vitest';
import { assemble } from '../../hardware/run.ts';
import { DIRECT_MAP, KERNEL_LEAF_FRAME, KERNEL_ROOT_FRAME } from '../../spec/layout.ts';
import { Pte, pte, satp, WORDS_PER_FRAME } from '../../spec/riscv.ts';
import { WORKLOAD_FORMAT, type Workload } from '../../spec/workload.ts';
import { breachOf } from './write-xor-execute.ts';

const { V, R, W, X, A, D } = Pte;

const WORKLOAD: Workload = {
  format: WORKLOAD_FORMAT,
  harts: 2,
  frames: 16,
  tlbEntries: 4,
  ipiDelay: 0,
  programs: [{ bodies: [[]] }],
  start: [],
  schedule: [],
  interrupts: [],
  steps: 1,
};
const TEXT = 8;
const WRITABLE = pte(TEXT, V | R | W | A | D);

/** A machine where frame 8 can be executed in the kernel's table, and what becomes of one word of RAM. */
const machine = (frame = 0, index = 0, word = 0) => {
  const { core, machine: port } = assemble(WORKLOAD, { observe: false });
  core.ram[KERNEL_LEAF_FRAME * WORDS_PER_FRAME + 1] = pte(TEXT, V | R | X | A);
  if (word !== 0) core.ram[frame * WORDS_PER_FRAME + index] = word;
  return { core, harts: port.harts };
};
const frameIn = ({ core }: ReturnType<typeof machine>): number | undefined =>
  breachOf(core, KERNEL_ROOT_FRAME)?.frame;

test('the kernel as it boots keeps the rule: its direct map is an alias that does not count', () => {
  expect(frameIn(machine())).toBeUndefined();
});

test('a second page that writes is found, and one that only reads is none', () => {
  expect(frameIn(machine(KERNEL_LEAF_FRAME, 2, WRITABLE))).toBe(TEXT);
  expect(frameIn(machine(KERNEL_LEAF_FRAME, 2, pte(TEXT, V | R | A)))).toBeUndefined();
});

test('a direct map that can be executed is found, and so is a copy of it elsewhere', () => {
  const rights = V | R | W | A | D;
  expect(frameIn(machine(KERNEL_ROOT_FRAME, DIRECT_MAP >>> 22, pte(0, rights | X)))).toBe(0);
  expect(frameIn(machine(KERNEL_ROOT_FRAME, 5, pte(0, rights)))).toBe(0);
});

test('the table of another hart counts as well', () => {
  const second = machine(9, 7, pte(10, V));
  second.core.ram[10 * WORDS_PER_FRAME + 3] = WRITABLE;
  expect(frameIn(second)).toBeUndefined();
  const [, hart] = second.core.harts;
  if (!hart) throw new Error('the machine has one hart');
  hart.satp = satp(9);
  hart.rootBase = 9 * WORDS_PER_FRAME;
  expect(frameIn(second)).toBe(TEXT);
});

test('what a hart remembers counts, until it is fenced', () => {
  const { core, harts } = machine(KERNEL_LEAF_FRAME, 2, WRITABLE);
  const [state] = core.harts;
  if (!state) throw new Error('the machine has no hart');
  core.mmu.translate(state, 0x8000_2000, W, 1);
  core.ram[KERNEL_LEAF_FRAME * WORDS_PER_FRAME + 2] = 0;
  expect(breachOf(core, KERNEL_ROOT_FRAME)?.written.by).toBe('TLB');
  core.mmu.fence(state, 0x8000_2000, undefined);
  expect(breachOf(core, KERNEL_ROOT_FRAME)).toBeUndefined();
  expect(harts).toHaveLength(2);
});
