/**
 * Worlds of drivers that come, are used and go: some while their devices are at work, and others take their frames. One
 * more driver is there for the disk, which has one at a time.
 */
import fc from 'fast-check';
import { moduleNamed, settingsWith } from '../../../model/modules/testing.ts';
import { type DrivenDevice, DriverRequest, driverRequest } from '../../../spec/drivers.ts';
import { Errno } from '../../../spec/errno.ts';
import {
  KLD_POLICY,
  LINUX_POLICY,
  type ModuleFacts,
  type ModuleOperation,
} from '../../../spec/modules.ts';
import type { ModuleCase } from '../arbitrary.ts';
import type { ModuleWorld } from '../world.ts';
import { anyRequest, disk, mode, USES } from './requests.ts';

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
