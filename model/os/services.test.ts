/** Services in user space, told by hand: what their contexts may be and reach. */
import { describe, expect, test } from 'vitest';
import { ABI_GROUPS } from '../../spec/abi.ts';
import { DEVICE_FRAME, Device, deviceFrame } from '../../spec/devices.ts';
import type { Translation } from '../../spec/events.ts';
import { SERVICE_TID } from '../../spec/layout.ts';
import type { Clause } from '../../spec/properties.ts';
import { Cause, Pte } from '../../spec/riscv.ts';
import type { Operation } from '../../spec/workload.ts';
import { Judge } from './judge.ts';
import { type Claims, initialState } from './state.ts';
import { call, page, Run, workload } from './testing.ts';

const services: Claims['services'] = [
  { name: 'files', placement: 'user', devices: [] },
  { name: 'disk', placement: 'user', devices: ['disk'] },
  { name: 'memory', placement: 'kernel', devices: [] },
];
const [FILES, DISK, MEMORY] = [0, 1, 2].map((index) => SERVICE_TID + index) as [
  number,
  number,
  number,
];

/** Task 1 has a page at 0x2000, in frame 12. */
const serving = (...rest: Operation[]): Run => {
  const given = workload(1, [[call('map', 0x2000, Pte.R | Pte.W), ...rest]]);
  const run = new Run(given);
  const claims = { implements: ABI_GROUPS, services };
  Object.assign(run, { judge: new Judge(initialState(given, claims)) });
  return run
    .wake()
    .back(1)
    .calls(1)
    .back(1, { a0: 0, view: [page()] })
    .calls(1);
};
const inFrame = (frame: number, more: Partial<Translation> = {}): Translation =>
  page({ vpn: 0x90000, frame, ...more });

describe('a service', () => {
  test('runs in user mode, and reaches its own frames and devices', () => {
    const run = serving(call('yield'))
      .back(FILES, { view: [inFrame(20), inFrame(21)] })
      .retires(FILES)
      .trap(FILES, Cause.userEcall)
      .back(DISK, { view: [inFrame(22), inFrame(deviceFrame(Device.disk))] })
      .trap(DISK, Cause.timerInterrupt)
      .back(1, { a0: 0, view: [page()] });
    expect(run.violation).toBeUndefined();
  });

  test('may have the frame of a page that is gone', () => {
    const run = serving(call('unmap', 0x2000), call('yield'))
      .back(1, { a0: 0 })
      .calls(1)
      .back(FILES, { view: [inFrame(12)] });
    expect(run.violation).toBeUndefined();
  });

  const cases: [Clause, string, number, Translation[]][] = [
    ['unknown-context', 'that does not exist', SERVICE_TID + 3, []],
    ['unknown-context', 'that is in the kernel', MEMORY, []],
    ['service-reach', 'that reaches the kernel', FILES, [inFrame(1)]],
    ['service-reach', 'that reaches a page table', FILES, [inFrame(9)]],
    ['service-reach', 'that reaches a program', FILES, [inFrame(3)]],
    ['service-reach', 'that reaches a page of a task', FILES, [inFrame(12)]],
    ['service-reach', 'that still has it in a TLB', FILES, [inFrame(12, { source: 'tlb' })]],
    [
      'service-reach',
      'that reaches a device of another',
      FILES,
      [inFrame(deviceFrame(Device.disk))],
    ],
    ['service-reach', 'that reaches the IOMMU', DISK, [inFrame(deviceFrame(Device.iommu))]],
    ['service-reach', 'that reaches beyond all devices', DISK, [inFrame(DEVICE_FRAME + 9)]],
  ];
  test.each(cases)('%s: one %s', (clause, _, tid, view) => {
    expect(serving(call('yield')).back(tid, { view }).clause).toBe(clause);
  });

  test('service-privileged: one in supervisor mode', () => {
    expect(serving(call('yield')).back(FILES, { mode: 'S' }).clause).toBe('service-privileged');
  });

  test('service-reach: one that reaches a frame of another', () => {
    const run = serving(call('yield'))
      .back(FILES, { view: [inFrame(20)] })
      .trap(FILES, Cause.timerInterrupt)
      .back(DISK, { view: [inFrame(20)] });
    expect(run.violation?.observed).toContain('that of the service files');
  });

  test('may have a frame that another had, and does not reach any more', () => {
    const run = serving(call('yield'))
      .back(FILES, { view: [inFrame(20)] })
      .trap(FILES, Cause.timerInterrupt)
      .back(FILES, { view: [inFrame(21)] })
      .trap(FILES, Cause.timerInterrupt)
      .back(DISK, { view: [inFrame(20)] });
    expect(run.violation).toBeUndefined();
  });

  describe('its device', () => {
    const dma = (frame: number) =>
      ({ kind: 'dma', hart: 0, tid: 0, device: Device.disk, frame, into: true }) as const;
    const driving = () => serving(call('yield')).back(DISK, { view: [inFrame(20)] });

    test('moves data to and from its frames, and may be refused', () => {
      expect(driving().show(dma(20)).show(dma(-1)).violation).toBeUndefined();
    });

    test('dma-outside: moves nothing elsewhere', () => {
      expect(driving().show(dma(12)).clause).toBe('dma-outside');
    });

    test('dma-outside: moves nothing to what its driver had once', () => {
      const restarted = driving()
        .trap(DISK, Cause.timerInterrupt)
        .back(DISK, { view: [inFrame(21)] });
      expect(restarted.show(dma(20)).clause).toBe('dma-outside');
    });

    test('is the kernel’s business where the kernel drives it', () => {
      const network = { ...dma(12), device: Device.network };
      expect(driving().show(network).violation).toBeUndefined();
    });
  });
});

test('without services no context is one', () => {
  expect(new Run(workload(1, [[]])).wake().back(FILES).clause).toBe('unknown-context');
});
