/** The disk: one command at a time, data moved by DMA when it completes. Sectors that were never written hold zeros. */
import {
  Device,
  DeviceStatus,
  DISK_SECTORS,
  DiskCommand,
  DiskRegister,
  SECTOR_SIZE,
} from '../../spec/devices.ts';
import type { Word } from '../../spec/riscv.ts';
import type { Dma } from './dma.ts';
import { Registers } from './registers.ts';

export class Disk {
  readonly registers = new Registers();
  readonly #dma: Dma;
  readonly #latency: number;
  /** Commands that it still answers. */
  #life: number;
  readonly #sectors = new Map<number, Uint8Array>();
  /** A command came while another was under way, and was lost. */
  #lost = false;
  /** The machine step at which the command under way completes. */
  due = Number.POSITIVE_INFINITY;

  /** @param life it answers so many commands, and is stuck from then on */
  constructor(dma: Dma, latency: number, life: number) {
    this.#dma = dma;
    this.#latency = latency;
    this.#life = life;
    this.registers.set(DiskRegister.sectors, DISK_SECTORS);
  }

  store(offset: number, value: Word, now: number): void {
    if (offset === DiskRegister.status || offset === DiskRegister.sectors) return;
    if (offset !== DiskRegister.command) {
      this.registers.set(offset, value);
      return;
    }
    if (this.registers.get(DiskRegister.status) === DeviceStatus.busy) {
      this.#lost = true;
      return;
    }
    this.registers.set(DiskRegister.command, value);
    this.registers.set(DiskRegister.status, DeviceStatus.busy);
    if (this.#life > 0) this.due = now + this.#latency;
    else if (this.#life === 0) this.#dma.stuck();
    this.#life -= 1;
  }

  complete(): void {
    this.due = Number.POSITIVE_INFINITY;
    const done = this.#carryOut() && !this.#lost;
    this.#lost = false;
    this.registers.set(DiskRegister.status, done ? DeviceStatus.done : DeviceStatus.error);
    this.#dma.raise(Device.disk);
  }

  #carryOut(): boolean {
    const sector = this.registers.get(DiskRegister.sector);
    const address = this.registers.get(DiskRegister.address);
    const command = this.registers.get(DiskRegister.command);
    if (sector >= DISK_SECTORS) return false;
    if (command === DiskCommand.read) {
      return this.#dma.toRam(Device.disk, address, this.#sector(sector));
    }
    return (
      command === DiskCommand.write && this.#dma.fromRam(Device.disk, address, this.#sector(sector))
    );
  }

  #sector(number: number): Uint8Array {
    const known = this.#sectors.get(number) ?? new Uint8Array(SECTOR_SIZE);
    this.#sectors.set(number, known);
    return known;
  }
}
