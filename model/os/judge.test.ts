import { describe, expect, test } from 'vitest';
import { Errno } from '../../spec/errno.ts';
import type { Clause } from '../../spec/properties.ts';
import { Cause, Pte } from '../../spec/riscv.ts';
import type { Operation } from '../../spec/workload.ts';
import { call, page, Run, started, workload } from './testing.ts';

const { R, W, X } = Pte;
const RW = R | W;

/** Task 1 has mapped a page at 0x2000. */
const mapped = (...rest: Operation[]): Run =>
  started([[call('map', 0x2000, RW), ...rest]])
    .calls(1)
    .back(1, { a0: 0, view: [page()] });

describe('an allowed run', () => {
  test('is accepted to its end', () => {
    const run = mapped(
      { op: 'store', va: 0x2000, value: 7 },
      { op: 'load', va: 0x2000, rd: 't0' },
      call('exit', 3),
    )
      .retires(1, { va: 0x2000, value: 7, frame: 12 })
      .retires(1, { va: 0x2000, value: 7, frame: 12 })
      .calls(1)
      .idle()
      .end();
    expect(run.violation).toBeUndefined();
    expect(run.state.tasks.get(1)?.exitStatus).toBe(3);
  });

  test('may fault on an allowed address, and must then succeed', () => {
    const run = mapped({ op: 'load', va: 0x2000, rd: 't0' })
      .trap(1, Cause.loadPageFault, 0x2000)
      .back(1)
      .retires(1, { va: 0x2000, frame: 12 });
    expect(run.violation).toBeUndefined();
    for (let i = 0; i < 9; i++) run.trap(1, Cause.storePageFault, 0x2000).back(1);
    expect(run.violation).toBeDefined();
  });
});

describe('each clause is broken by', () => {
  const cases: readonly (readonly [Clause, string, () => Run])[] = [
    [
      'load-is-last-store',
      'a load of another word',
      () =>
        mapped({ op: 'store', va: 0x2000, value: 7 }, { op: 'load', va: 0x2000, rd: 't0' })
          .retires(1, { va: 0x2000, value: 7, frame: 12 })
          .retires(1, { va: 0x2000, value: 8, frame: 12 }),
    ],
    [
      'fresh-page-is-zero',
      'a load of what nobody stored',
      () =>
        mapped({ op: 'load', va: 0x2000, rd: 't0' }).retires(1, {
          va: 0x2000,
          value: 8,
          frame: 12,
        }),
    ],
    [
      'fresh-page-is-zero',
      'a frame that is not clear at first sight',
      () =>
        started([[call('map', 0x2000, RW)]])
          .calls(1)
          .back(1, { a0: 0, view: [page({ words: new Map([[3, 5]]) })] }),
    ],
    [
      'contents-survive',
      'a frame that has changed',
      () =>
        mapped(call('yield'))
          .calls(1)
          .back(1, { a0: 0, view: [page({ version: 2, words: new Map([[3, 5]]) })] }),
    ],
    [
      'contents-survive',
      'a fetch of another word',
      () => started([[{ op: 'set', rd: 't0', value: 1 }]]).retires(1, { word: 0x1000_0009 }),
    ],
    [
      'contents-survive',
      'an illegal instruction where a legal one is',
      () => started([[{ op: 'set', rd: 't0', value: 1 }]]).trap(1, Cause.illegalInstruction),
    ],
    [
      'contents-survive',
      'a system call where there is none',
      () => started([[{ op: 'set', rd: 't0', value: 1 }]]).calls(1),
    ],
    [
      'stale-after-unmap',
      'a TLB entry that is left',
      () =>
        mapped(call('unmap', 0x2000))
          .calls(1)
          .back(1, { a0: 0, view: [page({ source: 'tlb' })] }),
    ],
    [
      'stale-after-unmap',
      'a load after unmap',
      () =>
        mapped(call('unmap', 0x2000), { op: 'load', va: 0x2000, rd: 't0' })
          .calls(1)
          .back(1, { a0: 0 })
          .retires(1, { va: 0x2000, frame: 12 }),
    ],
    [
      'stale-after-unmap',
      'a TLB entry for the page that was there before',
      () =>
        mapped(call('unmap', 0x2000), call('map', 0x2000, RW))
          .calls(1)
          .back(1, { a0: 0 })
          .calls(1)
          .back(1, { a0: 0, view: [page({ source: 'tlb', words: new Map([[0, 1]]) })] }),
    ],
    [
      'rights-exceeded',
      'an entry with more rights',
      () =>
        started([[call('map', 0x2000, R)]])
          .calls(1)
          .back(1, { a0: 0, view: [page()] }),
    ],
    [
      'rights-exceeded',
      'a store to text',
      () =>
        started([[{ op: 'store', va: 0x1000, value: 1 }]]).retires(1, {
          va: 0x1000,
          value: 1,
          frame: 3,
        }),
    ],
    [
      'writable-and-executable',
      'an entry with all rights',
      () =>
        started([[call('map', 0x2000, RW)]])
          .calls(1)
          .back(1, { a0: 0, view: [page({ rights: R | W | X })] }),
    ],
    [
      'reachable-without-map',
      'an entry for a page that was never mapped',
      () =>
        started([[call('yield')]])
          .calls(1)
          .back(1, { a0: 0, view: [page({ vpn: 0 })] }),
    ],
    [
      'reachable-without-map',
      'a jump to nowhere that fetches',
      () =>
        started([[{ op: 'jump', va: 0x9000 }]])
          .retires(1, { va: 0x9000 })
          .retires(1),
    ],
    [
      'kernel-reachable',
      'an entry above user space',
      () =>
        started([[call('yield')]])
          .calls(1)
          .back(1, { a0: 0, view: [page({ vpn: 0x80000 })] }),
    ],
    [
      'kernel-reachable',
      'an entry that leads to a page table',
      () =>
        mapped(call('yield'))
          .calls(1)
          .back(1, { a0: 0, view: [page({ frame: 10 })] }),
    ],
    [
      'kernel-reachable',
      'an entry that leads to the kernel',
      () =>
        mapped(call('yield'))
          .calls(1)
          .back(1, { a0: 0, view: [page({ frame: 1 })] }),
    ],
    [
      'frame-shared',
      'two pages in one frame',
      () =>
        mapped(call('map', 0x3000, RW))
          .calls(1)
          .back(1, { a0: 0, view: [page(), page({ vpn: 3 })] }),
    ],
    [
      'registers-differ',
      'a register that is lost',
      () =>
        started([[call('yield')]])
          .calls(1)
          .back(1, { a0: 0, registers: { 9: 1 } }),
    ],
    [
      'registers-differ',
      'another pc',
      () =>
        started([[call('yield')]])
          .calls(1)
          .back(1, { a0: 0, pc: 0x1000 }),
    ],
    [
      'registers-differ',
      'another word stored than the register has',
      () =>
        mapped({ op: 'store', va: 0x2000, value: 's1' }).retires(1, {
          va: 0x2000,
          value: 5,
          frame: 12,
        }),
    ],
    [
      'registers-differ',
      'an instruction at another pc',
      () =>
        started([[{ op: 'loop' }]]).show({
          kind: 'retire',
          hart: 0,
          tid: 1,
          pc: 0x1004,
          word: 0,
          va: 0,
          frame: -1,
          value: 0,
        }),
    ],
    [
      'registers-differ',
      'a trap at another pc',
      () =>
        started([[{ op: 'loop' }]]).show({
          kind: 'trap',
          hart: 0,
          tid: 1,
          mode: 'U',
          cause: Cause.timerInterrupt,
          pc: 0x1004,
          tval: 0,
        }),
    ],
    ['unknown-context', 'scontext 0', () => new Run(workload(1, [[]])).wake().back(0)],
    [
      'unknown-context',
      'a task that was never started',
      () => new Run(workload(1, [[]])).wake().back(7),
    ],
    [
      'unknown-context',
      'an instruction where no task runs',
      () => new Run(workload(1, [[{ op: 'loop' }]])).retires(1),
    ],
    [
      'stopped-task-runs',
      'a return after exit',
      () =>
        started([[call('exit', 0)]])
          .calls(1)
          .back(1),
    ],
    [
      'unrepairable-fault-returned',
      'a return after a fault of the task’s own',
      () =>
        started([[{ op: 'load', va: 0x9000, rd: 't0' }]])
          .trap(1, Cause.loadPageFault, 0x9000)
          .back(1),
    ],
    [
      'task-on-two-harts',
      'a return on a second hart',
      () =>
        started([[{ op: 'loop' }]], 2)
          .wake(1)
          .back(1, { hart: 1 }),
    ],
    [
      'privileged-mode',
      'a return to supervisor mode',
      () => new Run(workload(1, [[]])).wake().back(1, { mode: 'S' }),
    ],
    [
      'privileged-mode',
      'a privileged instruction that is executed',
      () => started([[{ op: 'privileged', instruction: 'sret' }]]).retires(1),
    ],
    [
      'allowed-access-refused',
      'a task that never goes on after a fault that can be repaired',
      () =>
        mapped({ op: 'load', va: 0x2000, rd: 't0' })
          .trap(1, Cause.loadPageFault, 0x2000)
          .idle()
          .end(),
    ],
    [
      'idle-while-runnable',
      'a run that ends while a task could run',
      () => new Run(workload(1, [[]])).wake().idle().end(),
    ],
    [
      'bystander-lost',
      'a task that never runs again after another faulted',
      () =>
        new Run(workload(1, [[call('yield'), { op: 'load', va: 0x9000, rd: 't0' }]], [0, 0]))
          .wake()
          .back(1)
          .calls(1)
          .back(2)
          .calls(2)
          .back(1, { a0: 0 })
          .trap(1, Cause.loadPageFault, 0x9000)
          .idle()
          .end(),
    ],
    [
      'handler-hangs',
      'a kernel routine that waits for ever',
      () =>
        started([[call('yield')]])
          .calls(1)
          .show({ kind: 'wait', hart: 0, tid: 1 })
          .end(),
    ],
    [
      'handler-hangs',
      'no return within the fuel',
      () =>
        started([[]]).show({
          kind: 'halt',
          hart: 0,
          tid: 1,
          reason: 'out-of-fuel',
          message: 'no end',
        }),
    ],
    [
      'handler-threw',
      'an exception',
      () =>
        started([[]]).show({
          kind: 'halt',
          hart: 0,
          tid: 1,
          reason: 'handler-threw',
          message: 'Error: no\n  at x',
        }),
    ],
    [
      'handler-threw',
      'a boot that fails',
      () =>
        new Run(workload(1, [[]])).show({
          kind: 'halt',
          hart: 0,
          tid: 0,
          reason: 'boot-failed',
          message: 'x',
        }),
    ],
    [
      'forbidden-host-call',
      'a call of the host',
      () =>
        started([[]]).show({
          kind: 'halt',
          hart: 0,
          tid: 1,
          reason: 'forbidden',
          message: 'process.exit',
        }),
    ],
    [
      'kernel-fault',
      'an unreachable handler',
      () =>
        started([[]]).show({
          kind: 'halt',
          hart: 0,
          tid: 1,
          reason: 'kernel-unreachable',
          message: 'x',
        }),
    ],
    [
      'kernel-fault',
      'a fault of supervisor mode on a kernel address',
      () =>
        started([[call('yield')]])
          .calls(1)
          .show({
            kind: 'trap',
            hart: 0,
            tid: 1,
            mode: 'S',
            cause: Cause.loadPageFault,
            pc: 0x8000_0000,
            tval: 0x9000_0000,
          }),
    ],
    [
      'unfair',
      'a task that waits for longer than claimed',
      () =>
        new Run(workload(1, [[call('yield'), call('yield'), call('yield')]], [0, 0]), 1)
          .wake()
          .back(1)
          .calls(1)
          .back(1, { a0: 0 })
          .trap(1, Cause.timerInterrupt)
          .back(1)
          .trap(1, Cause.timerInterrupt)
          .back(1),
    ],
    [
      'wrong-result-tasks',
      'a tid that was used',
      () =>
        started([[call('spawn', 0)]])
          .calls(1)
          .back(1, { a0: 1 }),
    ],
    [
      'wrong-result-tasks',
      'a tid for a program that does not exist',
      () =>
        started([[call('spawn', 9)]])
          .calls(1)
          .back(1, { a0: 2 }),
    ],
    [
      'wrong-result-children',
      'a wait that returns too early',
      () =>
        started([[call('spawn', 0), call('wait', 'a0')]])
          .calls(1)
          .back(1, { a0: 2 })
          .calls(1)
          .back(1, { a0: 0 }),
    ],
    [
      'wrong-result-children',
      'another status',
      () =>
        started([[call('thread', 0x1100), call('wait', 'a0')], [call('exit', 3)]])
          .calls(1)
          .back(1, { a0: 2 })
          .calls(1)
          .back(2)
          .calls(2)
          .back(1, { a0: 4 }),
    ],
    [
      'wrong-result-memory',
      'success at address 0',
      () =>
        started([[call('map', 0, RW)]])
          .calls(1)
          .back(1, { a0: 0 }),
    ],
    [
      'wrong-result-memory',
      'an error that does not apply',
      () =>
        started([[call('map', 0x2000, RW)]])
          .calls(1)
          .back(1, { a0: -Errno.EEXIST }),
    ],
    [
      'wrong-result-protection',
      'writable text',
      () =>
        started([[call('protect', 0x1000, RW)]])
          .calls(1)
          .back(1, { a0: 0 }),
    ],
    [
      'wrong-result-sharing',
      'sharing with a stranger',
      () =>
        mapped(call('share', 0x2000, 1, R))
          .calls(1)
          .back(1, { a0: 0 }),
    ],
    [
      'wrong-result-threads',
      'a thread at an odd address',
      () =>
        started([[call('thread', 0x1001)]])
          .calls(1)
          .back(1, { a0: 2 }),
    ],
    [
      'wrong-result-console',
      'a count that was not sent',
      () =>
        mapped(call('write', 0x2000, 4))
          .calls(1)
          .back(1, { a0: 4 }),
    ],
    [
      'wrong-result-console',
      'success from an unreadable address',
      () =>
        started([[call('write', 0x9000, 4)]])
          .calls(1)
          .back(1, { a0: 0 }),
    ],
    [
      'console-differs',
      'another byte',
      () =>
        mapped(call('write', 0x2000, 4))
          .calls(1)
          .show({ kind: 'console', hart: 0, tid: 1, bytes: [0, 9] }),
    ],
    [
      'console-differs',
      'a byte too many',
      () =>
        mapped(call('write', 0x2000, 1))
          .calls(1)
          .show({ kind: 'console', hart: 0, tid: 1, bytes: [0, 0] }),
    ],
    [
      'console-differs',
      'a byte that the caller cannot read',
      () =>
        started([[call('write', 0x9000, 1)]])
          .calls(1)
          .show({ kind: 'console', hart: 0, tid: 1, bytes: [0] }),
    ],
    [
      'console-differs',
      'a byte without a call',
      () => started([[]]).show({ kind: 'console', hart: 0, tid: 1, bytes: [65] }),
    ],
    [
      'enomem-too-early',
      'no memory while most is free',
      () =>
        started([[call('map', 0x2000, RW)]])
          .calls(1)
          .back(1, { a0: -Errno.ENOMEM }),
    ],
    [
      'unknown-call-accepted',
      'success of a call that does not exist',
      () =>
        started([[{ op: 'call', call: 99, args: [] }]])
          .calls(1)
          .back(1, { a0: 0 }),
    ],
  ];

  test.each(cases)('%s: %s', (clause, _, run) => {
    expect(run().clause).toBe(clause);
  });

  test('not-preempted: 257 instructions while another task waits', () => {
    const run = new Run(workload(1, [[{ op: 'loop' }]], [0, 0])).wake().back(1);
    for (let i = 0; i < 257; i++) run.retires(1);
    expect(run.clause).toBe('not-preempted');
  });

  test('idle-while-runnable: a hart idles while others run on', () => {
    const run = new Run(workload(2, [[{ op: 'loop' }]], [0, 0, 0])).wake(1).idle(1).wake().back(1);
    for (let i = 0; i < 200; i++) run.retires(1);
    run.trap(1, Cause.timerInterrupt).back(2);
    for (let i = 0; i < 100; i++) run.retires(2);
    expect(run.clause).toBe('idle-while-runnable');
  });
});

describe('between a call and its return', () => {
  const racing = (): Run =>
    started(
      [
        [call('map', 0x2000, RW), call('thread', 0x1100), call('unmap', 0x2000)],
        [{ op: 'load', va: 0x2000, rd: 't0' }],
      ],
      2,
    )
      .calls(1)
      .back(1, { a0: 0 })
      .calls(1)
      .back(1, { a0: 2 })
      .wake(1)
      .back(2, { hart: 1 })
      .calls(1)
      .show({ kind: 'wait', hart: 0, tid: 1 });

  test('another task may still see what was there', () => {
    const run = racing().retires(2, { va: 0x2000, frame: 12, hart: 1 });
    expect(run.violation).toBeUndefined();
    expect(run.judge.size).toBeGreaterThan(0);
    expect(
      run.show({ kind: 'resume', hart: 0, tid: 1 }).back(1, { a0: 0 }).violation,
    ).toBeUndefined();
    expect(run.judge.size).toBe(1);
  });

  test('…or see it gone', () => {
    const run = racing().trap(2, Cause.loadPageFault, 0x2000, 1);
    expect(run.violation).toBeUndefined();
    expect(run.idle(1).back(1, { a0: 0 }).violation).toBeUndefined();
    expect(run.judge.size).toBe(1);
  });

  describe('a fault may have ended its task or not', () => {
    const contested = (...rest: Operation[]): Run =>
      started(
        [
          [
            call('map', 0x2000, RW),
            call('thread', 0x1100),
            { op: 'move', rd: 's2', rs: 'a0' },
            call('unmap', 0x2000),
            ...rest,
          ],
          [{ op: 'load', va: 0x2000, rd: 't0' }],
        ],
        2,
      )
        .calls(1)
        .back(1, { a0: 0 })
        .calls(1)
        .back(1, { a0: 2 })
        .retires(1)
        .wake(1)
        .back(2, { hart: 1 })
        .calls(1)
        .trap(2, Cause.loadPageFault, 0x2000, 1)
        .idle(1)
        .back(1, { a0: 0 });

    test('wait and kill show that it has', () => {
      const waited = contested(call('wait', 's2'))
        .calls(1)
        .back(1, { a0: 256 + Cause.loadPageFault });
      expect(waited.violation).toBeUndefined();
      expect(waited.judge.state.tasks.get(2)?.status).toBe('ended');
      const killed = contested(call('kill', 's2')).calls(1).back(1, { a0: -Errno.ESRCH });
      expect(killed.violation).toBeUndefined();
      expect(killed.judge.size).toBe(1);
    });

    test('that it runs shows that it has not', () => {
      const run = contested(call('kill', 's2')).wake(1).back(2, { hart: 1 });
      expect(run.violation).toBeUndefined();
      expect(run.trap(2, Cause.loadPageFault, 0x2000, 1).idle(1).violation).toBeUndefined();
      expect(run.judge.state.tasks.get(2)?.status).toBe('ended');
    });

    test('it is not missed, and no other status will do', () => {
      expect(contested().trap(1, Cause.illegalInstruction).idle().end().violation).toBeUndefined();
      expect(contested(call('wait', 's2')).calls(1).back(1, { a0: 3 }).clause).toBe(
        'wrong-result-children',
      );
    });
  });

  test('a child may run before spawn has returned its tid, and then it is that', () => {
    const run = started([[call('spawn', 0)]], 2)
      .calls(1)
      .wake(1)
      .back(5, { hart: 1, pc: 0x1000 });
    expect(run.violation).toBeUndefined();
    expect(run.back(1, { a0: 6 }).clause).toBe('wrong-result-tasks');
  });
});
