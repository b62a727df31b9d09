/**
 * The way of DMA to RAM. Off for a device: its addresses are physical. On: they go through the Sv32 tables of its
 * domain, by entries with U; what those do not allow is refused.
 *
 * It is as stale as a TLB: a translation once used stays until `invalidate` is written.
 */
import { type DeviceId, IommuRegister } from '../../spec/devices.ts';
import { LEAF_BITS, Pte, type Word, wordIn } from '../../spec/riscv.ts';
import { Registers } from './registers.ts';

export class Iommu {
  readonly registers = new Registers();
  readonly #ram: Uint32Array;
  readonly #frames: number;
  /** Entries by `device << 20 | vpn`. */
  readonly #kept = new Map<number, Word>();

  constructor(ram: Uint32Array, frames: number) {
    this.#ram = ram;
    this.#frames = frames;
  }

  store(offset: number, value: Word): void {
    this.registers.set(offset, value);
    if (offset === IommuRegister.invalidate) this.#kept.clear();
  }

  /** The frame of the root table of a device's domain; 0: it has none, or all of RAM is open to it. */
  domainOf(device: DeviceId): number {
    return this.#confines(device) ? this.registers.get(IommuRegister.root + 4 * device) : 0;
  }

  #confines(device: DeviceId): boolean {
    return (this.registers.get(IommuRegister.control) & (1 << device)) !== 0;
  }

  /** The physical address that a device reaches; −1: refused. */
  translate(device: DeviceId, address: Word, write: boolean): number {
    const physical = this.#confines(device) ? this.#walk(device, address, write) : address;
    if (physical >= 0 && physical < this.#frames * 4096) return physical;
    this.registers.set(IommuRegister.fault, address);
    return -1;
  }

  #walk(device: DeviceId, address: Word, write: boolean): number {
    const key = (device << 20) | (address >>> 12);
    const entry = this.#kept.get(key) ?? this.#entryOf(this.domainOf(device), address);
    const needed = Pte.V | Pte.U | (write ? Pte.W : Pte.R);
    if ((entry & needed) !== needed) return -1;
    this.#kept.set(key, entry);
    return (entry >>> 10) * 4096 + (address & 0xfff);
  }

  /** The entry of a 4 KiB page; 0 where there is none. Superpages are not followed. */
  #entryOf(root: number, address: Word): Word {
    if (root === 0 || root >= this.#frames) return 0;
    const pointer = wordIn(this.#ram, root * 1024 + (address >>> 22));
    if (!(pointer & Pte.V) || pointer & LEAF_BITS || pointer >>> 10 >= this.#frames) return 0;
    return wordIn(this.#ram, (pointer >>> 10) * 1024 + ((address >>> 12) & 0x3ff));
  }
}
