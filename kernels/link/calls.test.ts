import { describe, expect, test } from 'vitest';
import { haltOf, rowsOfKind } from '../../hardware/testing.ts';
import { Errno } from '../../spec/errno.ts';
import { serviceText, textAddress } from '../../spec/layout.ts';
import { Pte } from '../../spec/riscv.ts';
import type { Operation } from '../../spec/workload.ts';
import { call, consoleOf, resultsOf } from '../core/testing.ts';
import type { Request, Steps, World } from '../services/contract.ts';
import { portOf } from '../services/given.ts';
import { runLinked, serviceCalled } from './testing.ts';

const PAGE = 0x3000;
const READ = Pte.R;
const READ_WRITE = Pte.R | Pte.W;
const exit = call('exit', 0);

describe('a call of a service in the kernel', () => {
  test('runs the operation of that number and returns its result', () => {
    const files = serviceCalled('files', {
      handle(_, { operation, args }) {
        return operation * 1000 + args[0] + args[1] + args[2];
      },
    });
    const run = runLinked([files], [[call('read', 1, 2, 3), call('open', 7, 8), exit]]);
    expect(resultsOf(run, 1)).toEqual([2006, 18]);
  });

  test('is a fetch of its code in supervisor mode, without any message', () => {
    const run = runLinked(
      [serviceCalled('disk'), serviceCalled('files')],
      [[call('close', 5), exit]],
    );
    expect(rowsOfKind(run, 'enter')).toMatchObject([
      { mode: 1, tid: 1, payload: [1, serviceText(1), 0xffff, 1, 0] },
    ]);
    expect(rowsOfKind(run, 'leave')).toHaveLength(1);
    expect(rowsOfKind(run, 'satp').length).toBeLessThan(4);
  });

  test('finds the service started once, and its segment full of zeros', () => {
    const files = serviceCalled('files', {
      start({ memory, segment }) {
        memory.store(segment + 8, memory.load(segment + 4) + 40);
      },
      handle({ memory, segment }) {
        memory.store(segment + 8, memory.load(segment + 8) + 1);
        memory.storeByte(segment + 13, 7);
        return memory.load(segment + 8) + memory.loadByte(segment + 13) * 100;
      },
    });
    const run = runLinked([files], [[call('sync'), call('sync'), exit]]);
    expect(resultsOf(run, 1)).toEqual([741, 742]);
  });

  test('does not exist where the service does not', () => {
    const run = runLinked([serviceCalled('disk')], [[call('open', 1, 2), call('bind', 3), exit]]);
    expect(resultsOf(run, 1)).toEqual([-Errno.ENOSYS, -Errno.ENOSYS]);
  });

  test('is what write is, unless the kernel has its own way to send bytes', () => {
    const console = serviceCalled('console', {
      handle(_, { args }) {
        return args[1] + 1;
      },
    });
    const program: Operation[] = [call('write', PAGE, 4), exit];
    expect(resultsOf(runLinked([console], [program]), 1)).toEqual([5]);
    const mapped: Operation[] = [call('map', PAGE, READ), ...program];
    const own = runLinked(
      [console],
      [mapped],
      {},
      {
        sendBytes: (k, _, __, ___, count) => {
          k.machine.transmit(65);
          return count;
        },
      },
    );
    expect(resultsOf(own, 1)).toEqual([0, 4]);
    expect(consoleOf(own)).toEqual([65]);
  });
});

/** Operation 0 (open) copies a2 bytes from the client at a0 to a1 of the segment, operation 1 (close) back. */
function* copies({ segment }: World, { operation, args, client }: Request): Steps<number> {
  const [user, own, bytes] = args;
  return operation === 0
    ? yield* client.read(user, segment + own, bytes)
    : yield* client.write(segment + own, user, bytes);
}
const copying = serviceCalled('files', {
  pages: 2,
  handle: copies,
});
const into = (user: number, own: number, bytes: number) => call('open', user, own, bytes);
const outOf = (user: number, own: number, bytes: number) => call('close', user, own, bytes);

describe('a service reaches its client’s memory', () => {
  test('within the client’s rights, at any alignment', () => {
    const run = runLinked(
      [copying],
      [
        [
          call('map', PAGE, READ_WRITE),
          { op: 'store', va: PAGE, value: 0x0403_0201 },
          { op: 'store', va: PAGE + 4, value: 0x0807_0605 },
          into(PAGE, 0, 8),
          outOf(PAGE + 0x10, 0, 8),
          { op: 'load', va: PAGE + 0x14, rd: 'a3' },
          outOf(PAGE + 0x21, 1, 6),
          { op: 'load', va: PAGE + 0x20, rd: 'a4' },
          outOf(PAGE + 0x33, 0, 5),
          { op: 'load', va: PAGE + 0x34, rd: 'a5' },
          exit,
        ],
      ],
    );
    expect(resultsOf(run, 1)).toEqual([0, 0, 0, 0, 0]);
    const loads = rowsOfKind(run, 'retire').filter(
      ({ payload }) =>
        payload[2] === PAGE + 0x14 || payload[2] === PAGE + 0x20 || payload[2] === PAGE + 0x34,
    );
    expect(loads.map(({ payload }) => payload[4])).toEqual([0x0807_0605, 0x0403_0200, 0x0504_0302]);
  });

  test('in pages that nobody has touched yet, and in its text', () => {
    const texts = ['/ab'];
    const given: readonly Operation[] = [
      call('map', PAGE, READ_WRITE),
      call('map', PAGE + 0x1000, READ_WRITE),
      into(textAddress(0), 0, 4),
      outOf(PAGE + 0xffe, 0, 4),
      { op: 'load', va: PAGE + 0xffc, rd: 'a3' },
      { op: 'load', va: PAGE + 0x1000, rd: 'a4' },
      exit,
    ];
    const read = runLinked([copying], [], { programs: [{ bodies: [given], texts }] });
    const loads = rowsOfKind(read, 'retire').filter(
      ({ payload }) => (payload[2] ?? 0) > PAGE && (payload[2] ?? 0) <= PAGE + 0x1000,
    );
    expect(loads.map(({ payload }) => payload[4])).toEqual([0x612f_0000, 0x62]);
  });

  test('and nothing that the client could not reach itself', () => {
    const run = runLinked(
      [copying],
      [
        [
          call('map', PAGE, READ),
          outOf(PAGE, 0, 4),
          into(PAGE + 0xffe, 0, 4),
          into(0x3f_fffe, 0, 4),
          into(0xffff_fffe, 0, 4),
          into(0xc000_0000, 0, 4),
          into(0xffff_f000, 0, 0),
          exit,
        ],
      ],
    );
    const refused = -Errno.EFAULT;
    expect(resultsOf(run, 1)).toEqual([0, refused, refused, refused, refused, refused, 0]);
    expect(haltOf(run)).toBeUndefined();
  });

  test('also where this hart’s TLB holds old rights: the fault is repaired', () => {
    const run = runLinked([copying], [], {
      programs: [
        {
          bodies: [
            [
              call('map', PAGE, READ_WRITE),
              { op: 'store', va: PAGE, value: 9 },
              call('protect', PAGE, READ),
              call('thread', 0x1100),
              { op: 'load', va: PAGE, rd: 'a3' },
              { op: 'load', va: PAGE, rd: 'a3' },
              { op: 'load', va: PAGE, rd: 'a3' },
              { op: 'load', va: PAGE, rd: 'a3' },
              { op: 'load', va: PAGE, rd: 'a3' },
              { op: 'load', va: PAGE, rd: 'a3' },
              outOf(PAGE, 0, 4),
              { op: 'load', va: PAGE, rd: 'a3' },
              exit,
            ],
            [call('protect', PAGE, READ_WRITE), exit],
          ],
        },
      ],
      harts: 2,
      schedule: [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0],
    });
    const nested = rowsOfKind(run, 'trap').filter(
      ({ mode, payload }) => mode === 1 && payload[2] === PAGE,
    );
    expect(nested).toHaveLength(1);
    expect(resultsOf(run, 1).at(-1)).toBe(0);
    expect(haltOf(run)).toBeUndefined();
  });
});

describe('a service asks another', () => {
  /** open: asks the disk with an address of its own; close: lends what is not its own. */
  const files = serviceCalled('files', {
    uses: ['disk'],
    *handle(world, { operation }) {
      const { memory, segment } = world;
      memory.store(segment, 1234);
      const result = yield* portOf(world, 'disk')(
        operation,
        segment + (operation === 2 ? 4094 : 0),
      );
      return result === 0 ? memory.load(segment + 4) : result;
    },
  });
  const disk = serviceCalled('disk', {
    *handle({ memory, segment }, { operation, args: [va], client }) {
      if (operation > 0) return yield* client.read(operation === 1 ? segment : va, segment, 4);
      const error = yield* client.read(va, segment + 8, 4);
      memory.store(segment + 8, memory.load(segment + 8) * 2);
      return error === 0 ? yield* client.write(segment + 8, va + 4, 4) : error;
    },
  });

  test('through its door, as a client whose memory is its segment', () => {
    const run = runLinked(
      [files, disk],
      [[call('open', 0, 0), call('close', 0), call('read', 0, 0, 0), exit]],
    );
    expect(resultsOf(run, 1)).toEqual([2468, -Errno.EFAULT, -Errno.EFAULT]);
    const callers = rowsOfKind(run, 'enter').map(({ payload }) => [payload[0], payload[2]]);
    expect(callers.slice(0, 2)).toEqual([
      [0, 0xffff],
      [1, 0],
    ]);
  });

  test('but not one that it has not declared', () => {
    const careless = serviceCalled('files', {
      handle: (world) => portOf(world, 'disk')(0, 0),
    });
    const run = runLinked([careless, disk], [[call('open', 0, 0), exit]]);
    expect(haltOf(run)?.message).toContain(
      'the service files asks disk, which it does not declare: add it to its uses',
    );
  });
});

test('the DMA address of a byte of the segment is where it lies in RAM', () => {
  const files = serviceCalled('files', {
    pages: 2,
    handle({ dmaAddress, segment, memory }) {
      memory.store(segment + 4096 + 20, 77);
      return dmaAddress(segment + 4096 + 20) - dmaAddress(segment + 20);
    },
    devices: ['disk'],
  });
  expect(resultsOf(runLinked([files], [[call('sync'), exit]]), 1)).toEqual([4096]);
});
