/**
 * All devices of a machine, behind their pages of registers: console, disk, loopback network, frame buffer, and the
 * IOMMU in front of those that move data. A command completes some machine steps after it was given; only then data moves and the device
 * interrupts.
 */
import {
  ConsoleRegister,
  DEVICE_FRAME,
  Device,
  type DeviceId,
  type DeviceSettings,
} from '../../spec/devices.ts';
import { PAGE_SIZE, type Word } from '../../spec/riscv.ts';
import { Console } from './console.ts';
import { Disk } from './disk.ts';
import { Dma, type DmaObserver } from './dma.ts';
import { Framebuffer, type Picture } from './framebuffer.ts';
import { Iommu } from './iommu.ts';
import { Network } from './network.ts';

/** The first physical address of registers: no RAM is beyond it. */
export const DEVICE_BASE = DEVICE_FRAME * PAGE_SIZE;
const DEVICES = Object.keys(Device).length;

/** Whether a frame number, which is none of RAM, is a page of registers. */
export const isDeviceFrame = (frame: number): boolean =>
  frame >= DEVICE_FRAME && frame < DEVICE_FRAME + DEVICES;

/** What a store to a register did beyond the register. */
export type Sent = number | undefined;

export class Devices {
  readonly #iommu: Iommu;
  readonly #console: Console;
  readonly #disk: Disk;
  readonly #network: Network;
  readonly #framebuffer: Framebuffer;

  constructor(ram: Uint32Array, frames: number, settings: DeviceSettings, observer: DmaObserver) {
    this.#iommu = new Iommu(ram, frames);
    const dma = new Dma(ram, this.#iommu, observer);
    const { diskLatency, networkLatency, diskStuckAfter = Number.POSITIVE_INFINITY } = settings;
    this.#console = new Console(dma, settings.input ?? []);
    this.#disk = new Disk(dma, diskLatency, diskStuckAfter);
    this.#network = new Network(dma, networkLatency);
    this.#framebuffer = new Framebuffer(dma, settings.framebufferLatency ?? 1);
  }

  /** The machine step at which the next command completes, or the next text comes. */
  get due(): number {
    return Math.min(this.#disk.due, this.#network.due, this.#framebuffer.due, this.#console.due);
  }

  /** What is due at this step happens. */
  complete(now: number): void {
    if (this.#disk.due <= now) this.#disk.complete();
    if (this.#network.due <= now) this.#network.complete();
    if (this.#framebuffer.due <= now) this.#framebuffer.complete();
    while (this.#console.due <= now) this.#console.complete();
  }

  /** What the frame buffer shows; nothing before the first picture. */
  get shown(): Picture | undefined {
    return this.#framebuffer.shown;
  }

  /** Somebody types at the console. */
  type(text: string, now: number): void {
    this.#console.type(text, now);
  }

  /** A word of a register, at its physical address. */
  load(physical: number): Word {
    const offset = physical % PAGE_SIZE;
    switch (deviceAt(physical)) {
      case Device.console:
        return this.#console.load(offset);
      case Device.disk:
        return this.#disk.registers.get(offset);
      case Device.network:
        return this.#network.registers.get(offset);
      case Device.iommu:
        return this.#iommu.registers.get(offset);
      case Device.framebuffer:
        return this.#framebuffer.registers.get(offset);
    }
  }

  /** @returns the byte that goes to the console, if one does */
  store(physical: number, value: Word, now: number): Sent {
    const offset = physical % PAGE_SIZE;
    switch (deviceAt(physical)) {
      case Device.console:
        return offset === ConsoleRegister.data ? value & 0xff : undefined;
      case Device.disk:
        this.#disk.store(offset, value, now);
        return undefined;
      case Device.network:
        this.#network.store(offset, value, now);
        return undefined;
      case Device.iommu:
        this.#iommu.store(offset, value);
        return undefined;
      case Device.framebuffer:
        this.#framebuffer.store(offset, value, now);
        return undefined;
    }
  }
}

const deviceAt = (physical: number): DeviceId => ((physical - DEVICE_BASE) >>> 12) as DeviceId;
