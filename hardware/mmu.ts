/**
 * Address translation: Sv32 page walk and TLB (RISC-V Privileged, 4.3.2), including A and D bits set by hardware,
 * superpages, SUM and MXR. The TLB is really stale: it forgets by `fence` only, or when a slot is needed.
 *
 * `translate` answers with a physical byte address (beyond RAM: of a device's register), or with `~cause` (negative) where the access faults.
 */
import { Cause, LEAF_BITS, Mode, Pte, type VirtualAddress, type Word } from '../spec/riscv.ts';
import { isDeviceFrame } from './devices/devices.ts';
import { type HartState, INVALID, type Tlb, TlbFlag } from './hart-state.ts';

/** Kinds of access, as the right that each needs. */
export const Access = { read: Pte.R, write: Pte.W, execute: Pte.X } as const;
export type Access = (typeof Access)[keyof typeof Access];

const pageFault = (access: Access): number =>
  ~(access === Access.read
    ? Cause.loadPageFault
    : access === Access.write
      ? Cause.storePageFault
      : Cause.instructionPageFault);

const accessFault = (access: Access): number =>
  ~(access === Access.read
    ? Cause.loadAccess
    : access === Access.write
      ? Cause.storeAccess
      : Cause.instructionAccess);

/** An entry that cannot be used: not valid, or W without R (4.3.2, step 3). */
const unusable = (entry: Word): boolean => !(entry & Pte.V) || (entry & (Pte.R | Pte.W)) === Pte.W;

/** Reserved in an entry that points to the next table: set, it faults (4.3.1). */
const RESERVED = Pte.U | Pte.A | Pte.D;

/** RISC-V Privileged, 4.3.2, steps 5 and 6. */
const permitted = (hart: HartState, mode: Mode, entry: Word, access: Access): boolean => {
  if (entry & Pte.U ? mode === Mode.S && (access === Access.execute || !hart.sum) : mode === Mode.U)
    return false;
  return (entry & access) !== 0 || (access === Access.read && hart.mxr && (entry & Pte.X) !== 0);
};

export class Mmu {
  readonly #ram: Uint32Array;
  readonly #frames: number;
  /** Told of every word that the hardware itself writes (A and D bits): index of the word in RAM. */
  onTableWrite: ((index: number) => void) | undefined;
  walks = 0;

  constructor(ram: Uint32Array, frames: number) {
    this.#ram = ram;
    this.#frames = frames;
  }

  translate(hart: HartState, va: VirtualAddress, access: Access, mode: Mode): number {
    const { tlb } = hart;
    const vpn = va >>> 12;
    const slot = vpn & tlb.mask;
    const key = tlb.key[slot] as number;
    const hit =
      key === (hart.asidBits | vpn) ||
      (key !== INVALID &&
        ((tlb.flags[slot] as number) & TlbFlag.global) !== 0 &&
        (key & 0xf_ffff) === vpn);
    const entry = tlb.entry[slot] as number;
    if (!hit || (access === Access.write && !(entry & Pte.D)))
      return this.#walk(hart, va, access, mode);
    if (!permitted(hart, mode, entry, access)) {
      const ofDevice = access === Access.execute && entry >>> 10 >= this.#frames;
      return ofDevice ? accessFault(access) : pageFault(access);
    }
    return (entry >>> 10) * 4096 + (va & 0xfff);
  }

  #walk(hart: HartState, va: VirtualAddress, access: Access, mode: Mode): number {
    this.walks += 1;
    const ram = this.#ram;
    if (hart.rootBase >>> 10 >= this.#frames) return accessFault(access);
    let at = hart.rootBase + (va >>> 22);
    let entry = ram[at] as number;
    let flags = entry & Pte.G ? TlbFlag.global : 0;
    if (unusable(entry)) return pageFault(access);
    if (entry & LEAF_BITS) {
      if ((entry >>> 10) & 0x3ff) return pageFault(access); // misaligned superpage
      flags |= TlbFlag.superpage;
    } else {
      if (entry & RESERVED) return pageFault(access);
      if (entry >>> 10 >= this.#frames) return accessFault(access);
      at = ((entry >>> 10) << 10) + ((va >>> 12) & 0x3ff);
      entry = ram[at] as number;
      if (unusable(entry) || !(entry & LEAF_BITS)) return pageFault(access);
      if (entry & Pte.G) flags |= TlbFlag.global;
    }
    if (!permitted(hart, mode, entry, access)) return pageFault(access);
    const frame = (entry >>> 10) + (flags & TlbFlag.superpage ? (va >>> 12) & 0x3ff : 0);
    const device = frame >= this.#frames;
    if (device && (!isDeviceFrame(frame) || access === Access.execute)) return accessFault(access);
    const used = entry | Pte.A | (access === Access.write ? Pte.D : 0);
    if (used !== entry) {
      ram[at] = used;
      this.onTableWrite?.(at);
    }
    const kept = device ? used & ~Pte.X : used; // no code is fetched from registers
    this.#fill(hart, va >>> 12, ((frame << 10) | (kept & 0x3ff)) >>> 0, flags);
    return frame * 4096 + (va & 0xfff);
  }

  #fill(hart: HartState, vpn: number, entry: Word, flags: number): void {
    const { tlb } = hart;
    const slot = vpn & tlb.mask;
    const key = hart.asidBits | vpn;
    const user = (entry & Pte.U) !== 0 && entry >>> 10 < this.#frames;
    tlb.key[slot] = key;
    tlb.entry[slot] = entry;
    tlb.flags[slot] = flags;
    tlb.base[slot] = (entry >>> 10) << 10;
    tlb.tagR[slot] = user && entry & Pte.R ? key : INVALID;
    tlb.tagW[slot] = user && entry & Pte.W && entry & Pte.D ? key : INVALID;
    tlb.tagX[slot] = user && entry & Pte.X ? key : INVALID;
  }

  /** `sfence.vma` (4.2.1). With an asid global entries stay; an address within a superpage takes all of it. */
  fence(hart: HartState, va: VirtualAddress | undefined, asid: number | undefined): void {
    const { tlb } = hart;
    for (let slot = 0; slot <= tlb.mask; slot++) {
      const key = tlb.key[slot] as number;
      const flags = tlb.flags[slot] as number;
      if (key === INVALID) continue;
      if (asid !== undefined && (flags & TlbFlag.global || key >>> 20 !== asid)) continue;
      const vpn = key & 0xf_ffff;
      const shift = flags & TlbFlag.superpage ? 10 : 0;
      if (va !== undefined && vpn >>> shift !== (va >>> 12) >>> shift) continue;
      drop(tlb, slot);
    }
  }
}

const drop = (tlb: Tlb, slot: number): void => {
  tlb.key[slot] = INVALID;
  tlb.tagR[slot] = INVALID;
  tlb.tagW[slot] = INVALID;
  tlb.tagX[slot] = INVALID;
};
