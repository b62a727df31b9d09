/**
 * The frame buffer: pixels lie in RAM, and `present` has the device read them by DMA and show them. What is shown stays
 * until the next picture, whatever becomes of that RAM.
 */
import {
  Device,
  DeviceStatus,
  digestOf,
  FramebufferCommand,
  FramebufferRegister,
  MAX_PIXELS,
} from '../../spec/devices.ts';
import type { Word } from '../../spec/riscv.ts';
import type { Dma } from './dma.ts';
import { Registers } from './registers.ts';

const { width, height, address, command, status, shown } = FramebufferRegister;

/** Line after line. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
}

const fits = (size: number): boolean => size >= 1 && size <= MAX_PIXELS;

export class Framebuffer {
  readonly registers = new Registers();
  readonly #dma: Dma;
  readonly #latency: number;
  /** A command came while another was under way, and was lost. */
  #lost = false;
  shown: Picture | undefined;
  /** The machine step at which the picture is scanned out. */
  due = Number.POSITIVE_INFINITY;

  constructor(dma: Dma, latency: number) {
    this.#dma = dma;
    this.#latency = latency;
  }

  store(offset: number, value: Word, now: number): void {
    if (offset === status || offset === shown) return;
    this.registers.set(offset, value);
    if (offset !== command) return;
    if (value === FramebufferCommand.stop) this.#stop();
    else if (this.registers.get(status) === DeviceStatus.busy) this.#lost = true;
    else {
      this.registers.set(status, DeviceStatus.busy);
      this.due = now + this.#latency;
    }
  }

  #stop(): void {
    this.due = Number.POSITIVE_INFINITY;
    this.#lost = false;
    this.registers.set(status, DeviceStatus.idle);
  }

  complete(): void {
    const done = this.#scanOut() && !this.#lost;
    this.#stop();
    this.registers.set(status, done ? DeviceStatus.done : DeviceStatus.error);
    this.#dma.raise(Device.framebuffer);
  }

  #scanOut(): boolean {
    const [columns, lines] = [this.registers.get(width), this.registers.get(height)];
    if (this.registers.get(command) !== FramebufferCommand.present) return false;
    if (!fits(columns) || !fits(lines)) return false;
    const pixels = new Uint32Array(columns * lines);
    const bytes = new Uint8Array(pixels.buffer);
    if (!this.#dma.fromRam(Device.framebuffer, this.registers.get(address), bytes)) return false;
    this.shown = { width: columns, height: lines, pixels };
    this.registers.set(shown, digestOf(pixels));
    return true;
  }
}
