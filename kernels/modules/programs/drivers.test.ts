/** Drivers that are loaded into a kernel that runs, in the kernel and each as a process. */
import { describe, expect, test } from 'vitest';
import { runWorkload } from '../../../hardware/run.ts';
import { rowsOf, workloadOf } from '../../../hardware/testing.ts';
import { Device, digestOf } from '../../../spec/devices.ts';
import {
  Access,
  DiskRequest,
  type DrivenDevice,
  DriverRequest,
  driverRequest,
  FramebufferRequest,
  MAX_VALUE,
  NetworkRequest,
  SCREEN,
} from '../../../spec/drivers.ts';
import { Errno } from '../../../spec/errno.ts';
import type { ModuleFacts, ModuleSetup } from '../../../spec/modules.ts';
import { Cause } from '../../../spec/riscv.ts';
import type { Operation, Workload } from '../../../spec/workload.ts';
import { buildModular } from '../kernel.ts';

const driver = (device: DrivenDevice, name: string = device): ModuleFacts => ({
  name,
  program: `${device}-driver`,
  licence: 'GPL',
  vermagic: '6.1',
  exports: [],
  imports: [],
  pages: { text: 1, rodata: 1, data: 1, init: 1 },
  writableText: false,
  exit: true,
  init: 0,
  signature: 'valid',
});

const SETUP: ModuleSetup = {
  policy: 'linux',
  vermagic: '6.1',
  enforceSignatures: false,
  disabled: false,
  blacklist: [],
  kernelExports: [],
  files: [driver('disk'), driver('network'), driver('framebuffer'), driver('disk', 'rival')],
  pages: 24,
};

const call = (name: string, ...args: number[]): Operation =>
  ({ op: 'call', call: name, args }) as Operation;
const load = (module: number): Operation => call('loadModule', module);
const unload = (module: number): Operation => call('unloadModule', module, 0);
const ask = (device: DrivenDevice, what: number, operand = 0, argument = 0): Operation => {
  const handle = what === DriverRequest.open ? 0 : 1;
  return call('ask', 0, driverRequest(device, what, handle, operand), argument);
};
const open = (device: DrivenDevice): Operation =>
  ask(device, DriverRequest.open, Access.read | Access.write);
const wait = (device: DrivenDevice): Operation => ask(device, DriverRequest.wait);

/** What each call of the program has returned, and the frames to and from which devices moved data. */
const run = (home: 'kernel' | 'user', operations: readonly Operation[]) => {
  const workload: Workload = workloadOf([operations], {
    frames: 48,
    devices: { diskLatency: 30, networkLatency: 20, framebufferLatency: 40 },
    modules: SETUP,
    steps: 20_000,
  });
  const rows = rowsOf(runWorkload(buildModular({ modules: { home } }), workload));
  const results: number[] = [];
  let behind = -1;
  for (const { kind, tid, payload } of rows) {
    if (tid !== 1) continue;
    if (kind === 'trap' && payload[0] === Cause.userEcall) behind = (payload[1] ?? 0) + 4;
    if (kind !== 'return' || payload[5] !== behind) continue;
    results.push((payload[5 + 10] ?? 0) | 0);
    behind = -1;
  }
  const moved = rows.filter(({ kind }) => kind === 'dma').map(({ payload }) => payload[0]);
  return { results, moved };
};

describe.each(['kernel', 'user'] as const)('drivers with modules in %s space', (home) => {
  test('write a sector and read it back, and a second driver finds what the first has left', () => {
    const { results, moved } = run(home, [
      load(0),
      open('disk'),
      ask('disk', DiskRequest.set, 5, 77),
      ask('disk', DiskRequest.write, 9),
      load(3),
      unload(0),
      load(3),
      open('disk'),
      ask('disk', DiskRequest.read, 9),
      wait('disk'),
      ask('disk', DiskRequest.get, 5),
      unload(3),
    ]);
    const busy = -Errno.EBUSY;
    expect(results).toEqual([0, 1, 0, 0, busy, 0, 0, 1, 0, 0, 77, 0]);
    expect(moved).toEqual([Device.disk, Device.disk]);
  });

  test('send a frame that comes back', () => {
    const { results } = run(home, [
      load(1),
      open('network'),
      ask('network', NetworkRequest.set, 1, 42),
      ask('network', NetworkRequest.send, 2),
      ask('network', NetworkRequest.receive),
      wait('network'),
      ask('network', NetworkRequest.receive),
      ask('network', NetworkRequest.get, 1),
      unload(1),
    ]);
    expect(results).toEqual([0, 1, 0, 0, -Errno.EAGAIN, 0, 2, 42, 0]);
  });

  test('show what was drawn, and stop the device when they go', () => {
    const { results, moved } = run(home, [
      load(2),
      open('framebuffer'),
      ask('framebuffer', FramebufferRequest.fill, 0, 7),
      ask('framebuffer', FramebufferRequest.present),
      ask('framebuffer', FramebufferRequest.plot, 0, 1),
      wait('framebuffer'),
      ask('framebuffer', FramebufferRequest.shown),
      ask('framebuffer', FramebufferRequest.present),
      unload(2),
    ]);
    const picture = new Array<number>(SCREEN.width * SCREEN.height).fill(7);
    const digest = digestOf(picture) & MAX_VALUE;
    expect(results).toEqual([0, 1, 0, 0, -Errno.EAGAIN, 0, digest, 0, 0]);
    expect(moved).toEqual([Device.framebuffer]);
  });
});
