import { describe, expect, test } from 'vitest';
import { haltOf, rowsOf, rowsOfKind, workloadOf } from '../../hardware/testing.ts';
import { KILLED_STATUS } from '../../spec/abi.ts';
import { Errno } from '../../spec/errno.ts';
import { Pte } from '../../spec/riscv.ts';
import type { Operation, Workload } from '../../spec/workload.ts';
import { TaskWord } from '../core/layout.ts';
import { routines } from '../core/routines.ts';
import { set } from '../core/tables.ts';
import { call, resultsOf } from '../core/testing.ts';
import type { Service } from '../services/contract.ts';
import { portOf } from '../services/given.ts';
import { runLinked, runWithInterrupts, serviceCalled } from './testing.ts';

const PAGE = 0x3000;
const exit = call('exit', 0);

/** Counts its requests; waits for its device before it answers with the count so far and who asked. */
const slow: Service = serviceCalled('files', {
  devices: ['disk'],
  *handle({ memory, segment, interrupt }, { client }) {
    memory.store(segment, memory.load(segment) + 1);
    yield* interrupt('disk');
    return memory.load(segment) * 10 + client.id;
  },
});

const two = (
  first: readonly Operation[],
  second: readonly Operation[],
  over: Partial<Workload> = {},
) =>
  workloadOf([], {
    programs: [{ bodies: [first] }, { bodies: [second] }],
    start: [0, 1],
    frames: 40,
    ...over,
  });

describe('where an operation waits', () => {
  test('the task sleeps, others run, and the call returns when the device has interrupted', () => {
    const workload = two([call('sync'), exit], [call('yield'), exit]);
    const asleep = runWithInterrupts([slow], workload, 'disk', 0);
    expect(resultsOf(asleep, 1)).toEqual([]);
    expect(resultsOf(asleep, 2)).toEqual([0]);
    const woken = runWithInterrupts([slow], workload, 'disk', 1);
    expect(resultsOf(woken, 1)).toEqual([11]);
    const entered = rowsOf(woken).filter(({ kind, tid }) => kind === 'enter' && tid === 1);
    expect(entered).toHaveLength(2);
  });

  test('an interrupt that came before counts', () => {
    const workload = two([call('sync'), call('sync'), exit], [exit]);
    const run = runWithInterrupts([slow], workload, 'disk', 3);
    expect(resultsOf(run, 1)).toEqual([11, 21]);
  });

  test('interrupts that nobody drives, or of a device without a driver, are claimed', () => {
    const run = runWithInterrupts([slow], two([exit], [exit]), 'network', 2);
    expect(
      rowsOf(run).filter(({ kind, payload }) => kind === 'trap' && payload[0] === 0x8000_0009),
    ).toHaveLength(2);
  });

  test('others wait for their turn, first come first served', () => {
    const bodies: readonly Operation[] = [call('sync'), exit];
    const workload = { ...two(bodies, bodies), start: [0, 1, 0] };
    const run = runWithInterrupts([slow], workload, 'disk', 3);
    expect([1, 2, 3].map((tid) => resultsOf(run, tid))).toEqual([[11], [22], [33]]);
  });

  test('so does a service that asks another', () => {
    const asks = (name: 'console' | 'network'): Service =>
      serviceCalled(name, { uses: ['files'], handle: (world) => portOf(world, 'files')(0, 0) });
    const workload = two([call('write', PAGE, 1), exit], [call('bind', 1), exit]);
    const run = runWithInterrupts([slow, asks('console'), asks('network')], workload, 'disk', 2);
    expect(resultsOf(run, 1)).toEqual([10 + 0x4000_0001]);
    expect(resultsOf(run, 2)).toEqual([20 + 0x4000_0002]);
  });
});

describe('a task that is killed while the kernel works for it', () => {
  const parent = (...rest: readonly Operation[]): readonly Operation[] => [
    call('spawn', 1),
    { op: 'move', rd: 's2', rs: 'a0' },
    call('yield'),
    call('yield'),
    call('kill', 's2'),
    call('wait', 's2'),
    ...rest,
    exit,
  ];

  test('has ended at once; the service finishes in good order, and serves the next', () => {
    const workload = { ...two(parent(call('sync')), [call('sync'), exit]), start: [0] };
    const run = runWithInterrupts([slow], workload, 'disk', 2);
    expect(resultsOf(run, 1)).toEqual([2, 0, 0, 0, KILLED_STATUS, 21]);
  });

  test('is neither read nor written any more', () => {
    const results: number[] = [];
    const late = serviceCalled('files', {
      devices: ['disk'],
      *handle({ interrupt, segment }, { client }) {
        yield* interrupt('disk');
        results.push(yield* client.write(segment, PAGE, 4));
        return 0;
      },
    });
    const child: readonly Operation[] = [call('map', PAGE, Pte.R | Pte.W), call('sync'), exit];
    const workload = { ...two(parent(), child), start: [0] };
    runWithInterrupts([late], workload, 'disk', 1);
    expect(results).toEqual([-Errno.EFAULT]);
  });

  test('also when it is about to go on', () => {
    // Both wait for the service: the one whose turn it is is woken, and killed before it runs.
    const both = {
      ...two(
        [
          call('spawn', 1),
          { op: 'move', rd: 's2', rs: 'a0' },
          call('yield'),
          call('yield'),
          call('sync'),
          call('kill', 's2'),
          call('wait', 's2'),
          call('sync'),
          exit,
        ],
        [call('sync'), call('sync'), exit],
      ),
      start: [0],
    };
    const run = runWithInterrupts([slow], both, 'disk', 4);
    expect(resultsOf(run, 1).slice(-3)).toEqual([0, KILLED_STATUS, 31]);
  });
});

test('a client that is gone is forgotten before those who have asked already are served', () => {
  /** Ports as the network service has them: bound until their owner is gone. */
  const ports = serviceCalled('network', {
    devices: ['disk'],
    *handle({ memory, segment, interrupt }, { client }) {
      const owner = memory.load(segment);
      if (owner === 0) memory.store(segment, client.id);
      yield* interrupt('disk');
      return owner;
    },
    forget: ({ memory, segment }, client) => {
      if (memory.load(segment) === client) memory.store(segment, 0);
    },
  });
  const binding: readonly Operation[] = [call('bind', 1), exit];
  const killer: readonly Operation[] = [
    call('spawn', 1),
    { op: 'move', rd: 's2', rs: 'a0' },
    call('spawn', 1),
    { op: 'move', rd: 's3', rs: 'a0' },
    call('spawn', 1),
    call('yield'),
    call('yield'),
    call('kill', 's2'),
    call('kill', 's3'),
    call('wait', 's3'),
    exit,
  ];
  const run = runWithInterrupts([ports], { ...two(killer, binding), start: [0] }, 'disk', 4);
  expect(resultsOf(run, 1).slice(-3)).toEqual([0, 0, KILLED_STATUS]);
  expect(resultsOf(run, 4)).toEqual([0]);
});

test('the end of an address space is told to the services that it has asked', () => {
  const gone: number[] = [];
  const files = serviceCalled('files', {
    forget: (_, client) => gone.push(client),
  });
  const silent = serviceCalled('network');
  const program: readonly Operation[] = [call('sync'), call('bind', 1), exit];
  runLinked([files, silent], [], {
    programs: [{ bodies: [program] }, { bodies: [[exit]] }],
    start: [0, 1, 0],
  });
  expect(gone).toEqual([1, 3]);
});

test('a record whose thread was overwritten stops the kernel', () => {
  const workload = two([call('sync'), exit], [call('yield'), exit]);
  const files: Service[] = [slow];
  const run = runLinked(
    files,
    [],
    { ...workload, steps: 50 },
    {
      yield: (k, hart, task, ...rest) => {
        set(k, task, TaskWord.thread, 77);
        return routines.yield(k, hart, task, ...rest);
      },
    },
  );
  expect(haltOf(run)?.message).toContain('there is no kernel thread 77');
});

describe('a copy from an address space where another hart is at work', () => {
  const reading = serviceCalled('files', {
    *handle({ segment }, { args: [va], client }) {
      return yield* client.read(va, segment, 4);
    },
  });
  const churn: readonly Operation[] = [
    call('map', PAGE, Pte.R | Pte.W),
    { op: 'store', va: PAGE, value: 5 },
    call('unmap', PAGE),
  ];
  const reader: readonly Operation[] = [call('open', PAGE, 0), { op: 'jump', va: 0x1100 }];

  test.each([0, 3, 8])(
    'waits until all harts see the same pages, interrupts %i steps late',
    (ipiDelay) => {
      const changer: readonly Operation[] = [
        call('thread', 0x1100),
        ...churn,
        { op: 'jump', va: 0x1004 },
      ];
      const run = runLinked([reading], [changer, reader], { harts: 2, ipiDelay, steps: 400 });
      expect(haltOf(run)).toBeUndefined();
      expect(new Set(resultsOf(run, 2))).toEqual(new Set([0, -Errno.EFAULT]));
      expect(new Set(rowsOfKind(run, 'wait').map(({ tid }) => tid))).toEqual(new Set([1, 2]));
    },
  );

  test('is over when its task is killed meanwhile', () => {
    for (let late = 1; late < 12; late++) {
      const killer: readonly Operation[] = [
        call('thread', 0x1100),
        { op: 'move', rd: 's2', rs: 'a0' },
        call('thread', 0x1200),
        { op: 'move', rd: 's3', rs: 'a0' },
        ...Array.from({ length: late }, (): Operation => ({ op: 'set', rd: 's1', value: 1 })),
        call('kill', 's2'),
        call('wait', 's2'),
        call('kill', 's3'),
        call('sync'),
        exit,
      ];
      const changer: readonly Operation[] = [...churn, { op: 'jump', va: 0x1200 }];
      const bodies = [killer, reader, changer];
      const run = runLinked([reading], bodies, { harts: 3, ipiDelay: 8, steps: 900 });
      expect(resultsOf(run, 1).slice(2)).toEqual([0, KILLED_STATUS, 0, -Errno.EFAULT]);
      expect(haltOf(run)).toBeUndefined();
    }
  });
});
