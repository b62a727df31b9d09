/**
 * The network card: what is transmitted comes back into the buffer posted by `receive`, in order. Frames that find no
 * buffer wait inside the card; beyond its queue they are lost.
 */
import {
  Device,
  DeviceStatus,
  MAX_NETWORK_FRAME,
  NETWORK_QUEUE,
  NetworkCommand,
  NetworkRegister,
} from '../../spec/devices.ts';
import type { Word } from '../../spec/riscv.ts';
import type { Dma } from './dma.ts';
import { Registers } from './registers.ts';

/** Registers that only the card writes. */
const READ_ONLY: readonly number[] = [
  NetworkRegister.transmitStatus,
  NetworkRegister.receivedLength,
  NetworkRegister.receiveStatus,
];

export class Network {
  readonly registers = new Registers();
  readonly #dma: Dma;
  readonly #latency: number;
  readonly #arrived: Uint8Array[] = [];
  /** The machine step at which what is under way completes. */
  due = Number.POSITIVE_INFINITY;

  constructor(dma: Dma, latency: number) {
    this.#dma = dma;
    this.#latency = latency;
  }

  store(offset: number, value: Word, now: number): void {
    if (READ_ONLY.includes(offset)) return;
    this.registers.set(offset, value);
    if (offset !== NetworkRegister.command) return;
    if (value === NetworkCommand.transmit) {
      this.registers.set(NetworkRegister.transmitStatus, DeviceStatus.busy);
      this.due = now + this.#latency;
    } else if (value === NetworkCommand.receive) {
      this.registers.set(NetworkRegister.receiveStatus, DeviceStatus.busy);
      if (this.#arrived.length > 0) this.due = Math.min(this.due, now + 1);
    } else if (value === NetworkCommand.reset) this.#reset();
  }

  #reset(): void {
    this.due = Number.POSITIVE_INFINITY;
    this.#arrived.length = 0;
    for (const register of READ_ONLY) this.registers.set(register, 0);
  }

  complete(): void {
    this.due = Number.POSITIVE_INFINITY;
    if (this.registers.get(NetworkRegister.transmitStatus) === DeviceStatus.busy) this.#transmit();
    const [frame] = this.#arrived;
    if (frame && this.registers.get(NetworkRegister.receiveStatus) === DeviceStatus.busy) {
      this.#arrived.shift();
      this.#deliver(frame);
    }
    this.#dma.raise(Device.network);
  }

  #transmit(): void {
    const length = this.registers.get(NetworkRegister.transmitLength);
    const frame = new Uint8Array(Math.min(length, MAX_NETWORK_FRAME));
    const sent =
      length <= MAX_NETWORK_FRAME &&
      this.#dma.fromRam(Device.network, this.registers.get(NetworkRegister.transmitAddress), frame);
    if (sent && this.#arrived.length < NETWORK_QUEUE) this.#arrived.push(frame);
    this.registers.set(
      NetworkRegister.transmitStatus,
      sent ? DeviceStatus.done : DeviceStatus.error,
    );
  }

  #deliver(frame: Uint8Array): void {
    const capacity = this.registers.get(NetworkRegister.receiveCapacity);
    const address = this.registers.get(NetworkRegister.receiveAddress);
    const delivered = this.#dma.toRam(Device.network, address, frame.subarray(0, capacity));
    this.registers.set(NetworkRegister.receivedLength, frame.length);
    this.registers.set(
      NetworkRegister.receiveStatus,
      delivered ? DeviceStatus.done : DeviceStatus.error,
    );
  }
}
