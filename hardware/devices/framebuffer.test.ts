import { expect, test } from 'vitest';
import {
  DEVICE_WINDOW,
  Device,
  DeviceStatus,
  digestOf,
  FramebufferCommand,
  FramebufferRegister,
  IommuRegister,
  MAX_PIXELS,
} from '../../spec/devices.ts';
import { RECORD_WORDS, RecordKind } from '../../spec/records.ts';
import { Cause } from '../../spec/riscv.ts';
import type { Hart } from '../contract.ts';
import { assemble, boot } from '../run.ts';
import { workloadOf } from '../testing.ts';

/** A frame of RAM that the tests use as they like. */
const BUFFER = 10;
const REGISTERS = DEVICE_WINDOW + Device.framebuffer * 4096;

const read = (hart: Hart, register: keyof typeof FramebufferRegister): number =>
  hart.load(REGISTERS + FramebufferRegister[register]);
const write = (hart: Hart, register: keyof typeof FramebufferRegister, value: number): void =>
  hart.store(REGISTERS + FramebufferRegister[register], value);
const present = (hart: Hart, width: number, height: number, address = BUFFER * 4096): void => {
  write(hart, 'width', width);
  write(hart, 'height', height);
  write(hart, 'address', address);
  write(hart, 'command', FramebufferCommand.present);
};

/** A driver that goes on whenever the device interrupts; 1 to 6 are the first pixels. */
const drive = (task: (hart: Hart) => Generator<unknown, void, void>, framebufferLatency = 1) => {
  let steps: Generator<unknown, void, void> | undefined;
  const devices = { diskLatency: 1, networkLatency: 1, framebufferLatency };
  const { core, machine, image } = assemble(workloadOf([[]], { devices }));
  const handler = (hart: Hart): void => {
    if (hart.scause === Cause.externalInterrupt) machine.claim();
    machine.frame(BUFFER).set([1, 2, 3, 4, 5, 6]);
    steps ??= task(hart);
    steps.next();
    hart.idle();
  };
  boot(core, { boot: () => handler }, machine, image);
  core.run();
  const moved: number[][] = [];
  const { words, length } = core.log ?? { words: new Uint32Array(0), length: 0 };
  for (let at = 0; at < length; at += RECORD_WORDS) {
    const kind = (words[at] ?? 0) & 0xff;
    if (kind === RecordKind.return) at += 4 * RECORD_WORDS;
    if (kind === RecordKind.dma) moved.push([...words.subarray(at + 3, at + 7)]);
  }
  return { picture: core.devices.shown, moved, steps: core.steps };
};

test('a picture is shown when it has been read, line after line, and its digest can be read', () => {
  const seen: number[] = [];
  const { picture, moved } = drive(function* (hart) {
    seen.push(read(hart, 'status'), read(hart, 'shown'));
    present(hart, 3, 2);
    seen.push(read(hart, 'status'), read(hart, 'shown'));
    yield;
    seen.push(read(hart, 'status'), read(hart, 'shown'));
  });
  const { idle, busy, done } = DeviceStatus;
  expect(seen).toEqual([idle, 0, busy, 0, done, digestOf([1, 2, 3, 4, 5, 6])]);
  expect(picture).toEqual({ width: 3, height: 2, pixels: Uint32Array.of(1, 2, 3, 4, 5, 6) });
  expect(moved).toEqual([[Device.framebuffer, BUFFER * 4096, 24, 0]]);
});

test('a picture of several pages is moved page by page', () => {
  const { moved } = drive(function* (hart) {
    present(hart, MAX_PIXELS, 20, BUFFER * 4096 + 4000);
    yield;
  });
  expect(moved.map(([, , bytes]) => bytes)).toEqual([96, 4096, 64 * 20 * 4 - 4192]);
});

test('it takes the time that the workload says', () => {
  const stepsOf = (latency: number): number =>
    drive(function* (hart) {
      present(hart, 1, 1);
      yield;
    }, latency).steps;
  expect(stepsOf(40) - stepsOf(1)).toBe(39);
});

test('what is stopped moves nothing, does not interrupt, and leaves the picture that was', () => {
  let interrupts = 0;
  const { picture, moved } = drive(function* (hart) {
    present(hart, 2, 1);
    yield;
    present(hart, 3, 1);
    write(hart, 'command', FramebufferCommand.stop);
    yield;
    interrupts += 1;
  }, 9);
  expect([interrupts, moved.length, picture?.width]).toEqual([0, 1, 2]);
});

test('a command that comes while it is busy is lost, and it says so', () => {
  const seen: number[] = [];
  drive(function* (hart) {
    present(hart, 1, 1);
    present(hart, 1, 1);
    yield;
    seen.push(read(hart, 'status'));
    present(hart, 1, 1);
    yield;
    seen.push(read(hart, 'status'));
  });
  expect(seen).toEqual([DeviceStatus.error, DeviceStatus.done]);
});

test.each<[string, (hart: Hart) => void]>([
  ['no pixels', (hart) => present(hart, 0, 1)],
  ['too many lines', (hart) => present(hart, 1, MAX_PIXELS + 1)],
  ['an address beyond RAM', (hart) => present(hart, 1, 1, 16 * 4096)],
  [
    'a domain that it does not have',
    (hart) => {
      const iommu = DEVICE_WINDOW + Device.iommu * 4096;
      hart.store(iommu + IommuRegister.control, 1 << Device.framebuffer);
      present(hart, 1, 1);
    },
  ],
  ['a command that it does not know', (hart) => write(hart, 'command', 7)],
])('it refuses %s, and shows what it did', (_, attempt) => {
  const seen: number[] = [];
  const { picture } = drive(function* (hart) {
    write(hart, 'status', 7);
    write(hart, 'shown', 7);
    attempt(hart);
    yield;
    seen.push(read(hart, 'status'), read(hart, 'shown'));
  });
  expect(seen).toEqual([DeviceStatus.error, 0]);
  expect(picture).toBeUndefined();
});
