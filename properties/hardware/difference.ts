/** Where the optimised machine's state differs from the model's, as a sentence; `undefined` where it does not. */
import type { Core } from '../../hardware/core.ts';
import { type HartState, INVALID, TlbFlag } from '../../hardware/hart-state.ts';
import type { Hart, State, TlbEntry } from '../../model/hardware/state.ts';
import { Pte } from '../../spec/riscv.ts';

const FIELDS = [
  'pc',
  'mode',
  'time',
  'scause',
  'stval',
  'sepc',
  'spp',
  'stvec',
  'satp',
  'sscratch',
  'scontext',
  'sum',
  'mxr',
  'stimecmp',
] as const;

/** @param where put together only where there is a difference */
const differs = (
  model: unknown,
  machine: unknown,
  ...where: readonly (string | number)[]
): string | undefined =>
  Object.is(model, machine)
    ? undefined
    : `${where.join(' ')}: the model has ${String(model)}, the machine ${String(machine)}`;

const slotDifference = (
  { id }: Hart,
  slot: number,
  entry: TlbEntry | null | undefined,
  { tlb }: HartState,
): string | undefined => {
  if (
    !entry &&
    tlb.key[slot] === INVALID &&
    tlb.tagR[slot] === INVALID &&
    tlb.tagW[slot] === INVALID &&
    tlb.tagX[slot] === INVALID
  )
    return undefined;
  const at = ['hart', id, 'TLB slot', slot] as const;
  const key = entry ? entry.asid * 2 ** 20 + entry.vpn : INVALID;
  const tag = (bits: number): number =>
    entry && (entry.bits & (bits | Pte.U)) === (bits | Pte.U) ? key : INVALID;
  const { R, W, X, D } = Pte;
  const tags =
    differs(key, tlb.key[slot], ...at, 'key') ??
    differs(tag(R), tlb.tagR[slot], ...at, 'read tag') ??
    differs(tag(W | D), tlb.tagW[slot], ...at, 'write tag') ??
    differs(tag(X), tlb.tagX[slot], ...at, 'execute tag');
  if (tags || !entry) return tags;
  const flags = (entry.superpage ? TlbFlag.superpage : 0) + (entry.global ? TlbFlag.global : 0);
  return (
    differs(entry.frame * 1024 + entry.bits, tlb.entry[slot], ...at, 'entry') ??
    differs(flags, tlb.flags[slot], ...at, 'flags') ??
    differs(entry.frame * 1024, tlb.base[slot], ...at, 'base')
  );
};

export const tlbDifference = (hart: Hart, machine: HartState): string | undefined => {
  for (const [slot, entry] of hart.tlb.entries()) {
    const difference = slotDifference(hart, slot, entry, machine);
    if (difference) return difference;
  }
  return undefined;
};

/** Outside the kernel: does it wait, and for what? */
const statusDifference = ({ id, status }: Hart, machine: HartState): string | undefined => {
  if (status === 'kernel' || status === 'fencing') return undefined;
  return (
    differs(status === 'idle', machine.idle, 'hart', id, 'idle') ??
    differs(status === 'waiting', machine.routine !== undefined, 'hart', id, 'waiting')
  );
};

export const hartDifference = (hart: Hart, machine: HartState): string | undefined => {
  for (const field of FIELDS) {
    const difference = differs(hart[field], machine[field], 'hart', hart.id, field);
    if (difference) return difference;
  }
  for (const [i, value] of hart.registers.entries()) {
    const difference = differs(value, machine.registers[i], 'hart', hart.id, 'register', i);
    if (difference) return difference;
  }
  return (
    statusDifference(hart, machine) ??
    differs(
      hart.ipiDue,
      machine.ipiPending ? machine.ipiDue : null,
      'hart',
      hart.id,
      'interrupt',
    ) ??
    tlbDifference(hart, machine)
  );
};

export const ramDifference = (state: State, ram: Uint32Array): string | undefined => {
  let nonZero = 0;
  for (let at = 0; at < ram.length; at++) if (ram[at] !== 0) nonZero += 1;
  for (const [at, value] of state.ram) {
    const difference = differs(value, ram[at], 'frame', at >>> 10, 'word', at & 1023);
    if (difference) return difference;
  }
  return differs(state.ram.size, nonZero, 'words of RAM that are not 0');
};

export const stateDifference = (state: State, core: Core): string | undefined => {
  for (const hart of state.harts) {
    const machine = core.harts[hart.id];
    const difference = machine && hartDifference(hart, machine);
    if (difference) return difference;
  }
  return ramDifference(state, core.ram);
};
