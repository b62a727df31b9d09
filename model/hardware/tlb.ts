/** The translations that a hart remembers. Source: RISC-V Privileged, 4.2.1 (sfence.vma), 4.3.2. */
import { asidOf, type VirtualAddress, type Vpn } from '../../spec/riscv.ts';
import type { Hart, TlbEntry } from './state.ts';

const SUPERPAGE_PAGES = 1024;

const slotOf = (hart: Hart, vpn: Vpn): number => vpn % hart.tlb.length;

/** The entry that serves this page in the current address space. */
export const remembered = (hart: Hart, vpn: Vpn): TlbEntry | undefined => {
  const entry = hart.tlb[slotOf(hart, vpn)];
  if (!entry || entry.vpn !== vpn) return undefined;
  return entry.global || entry.asid === asidOf(hart.satp) ? entry : undefined;
};

export const remember = (hart: Hart, entry: TlbEntry): void => {
  hart.tlb[slotOf(hart, entry.vpn)] = entry;
};

/** Does a fence with these operands concern the entry? */
export const covers = (
  va: VirtualAddress | undefined,
  asid: number | undefined,
  entry: TlbEntry,
): boolean => {
  if (asid !== undefined && (entry.global || entry.asid !== asid)) return false;
  if (va === undefined) return true;
  const vpn = Math.floor(va / 4096);
  const pages = entry.superpage ? SUPERPAGE_PAGES : 1;
  return Math.floor(vpn / pages) === Math.floor(entry.vpn / pages);
};

export const fence = (
  hart: Hart,
  va: VirtualAddress | undefined,
  asid: number | undefined,
): void => {
  hart.tlb = hart.tlb.map((entry) => (entry && covers(va, asid, entry) ? null : entry));
};
