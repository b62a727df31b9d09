/** The machine: loads through the TLB against raw loads, and script operations when nothing observes. */

import { HartState } from '../hardware/hart-state.ts';
import { Mmu } from '../hardware/mmu.ts';
import { runWorkload } from '../hardware/run.ts';
import { monolithic } from '../kernels/monolithic/index.ts';
import { Pte, pte } from '../spec/riscv.ts';
import type { Operation, Workload } from '../spec/workload.ts';
import { cpuSeconds, type Line, median } from './report.ts';

const ROUNDS = 5;
const LOADS = 20_000_000;

/** A task that does nothing but these operations, for ever. */
export const endless = (operations: readonly Operation[], steps: number, tasks = 1): Workload => ({
  format: 1,
  harts: 1,
  frames: 64,
  tlbEntries: 16,
  ipiDelay: 0,
  programs: [{ bodies: [[...operations, { op: 'jump', va: 0x1004 }]] }],
  start: new Array<number>(tasks).fill(0),
  schedule: [],
  interrupts: [],
  steps,
});

/** The tag compare and the load of the executing loop (hardware/script.ts), over the real TLB of a hart. */
const loadsPerSecond = (): { raw: number; mapped: number } => {
  const ram = new Uint32Array(16 * 1024);
  ram[1024] = pte(2, Pte.V);
  for (let page = 0; page < 8; page++)
    ram[2048 + page] = pte(4 + page, Pte.V | Pte.R | Pte.U | Pte.A);
  const hart = new HartState(0, 16);
  hart.rootBase = 1024;
  const mmu = new Mmu(ram, 16);
  for (let page = 0; page < 8; page++) mmu.translate(hart, page * 4096, 2, 0);
  const { tagR, base, mask } = hart.tlb;
  let sum = 0;
  const raw = cpuSeconds(() => {
    for (let i = 0; i < LOADS; i++) sum += ram[4096 + ((i * 7) & 0x1fff)] as number;
  });
  const mapped = cpuSeconds(() => {
    for (let i = 0; i < LOADS; i++) {
      const va = ((i * 7) & 0x1fff) << 2;
      const vpn = va >>> 12;
      const slot = vpn & mask;
      if (tagR[slot] === vpn) sum += ram[(base[slot] as number) + ((va & 0xfff) >>> 2)] as number;
      else sum += mmu.translate(hart, va, 2, 0);
    }
  });
  if (sum < 0) throw new Error('loads of zeros');
  return { raw: LOADS / raw, mapped: LOADS / mapped };
};

const operationsPerSecond = (): number => {
  const steps = 20_000_000;
  const workload = endless(
    [
      { op: 'call', call: 'map', args: [0x2000, 6] },
      { op: 'store', va: 0x2000, value: 1 },
      { op: 'load', va: 0x2000, rd: 't0' },
      { op: 'set', rd: 't1', value: 3 },
      { op: 'load', va: 0x2004, rd: 't2' },
    ],
    steps,
  );
  return steps / cpuSeconds(() => runWorkload(monolithic, workload, { observe: false }));
};

export const machineLines = (): Line[] => {
  const loads = Array.from({ length: ROUNDS }, loadsPerSecond);
  const operations = Array.from({ length: ROUNDS }, operationsPerSecond);
  return [
    { what: 'raw typed-array loads', figure: median(loads.map(({ raw }) => raw)), unit: '/s' },
    {
      what: 'loads through the TLB',
      figure: median(loads.map(({ mapped }) => mapped)),
      unit: '/s',
    },
    {
      what: '…of raw ones',
      figure: median(loads.map(({ raw, mapped }) => mapped / raw)),
      unit: '',
      target: 0.4,
    },
    { what: 'script operations, unobserved', figure: median(operations), unit: '/s', target: 30e6 },
  ];
};
