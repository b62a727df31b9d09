import { describe, expect, test } from 'vitest';
import { runWorkload } from '../../../hardware/run.ts';
import { haltOf, rowsOfKind, workloadOf } from '../../../hardware/testing.ts';
import { Device, DiskCommand, DiskRegister } from '../../../spec/devices.ts';
import { Errno } from '../../../spec/errno.ts';
import { SERVICE_TID } from '../../../spec/layout.ts';
import { Mode, Pte } from '../../../spec/riscv.ts';
import type { FaultKind, Operation, ServiceFault } from '../../../spec/workload.ts';
import { call, consoleOf, resultsOf } from '../../core/testing.ts';
import { consoleService } from '../../services/console.ts';
import { deviceOf, portOf } from '../../services/given.ts';
import { memoryService } from '../../services/memory.ts';
import { GARBAGE } from '../faults.ts';
import { linkKernel } from '../index.ts';
import { runOutside, serviceCalled } from '../testing.ts';
import { ServiceCall } from './layout.ts';

const PAGE = 0x3000;
const READ = Pte.R;
const READ_WRITE = Pte.R | Pte.W;
const exit = call('exit', 0);

/** Counts its requests in its segment, and answers with the count and the number of the operation. */
const counting = serviceCalled('files', {
  handle({ memory, segment }, { operation }) {
    memory.store(segment, memory.load(segment) + 1);
    return memory.load(segment) * 100 + operation;
  },
});

describe('a service in user space', () => {
  test('does what it would do in the kernel, in user mode', () => {
    const run = runOutside([counting], [[call('read', 1, 2, 3), call('open', 7, 8), exit]]);
    expect(resultsOf(run, 1)).toEqual([102, 200]);
    const entered = rowsOfKind(run, 'enter');
    expect(entered.length).toBeGreaterThan(2);
    expect(entered.every(({ mode, tid }) => mode === Mode.U && tid === SERVICE_TID)).toBe(true);
    expect(rowsOfKind(run, 'leave')).toEqual([]);
  });

  test('is in no task’s tables', () => {
    const run = runOutside([counting], [[call('sync'), { op: 'load', va: 0x9000_0000, rd: 'a3' }]]);
    const fault = rowsOfKind(run, 'trap').find(({ payload }) => payload[2] === 0x9000_0000);
    expect(fault?.payload[0]).toBe(13);
  });

  test('sends to the console through the registers that it has mapped', () => {
    const write: Operation[] = [
      call('map', PAGE, READ_WRITE),
      { op: 'store', va: PAGE, value: 0x6463_6261 },
      call('write', PAGE, 4),
      exit,
    ];
    const run = runOutside([consoleService], [write]);
    expect(resultsOf(run, 1)).toEqual([0, 4]);
    expect(String.fromCharCode(...consoleOf(run))).toBe('abcd');
  });

  test('hands out frames as the pager', () => {
    const touch: Operation[] = [
      call('map', PAGE, READ_WRITE),
      { op: 'store', va: PAGE, value: 5 },
      { op: 'load', va: PAGE, rd: 'a3' },
      exit,
    ];
    const run = runOutside([memoryService], [touch]);
    const loads = rowsOfKind(run, 'retire').filter(
      ({ tid, payload }) => tid === 1 && payload[2] === PAGE,
    );
    expect(loads.map(({ payload }) => payload[4])).toEqual([5, 5]);
  });
});

/** open: copies a2 bytes from the client at a0 to a1 of the segment; close: back. */
const copying = serviceCalled('files', {
  pages: 2,
  *handle({ segment }, { operation, args: [user, own, bytes], client }) {
    return operation === 0
      ? yield* client.read(user, segment + own, bytes)
      : yield* client.write(segment + own, user, bytes);
  },
});

describe('a process reaches its client’s memory', () => {
  test('across pages on both sides, in pages that nobody has touched yet', () => {
    const run = runOutside(
      [copying],
      [
        [
          call('map', PAGE, READ_WRITE),
          call('map', PAGE + 0x1000, READ_WRITE),
          { op: 'store', va: PAGE + 0xffc, value: 0x0403_0201 },
          call('open', PAGE + 0xffe, 0xfff, 4),
          call('close', PAGE + 0x10, 0xfff, 4),
          { op: 'load', va: PAGE + 0x10, rd: 'a3' },
          call('open', PAGE, 0, 0),
          exit,
        ],
      ],
    );
    expect(resultsOf(run, 1)).toEqual([0, 0, 0, 0, 0]);
    const loads = rowsOfKind(run, 'retire').filter(({ payload }) => payload[2] === PAGE + 0x10);
    expect(loads.map(({ payload }) => payload[4])).toEqual([0x0000_0403]);
  });

  test('within the client’s rights, and within its own segment', () => {
    const run = runOutside(
      [copying],
      [
        [
          call('map', PAGE, READ),
          call('close', PAGE, 0, 4),
          call('open', PAGE + 0xffe, 0, 4),
          call('open', PAGE, 0x1ffe, 4),
          exit,
        ],
      ],
    );
    const refused = -Errno.EFAULT;
    expect(resultsOf(run, 1)).toEqual([0, refused, refused, refused]);
  });
});

describe('services ask each other', () => {
  const files = serviceCalled('files', {
    uses: ['disk'],
    *handle(world, { operation }) {
      world.memory.store(world.segment, 1234);
      const result = yield* portOf(world, 'disk')(operation, world.segment, 3, 4);
      return result < 0 ? result : world.memory.load(world.segment + 4) + result;
    },
  });
  const disk = serviceCalled('disk', {
    *handle({ memory, segment }, { args: [va, a1, a2], client }) {
      const error = yield* client.read(va, segment + 8, 4);
      if (error !== 0) return error;
      memory.store(segment + 8, memory.load(segment + 8) * 2);
      yield* client.write(segment + 8, va + 4, 4);
      return a1 + a2;
    },
  });

  test.each([
    ['user', 'user'],
    ['user', 'kernel'],
    ['kernel', 'user'],
    ['kernel', 'kernel'],
  ] as const)('with files in %s and disk in %s', (filesAt, diskAt) => {
    const kernel = linkKernel({
      name: 'linked',
      services: [files, disk],
      placement: { files: filesAt, disk: diskAt },
    });
    const run = runWorkload(
      kernel,
      workloadOf([[call('open', 0, 0), call('close', 0), exit]], { frames: 32, steps: 2000 }),
    );
    expect(haltOf(run)).toBeUndefined();
    expect(resultsOf(run, 1)).toEqual([2475, 2475]);
  });
});

describe('the calls of services', () => {
  test('do not exist for tasks', () => {
    const calls = Object.values(ServiceCall).map((number) => call(number as never, 1, 2, 3));
    const run = runOutside([counting], [[...calls, exit]]);
    expect(resultsOf(run, 1)).toEqual(calls.map(() => -Errno.ENOSYS));
  });
});

const withFault = (kind: FaultKind, more: Partial<ServiceFault> = {}) =>
  runOutside([counting], [[call('sync'), call('sync'), call('sync'), call('sync'), exit]], {
    faults: [{ service: 'files', request: 1, kind, ...more }],
  });
const SYNC = 13;

describe('a process that goes wrong', () => {
  test.each<[FaultKind, Partial<ServiceFault>]>([
    ['wild store', { va: 0x8000_0000, value: 1 }],
    ['null dereference', {}],
    ['endless loop', {}],
    ['silence', {}],
  ])('by %s is ended; its client gets EIO, and the next finds it started again', (kind, more) => {
    const run = withFault(kind, more);
    expect(haltOf(run)).toBeUndefined();
    expect(resultsOf(run, 1)).toEqual([100 + SYNC, -Errno.EIO, 100 + SYNC, 200 + SYNC]);
  });

  test('by a garbage reply gives its client garbage', () => {
    expect(resultsOf(withFault('garbage reply'), 1)[1]).toBe(GARBAGE);
  });

  test('by a second reply reaches nobody with it', () => {
    const run = withFault('double reply');
    expect(resultsOf(run, 1)).toEqual([100, 200, 300, 400].map((n) => n + SYNC));
  });

  test('is started again later and later', () => {
    const faults = [0, 1, 2].map((request) => ({
      service: 'files',
      request,
      kind: 'null dereference' as const,
    }));
    const calls = Array.from({ length: 9 }, () => call('sync'));
    const run = runOutside([counting], [[...calls, exit]], { faults });
    const failed = -Errno.EIO;
    // The first crash; the second, and one refused; the third, and three refused.
    expect(resultsOf(run, 1)).toEqual([
      failed,
      failed,
      failed,
      failed,
      failed,
      failed,
      failed,
      100 + SYNC,
      200 + SYNC,
    ]);
  });

  test('waits for its device no longer than some heartbeats', () => {
    const waiting = serviceCalled('disk', {
      devices: ['disk'],
      *handle(world) {
        const registers = deviceOf(world, 'disk');
        world.memory.store(registers + DiskRegister.address, world.dmaAddress(world.segment));
        world.memory.store(registers + DiskRegister.command, DiskCommand.read);
        yield* world.interrupt('disk');
        return world.memory.load(registers + DiskRegister.status);
      },
    });
    const files = serviceCalled('files', {
      uses: ['disk'],
      *handle(world) {
        return yield* portOf(world, 'disk')(0, 0);
      },
    });
    const run = runOutside([files, waiting], [[call('sync'), call('sync'), exit]], {
      devices: { diskLatency: 40, networkLatency: 1, diskStuckAfter: 1 },
    });
    expect(resultsOf(run, 1)).toEqual([2, -Errno.EIO]);
    expect(rowsOfKind(run, 'dma').every(({ payload }) => payload[4] !== 0)).toBe(true);
    expect(rowsOfKind(run, 'interrupt')).toHaveLength(1);
    expect(Device.disk).toBe(1);
  });

  test('that has no request in hand is not missed, and forgets nobody when it starts again', () => {
    const told: number[] = [];
    const forgetful = serviceCalled('files', { forget: (_, client) => told.push(client) });
    const spawning: Operation[] = [call('sync'), call('exit', 0)];
    const run = runOutside([forgetful], [spawning], { start: [0, 0] });
    expect(haltOf(run)).toBeUndefined();
    expect(told).toHaveLength(2);
  });
});
