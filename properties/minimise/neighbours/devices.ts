/** Devices that answer sooner, and fewer faults. */
import type { DeviceSettings } from '../../../spec/devices.ts';
import type { Workload } from '../../../spec/workload.ts';
import { type Neighbour, replaced, without } from './neighbour.ts';

/** Lower numbers than this one, and no lower than the least. */
const lower = (number: number, least: number): readonly number[] =>
  [...new Set([least, number >>> 1, number - 1])].filter((one) => one >= least && one < number);

function* simplerDevices(devices: DeviceSettings): Generator<readonly [string, DeviceSettings]> {
  const { diskLatency, networkLatency, framebufferLatency = 1, diskStuckAfter } = devices;
  for (const latency of lower(diskLatency, 1)) {
    yield [`a disk of latency ${latency}`, { ...devices, diskLatency: latency }];
  }
  for (const latency of lower(networkLatency, 1)) {
    yield [`a network of latency ${latency}`, { ...devices, networkLatency: latency }];
  }
  for (const latency of lower(framebufferLatency, 1)) {
    yield [`a frame buffer of latency ${latency}`, { ...devices, framebufferLatency: latency }];
  }
  if (diskStuckAfter === undefined) return;
  const { diskStuckAfter: _, ...going } = devices;
  yield ['a disk that goes on', going];
  for (const after of lower(diskStuckAfter, 0)) {
    yield [`a disk stuck after ${after}`, { ...devices, diskStuckAfter: after }];
  }
}

export function* fasterDevices(workload: Workload): Generator<Neighbour> {
  const { devices, ...rest } = workload;
  if (!devices) return;
  yield { change: 'without settings of devices', workload: rest };
  for (const [change, simpler] of simplerDevices(devices)) {
    yield { change, workload: { ...workload, devices: simpler } };
  }
}

export function* fewerFaults(workload: Workload): Generator<Neighbour> {
  const { faults, ...rest } = workload;
  if (!faults) return;
  if (faults.length === 0) yield { change: 'without faults', workload: rest };
  for (const [index, fault] of faults.entries()) {
    yield {
      change: `without fault ${index + 1}`,
      workload: { ...workload, faults: without(faults, index) },
    };
    for (const request of lower(fault.request, 0)) {
      const earlier = replaced(faults, index, { ...fault, request });
      yield {
        change: `fault ${index + 1} at request ${request}`,
        workload: { ...workload, faults: earlier },
      };
    }
  }
}
