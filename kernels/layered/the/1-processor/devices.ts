/** The registers of devices, for whoever drives them above; and bytes for the console, which leave one by one. */
import { ConsoleRegister, DEVICE_WINDOW, Device, DiskRegister } from '../../../../spec/devices.ts';
import { type Frame, PAGE_SIZE, type VirtualAddress, type Word } from '../../../../spec/riscv.ts';
import type { Self, Steps } from '../../link/contract.ts';
import type { Semaphore } from '../interfaces.ts';
import { At, OUTPUT } from './layout.ts';

/** Bytes that have room on their way. */
const LONGEST_OUTPUT = PAGE_SIZE;

export class Devices {
  readonly #self: Self;
  readonly #wait: (semaphore: Semaphore) => Steps;

  constructor(self: Self, wait: (semaphore: Semaphore) => Steps) {
    this.#self = self;
    this.#wait = wait;
  }

  readRegister(device: number, offset: number): Word {
    return this.#self.memory.load(DEVICE_WINDOW + device * PAGE_SIZE + offset);
  }

  writeRegister(device: number, offset: number, value: Word): number {
    this.#self.memory.store(DEVICE_WINDOW + device * PAGE_SIZE + offset, value);
    return 0;
  }

  *transfer(frame: Frame, offset: number, command: number): Steps {
    this.writeRegister(Device.disk, DiskRegister.address, frame * PAGE_SIZE + offset);
    this.writeRegister(Device.disk, DiskRegister.command, command);
    yield* this.#wait(this.#self.own.get(At.devices + Device.disk));
    return this.readRegister(Device.disk, DiskRegister.status);
  }

  *typed(): Steps {
    return yield* this.#wait(this.#self.own.get(At.devices + Device.console));
  }

  send(from: VirtualAddress, bytes: number): number {
    const { memory, address, own } = this.#self;
    const count = Math.min(bytes, LONGEST_OUTPUT);
    memory.copy(from, address + OUTPUT * 4, count);
    for (let at = 0; at < count; at++) {
      const word = own.get(OUTPUT + (at >>> 2));
      this.writeRegister(Device.console, ConsoleRegister.data, (word >>> ((at & 3) * 8)) & 0xff);
    }
    return count;
  }
}
