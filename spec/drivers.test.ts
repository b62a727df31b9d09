import { expect, test } from 'vitest';
import { Device } from './devices.ts';
import {
  DiskRequest,
  DriverRequest,
  driverRequest,
  FramebufferRequest,
  handleOf,
  NetworkRequest,
  operandOf,
  whatOf,
} from './drivers.ts';
import { EXTENSION_POINTS, guardRequest, keyOf } from './extensions.ts';

test('a request to a driver is told apart by its fields, also by those who guard it', () => {
  const request = driverRequest('framebuffer', FramebufferRequest.plot, 4, 0x0f0e);
  expect(keyOf(request)).toBe(Device.framebuffer);
  const guarded = guardRequest('device', request);
  expect(guarded >>> 28).toBe(EXTENSION_POINTS.indexOf('device'));
  expect((guarded >>> 24) & 0xf).toBe(Device.framebuffer);
  for (const one of [request, guarded])
    expect([whatOf(one), handleOf(one), operandOf(one)]).toEqual([9, 4, 0x0f0e]);
});

test.each([DiskRequest, NetworkRequest, FramebufferRequest])(
  'requests of one device have numbers of their own, which fit',
  (requests) => {
    const numbers = [...Object.values(DriverRequest), ...Object.values(requests)] as number[];
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(Math.max(...numbers)).toBeLessThan(16);
  },
);
