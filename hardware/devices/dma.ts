/** Direct memory access: what a device moves into and out of RAM by itself, page by page, as the IOMMU lets it. */
import type { DeviceId } from '../../spec/devices.ts';
import { PAGE_SIZE, type Word } from '../../spec/riscv.ts';
import type { Iommu } from './iommu.ts';

/** Who is told of what happened; the words of the records of the same names. */
export interface DmaObserver {
  moved(device: DeviceId, physical: number, bytes: number, intoRam: boolean, root: number): void;
  refused(device: DeviceId, address: Word, intoRam: boolean, root: number): void;
  raised(device: DeviceId): void;
  /** The disk leaves a command undone, and every one from now on. */
  stuck(): void;
}

export class Dma {
  readonly #bytes: Uint8Array;
  readonly #iommu: Iommu;
  readonly #observer: DmaObserver;

  constructor(ram: Uint32Array, iommu: Iommu, observer: DmaObserver) {
    this.#bytes = new Uint8Array(ram.buffer, ram.byteOffset, ram.byteLength);
    this.#iommu = iommu;
    this.#observer = observer;
  }

  /** False: refused; what came before the refusal has been moved. */
  toRam(device: DeviceId, address: Word, data: Uint8Array): boolean {
    return this.#move(device, address, data.length, true, (physical, from, to) =>
      this.#bytes.set(data.subarray(from, to), physical),
    );
  }

  fromRam(device: DeviceId, address: Word, data: Uint8Array): boolean {
    return this.#move(device, address, data.length, false, (physical, from, to) =>
      data.set(this.#bytes.subarray(physical, physical + to - from), from),
    );
  }

  raise(device: DeviceId): void {
    this.#observer.raised(device);
  }

  stuck(): void {
    this.#observer.stuck();
  }

  #move(
    device: DeviceId,
    address: Word,
    bytes: number,
    intoRam: boolean,
    move: (physical: number, from: number, to: number) => void,
  ): boolean {
    const root = this.#iommu.domainOf(device);
    for (let done = 0; done < bytes; ) {
      const at = (address + done) >>> 0;
      const count = Math.min(bytes - done, PAGE_SIZE - (at & (PAGE_SIZE - 1)));
      const physical = this.#iommu.translate(device, at, intoRam);
      if (physical < 0) {
        this.#observer.refused(device, at, intoRam, root);
        return false;
      }
      move(physical, done, done + count);
      this.#observer.moved(device, physical, count, intoRam, root);
      done += count;
    }
    return true;
  }
}
