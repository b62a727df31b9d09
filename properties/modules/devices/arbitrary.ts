/**
 * Worlds of drivers, and requests to them that often fit: by a handle that somebody has, for the device that is there,
 * in the order of a use. Some drivers go while their devices are at work, and others take their frames.
 */
import fc from 'fast-check';
import { moduleNamed, settingsWith } from '../../../model/modules/testing.ts';
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
import { Errno } from '../../../spec/errno.ts';
import {
  KLD_POLICY,
  LINUX_POLICY,
  type ModuleFacts,
  type ModuleOperation,
} from '../../../spec/modules.ts';
import type { Word } from '../../../spec/riscv.ts';
import type { ModuleCase } from '../arbitrary.ts';
import type { ModuleWorld } from '../world.ts';

const DEVICES: readonly DrivenDevice[] = ['disk', 'network', 'framebuffer'];

const driverNamed = (name: string, device: DrivenDevice, init = 0): ModuleFacts =>
  moduleNamed(name, {
    program: `${device}-driver`,
    init,
    pages: { text: 1, rodata: 1, data: 2, init: 1 },
  });

/** A driver for each device, one more for the disk, and modules that take frames and count. */
const filesWith = (init: number): readonly ModuleFacts[] => [
  ...DEVICES.map((device) => driverNamed(device, device)),
  driverNamed('disk2', 'disk', init),
  moduleNamed('plain', { pages: { text: 1, rodata: 1, data: 2, init: 1 } }),
  moduleNamed('other', { pages: { text: 2, rodata: 1, data: 2, init: 0 } }),
];

const latency = fc.constantFrom(1, 2, 3, 5, 9, 20, 40);

const worldArbitrary: fc.Arbitrary<ModuleWorld> = fc.record({
  files: fc.constantFrom(0, 0, -Errno.ENOMEM).map(filesWith),
  settings: fc
    .constantFrom(LINUX_POLICY, LINUX_POLICY, KLD_POLICY)
    .map((policy) => settingsWith({ policy })),
  pages: fc.constantFrom(40, 40, 20),
  devices: fc.record({
    diskLatency: latency,
    networkLatency: latency,
    framebufferLatency: latency,
  }),
});

// ---- requests

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
const mode = fc.constantFrom(Access.read | Access.write, 3, 3, Access.read, Access.write, 0, 4);

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

const anyRequest = (device: DrivenDevice): fc.Arbitrary<ModuleOperation> => {
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
const disk = fc
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
const USES = { disk, network, framebuffer };

// ---- lives

const load = (module: string): ModuleOperation[] => [
  { op: 'load', module },
  { op: 'init', module },
];
const unload = (module: string): ModuleOperation[] => [
  { op: 'unload', module, force: false },
  { op: 'exit', module },
];
const opening = (device: DrivenDevice, access = 3): ModuleOperation => ({
  op: 'ask',
  point: 'device',
  request: driverRequest(device, DriverRequest.open, 0, access),
  argument: 0,
});

const TIME: readonly ModuleOperation[] = Array.from({ length: 40 }, () => ({ op: 'tick' }));
/** Who takes the frames of one that has gone. */
const taking = fc.constantFrom<ModuleOperation[]>(
  [],
  load('plain'),
  [...load('plain'), { op: 'use', module: 'plain' }, ...unload('plain')],
  load('other'),
);

/** A driver is loaded and used to the end; or it goes in the middle. */
const using = fc.constantFrom(...DEVICES).chain((device) =>
  fc
    .tuple(USES[device], fc.constantFrom('to the end', 'in the middle'), taking)
    .map(([{ begins, ends }, how, taken]): ModuleOperation[] => {
      const used = [...load(device), opening(device), ...begins];
      if (how === 'to the end') return [...used, ...ends];
      return [...used, ...unload(device), ...taken, ...TIME];
    }),
);
/** Of one that is there or not, and has been opened for something or not. */
const someRequests = fc
  .constantFrom(...DEVICES)
  .chain((device) =>
    fc
      .tuple(
        fc.constantFrom('there', 'there', 'as it is'),
        fc.array(mode, { maxLength: 5 }),
        fc.array(anyRequest(device), { minLength: 1, maxLength: 12 }),
      )
      .map(([how, modes, requests]): ModuleOperation[] => [
        ...(how === 'there' ? load(device) : []),
        ...modes.map((access) => opening(device, access)),
        ...requests,
      ]),
  );
/** A second driver for the disk; while the first is there, it gets nothing. */
const rival = fc.constantFrom<ModuleOperation[]>(
  load('disk2'),
  [...load('disk'), ...load('disk2'), opening('disk')],
  [...unload('disk'), ...load('disk2'), opening('disk')],
  unload('disk2'),
);
/** The second one is loaded, and gets the disk when the first has gone: with what was written. */
const handingOver = disk.map(({ begins, ends }): ModuleOperation[] => {
  const used = [...load('disk'), opening('disk'), ...begins];
  const comes: ModuleOperation = { op: 'load', module: 'disk2' };
  const starts: ModuleOperation = { op: 'init', module: 'disk2' };
  return [...used, comes, ...unload('disk'), starts, opening('disk'), ...ends];
});
const living = fc
  .tuple(fc.constantFrom('disk', 'network', 'framebuffer', 'plain', 'other'), fc.nat(5))
  .map(([module, what]): ModuleOperation[] => {
    if (what === 0) return [{ op: 'get', module }];
    if (what === 1) return [{ op: 'put', module }];
    return what < 4 ? load(module) : unload(module);
  });

const part = fc.oneof(
  { weight: 5, arbitrary: using },
  { weight: 5, arbitrary: someRequests },
  { weight: 2, arbitrary: living },
  { weight: 1, arbitrary: rival },
  { weight: 1, arbitrary: handingOver },
  { weight: 1, arbitrary: fc.constantFrom([...TIME], [{ op: 'tick' } as const]) },
);

const ALL = [...DEVICES, 'disk2', 'plain', 'other'];
const CLEARING: readonly ModuleOperation[] = ALL.flatMap((module): ModuleOperation[] => [
  { op: 'put', module },
  ...unload(module),
]);
const NOTHING: ModuleOperation = { op: 'load', module: '' };

export const deviceCaseArbitrary: fc.Arbitrary<ModuleCase> = fc
  .tuple(worldArbitrary, fc.array(part, { minLength: 2, maxLength: 8 }), fc.boolean())
  .map(([world, parts, clears]) => ({
    world,
    operations: [NOTHING, ...parts.flat(), ...(clears ? [...CLEARING, ...TIME] : [])],
  }));
