/**
 * Requests to drivers that often fit: by a handle that somebody has, with operands about the ends of their ranges; and
 * uses of each device, from what begins to what comes of it.
 */
import fc from 'fast-check';
import { DISK_SECTORS } from '../../../spec/devices.ts';
import {
  Access,
  DiskRequest,
  type DrivenDevice,
  DriverRequest,
  driverRequest,
  FramebufferRequest,
  HANDLES,
  NetworkRequest,
} from '../../../spec/drivers.ts';
import type { ModuleOperation } from '../../../spec/modules.ts';
import type { Word } from '../../../spec/riscv.ts';

/** Most come through the point, some from another part of the kernel. */
const ask = (device: DrivenDevice, request: Word, argument: Word): fc.Arbitrary<ModuleOperation> =>
  fc.constantFrom<ModuleOperation>(
    { op: 'ask', point: 'device', request, argument },
    { op: 'ask', point: 'device', request, argument },
    { op: 'use', module: device, request, argument },
  );

/** The first handle is the one that is open most of the time. */
const handle = fc.constantFrom(1, 1, 1, 1, 2, 3, 0, HANDLES + 1);
const value = fc.oneof(fc.nat(99), fc.constantFrom(0x7fff_ffff, 0x8000_0000));
const index = fc.constantFrom(0, 0, 1, 2, 15, 16, 127, 128);
export const mode = fc.constantFrom(
  Access.read | Access.write,
  3,
  3,
  Access.read,
  Access.write,
  0,
  4,
);

const SECTORS = fc.constantFrom(0, 0, 1, DISK_SECTORS - 1, DISK_SECTORS);
const PLACES = fc.constantFrom(0, 1, 0x0100, 0x0f0f, 0x1000, 16);

/** Operands of each request of a device. */
const OPERANDS: Readonly<
  Record<DrivenDevice, readonly (readonly [what: number, operand: fc.Arbitrary<number>])[]>
> = {
  disk: [
    [DiskRequest.get, index],
    [DiskRequest.set, index],
    [DiskRequest.read, SECTORS],
    [DiskRequest.write, SECTORS],
  ],
  network: [
    [NetworkRequest.get, index],
    [NetworkRequest.set, index],
    [NetworkRequest.send, fc.constantFrom(1, 2, 3, 16, 0, 17)],
    [NetworkRequest.receive, fc.constant(0)],
  ],
  framebuffer: [
    [FramebufferRequest.pixel, PLACES],
    [FramebufferRequest.plot, PLACES],
    [FramebufferRequest.fill, fc.constant(0)],
    [FramebufferRequest.present, fc.constant(0)],
    [FramebufferRequest.shown, fc.constant(0)],
  ],
};

export const anyRequest = (device: DrivenDevice): fc.Arbitrary<ModuleOperation> => {
  const own = OPERANDS[device].map(([what, operand]) => fc.tuple(fc.constant(what), operand));
  const { open, close, identify, poll, wait } = DriverRequest;
  const what = fc.oneof(
    { weight: 2 * own.length, arbitrary: fc.oneof(...own) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom(poll, wait), fc.constant(0)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant(open), mode) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(close, 15), fc.constant(0)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant(identify), fc.nat(2)) },
  );
  return fc
    .tuple(what, handle, value)
    .chain(([[number, operand], by, argument]) =>
      ask(device, driverRequest(device, number, by, operand), argument),
    );
};

/** What a use of the device begins with, and what comes of it; by the first handle. */
const by = (
  device: DrivenDevice,
  ...requests: readonly (readonly [what: number, operand?: number, argument?: number])[]
): readonly ModuleOperation[] =>
  requests.map(([what, operand = 0, argument = 0]) => ({
    op: 'ask',
    point: 'device',
    request: driverRequest(device, what, 1, operand),
    argument,
  }));

const { wait } = DriverRequest;

/** A sector is written, and read back. */
export const disk = fc
  .tuple(fc.constantFrom(0, 1), fc.nat(127), fc.nat(999))
  .map(([sector, at, word]) => ({
    begins: by('disk', [DiskRequest.set, at, word], [DiskRequest.write, sector]),
    ends: by(
      'disk',
      [wait],
      [DiskRequest.set, at, word + 1],
      [DiskRequest.read, sector],
      [wait],
      [DiskRequest.get, at],
      [DiskRequest.get, 128],
    ),
  }));
/** Two frames of different sizes are sent; both arrive. */
const network = fc
  .tuple(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 16 }), fc.nat(999))
  .map(([first, second, word]) => ({
    begins: by(
      'network',
      [NetworkRequest.set, first - 1, word],
      [NetworkRequest.send, first],
      [wait],
      [NetworkRequest.set, second - 1, word + 1],
      [NetworkRequest.send, second],
    ),
    ends: by(
      'network',
      [DriverRequest.poll],
      [NetworkRequest.receive],
      [NetworkRequest.get, first - 1],
      [wait],
      [NetworkRequest.receive],
      [NetworkRequest.get, second - 1],
      [NetworkRequest.get, second],
    ),
  }));
const framebuffer = fc.tuple(PLACES, fc.nat(0xff_ffff)).map(([place, colour]) => ({
  begins: by(
    'framebuffer',
    [FramebufferRequest.plot, place, colour],
    [FramebufferRequest.present],
    [FramebufferRequest.plot, 0, colour >>> 1],
  ),
  ends: by('framebuffer', [wait], [FramebufferRequest.shown], [FramebufferRequest.pixel, place]),
}));
export const USES = { disk, network, framebuffer };
