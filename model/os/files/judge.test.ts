/** Runs with calls on files and datagrams: what is accepted, and what is not. */
import { describe, expect, test } from 'vitest';
import { Errno } from '../../../spec/errno.ts';
import type { Translation } from '../../../spec/events.ts';
import { OpenFlag } from '../../../spec/files.ts';
import { textAddress } from '../../../spec/layout.ts';
import { Pte, type Word } from '../../../spec/riscv.ts';
import { TRANSITION_NAMES, type Transition } from '../../../spec/transitions.ts';
import type { Operation, Workload } from '../../../spec/workload.ts';
import { copyState } from '../copy.ts';
import { keyOf } from '../key.ts';
import { call, page, Run, workload } from '../testing.ts';

const RW = Pte.R | Pte.W;
const { readWrite, create, append } = OpenFlag;
const making = readWrite | create;
const TEXTS = ['/f', '/g', '/d', '/d/f', 'no'];
const [F, G, D, DF] = [0, 1, 2, 3].map(textAddress) as [number, number, number, number];
const error = (name: keyof typeof Errno): Word => -Errno[name] >>> 0;

/** Two harts, so that two tasks can be in the kernel. */
const given = (bodies: Operation[][], more: Partial<Workload> = {}): Workload => ({
  ...workload(2, bodies),
  programs: [{ bodies, texts: TEXTS }],
  ...more,
});

const started = (bodies: Operation[][], more: Partial<Workload> = {}): Run =>
  new Run(given(bodies, more)).wake().back(1);

/** One call after the other: its operation, and what it returns with which page 2. */
const told = (...calls: [Operation, Word, Translation?][]): Run => {
  let run = started([calls.map(([operation]) => operation)]);
  for (const [, a0, seen] of calls) {
    run = run.calls(1).back(1, { a0, ...(seen && { view: [seen] }) });
  }
  return run;
};

const holding = (words: Record<number, Word>, version: number): Translation =>
  page({
    version,
    words: new Map(Object.entries(words).map(([index, word]) => [Number(index), word])),
  });

const taken = (run: Run, transition: Transition): number =>
  run.state.taken[TRANSITION_NAMES.indexOf(transition)] ?? 0;

const page2: [Operation, Word] = [call('map', 0x2000, RW), 0];
const page3: [Operation, Word] = [call('map', 0x3000, RW), 0];

describe('calls on files', () => {
  test('are accepted with the results of the call table', () => {
    const run = told(
      page2,
      [call('open', F, making), 3],
      [call('fwrite', 3, textAddress(3), 4), 4],
      [call('dup', 3), 4],
      [call('seek', 4, 0, 0), 0],
      [call('read', 3, 0x2001, 9), 4, holding({ 0: 0x2f642f00, 1: 0x66 }, 2)],
      [call('rename', F, G), 0],
      [call('unlink', G), 0],
      [call('seek', 3, 6, 0), 6],
      [call('fwrite', 3, textAddress(3), 1), 1],
      [call('seek', 3, 4, 0), 4],
      [call('read', 3, 0x2000, 2), 2, holding({ 0: 0x2f640000, 1: 0x66 }, 3)],
      [call('stat', G, 0x2000), error('ENOENT')],
      [call('sync'), 0],
    );
    expect(run.violation).toBeUndefined();
    for (const transition of ['sharedOffset', 'unlinkedWhileOpen', 'holeRead'] as const) {
      expect(taken(run, transition)).toBeGreaterThan(0);
    }
  });

  test('count writes that go to the end, and renames that replace', () => {
    const run = told(
      [call('open', F, making | append), 3],
      [call('fwrite', 3, F, 2), 2],
      [call('seek', 3, 0, 0), 0],
      [call('fwrite', 3, F, 2), 2],
      [call('open', G, making), 4],
      [call('rename', F, G), 0],
    );
    expect(run.violation).toBeUndefined();
    expect([taken(run, 'appended'), taken(run, 'renameOver')]).toEqual([1, 1]);
  });

  test.each<[string, string, [Operation, Word, Translation?][]]>([
    ['a file that is not there', 'wrong-result-files', [[call('open', F, 0), 3]]],
    ['a descriptor that is not the lowest', 'wrong-result-files', [[call('open', F, making), 4]]],
    ['a refusal for nothing', 'wrong-result-files', [[call('open', F, making), error('ENOSPC')]]],
    ['a descriptor that is not open', 'wrong-descriptor', [[call('close', 3), 0]]],
    [
      'an offset of its own for a duplicate',
      'wrong-descriptor',
      [
        [call('open', F, making), 3],
        [call('dup', 3), 4],
        [call('fwrite', 3, F, 2), 2],
        [call('seek', 4, 0, 1), 0],
      ],
    ],
    [
      'other bytes than those written',
      'file-contents-differ',
      [
        page2,
        [call('open', F, making), 3],
        [call('fwrite', 3, F, 2), 2],
        [call('seek', 3, 0, 0), 0],
        [call('read', 3, 0x2000, 2), 2, holding({ 0: 0x662e }, 2)],
      ],
    ],
    [
      'bytes behind those read',
      'file-contents-differ',
      [page2, [call('open', F, making), 3], [call('read', 3, 0x2000, 2), 0, holding({ 1: 5 }, 2)]],
    ],
    [
      'a read that stops early',
      'wrong-result-files',
      [
        page2,
        [call('open', F, making), 3],
        [call('fwrite', 3, F, 2), 2],
        [call('seek', 3, 0, 0), 0],
        [call('read', 3, 0x2000, 2), 1],
      ],
    ],
    ['a path that cannot be read', 'wrong-result-files', [[call('mkdir', 0x2000), 0]]],
  ])('may not return %s', (_, clause, calls) => {
    expect(told(...calls).clause).toBe(clause);
  });

  test('stop where memory ends, or are refused', () => {
    const written: [Operation, Word][] = [
      page2,
      [call('open', F, making), 3],
      [call('fwrite', 3, textAddress(3), 4), 4],
      [call('seek', 3, 0, 0), 0],
    ];
    const short = call('read', 3, 0x2ffe, 4);
    expect(told(...written, [short, 2]).violation).toBeUndefined();
    expect(told(...written, [short, 1]).violation).toBeUndefined();
    expect(told(...written, [short, error('EFAULT')]).violation).toBeUndefined();
    expect(told(...written, [short, 4]).violation?.expected).toBe('1 to 2 or -EFAULT');
    expect(told(...written, [call('fwrite', 3, 0x2ffe, 4), 2]).violation).toBeUndefined();
  });

  test('leave the size of a directory open', () => {
    const seen = (words: Record<number, Word>): Run =>
      told(
        page2,
        [call('stat', textAddress(5), 0x2002), error('ENOENT')],
        [call('mkdir', D), 0],
        [call('stat', D, 0x2002), 0, holding(words, 2)],
      );
    expect(seen({ 0: 2 << 16 }).violation).toBeUndefined();
    expect(seen({ 0: 2 << 16, 1: 0x1234_0000, 2: 7 }).violation).toBeUndefined();
    expect(seen({ 0: 2 << 16, 1: 1 }).clause).toBe('file-contents-differ');
    expect(seen({ 0: 2 << 16, 2: 0x7_0000 }).clause).toBe('file-contents-differ');
  });

  test('settle what was open when it is loaded, or stored over', () => {
    const body = (then: Operation): Operation[] => [
      page2[0],
      call('mkdir', D),
      call('stat', D, 0x2000),
      then,
      { op: 'load', va: 0x2004, rd: 't1' },
    ];
    const at = (then: Operation): Run => {
      const run = started([body(then)]);
      for (let i = 0; i < 3; i++) run.calls(1).back(1, { a0: 0 });
      return run;
    };
    const load: Operation = { op: 'load', va: 0x2004, rd: 't0' };
    const loaded = at(load).retires(1, { va: 0x2004, value: 9, frame: 12 });
    expect(loaded.violation).toBeUndefined();
    expect(loaded.retires(1, { va: 0x2004, value: 8, frame: 12 }).clause).toBe(
      'load-is-last-store',
    );
    const none = at(load).retires(1, { va: 0x2004, value: 0, frame: 12 });
    expect(none.retires(1, { va: 0x2004, value: 8, frame: 12 }).clause).toBe('load-is-last-store');
    const store: Operation = { op: 'store', va: 0x2004, value: 4 };
    const over = at(store).retires(1, { va: 0x2004, value: 4, frame: 12 });
    expect(over.retires(1, { va: 0x2004, value: 8, frame: 12 }).clause).toBe('load-is-last-store');
  });

  test('belong to an address space: its end closes what it has open', () => {
    const run = started([[call('open', F, making), call('exit', 0)]])
      .calls(1)
      .back(1, { a0: 3 });
    expect(run.state.served.files.tables.size).toBe(1);
    run.calls(1);
    expect(run.state.served.files.tables.size).toBe(0);
  });
});

describe('a call that may sleep', () => {
  test('keeps no hart from idling, and returns at last', () => {
    const asleep = (more: Partial<Workload> = {}): Run =>
      started([[call('sync')]], more)
        .calls(1)
        .idle();
    expect(asleep().violation).toBeUndefined();
    expect(asleep().end().clause).toBe('call-never-returns');
    const devices = { diskLatency: 1, networkLatency: 1, diskStuckAfter: 0 };
    expect(asleep({ devices }).end().violation).toBeUndefined();
    const console = started([[call('write', F, 1)]])
      .calls(1)
      .idle()
      .end();
    expect(console.clause).toBe('idle-while-runnable');
  });
});

/** Two tasks of one program; task 2 runs body 0 too, on hart 1. */
const pair = (...body: Operation[]): Run =>
  new Run({ ...given([body]), start: [0, 0] }).wake().back(1).wake(1).back(2, { hart: 1 });

/** A task and its thread, which runs body 1 on hart 1. */
const threads = (before: [Operation, Word][], one: Operation[], two: Operation[]): Run => {
  const start = call('thread', 0x1100);
  const run = started([[...before.map(([operation]) => operation), start, ...one], two]);
  for (const [, a0] of before) run.calls(1).back(1, { a0 });
  return run.calls(1).back(1, { a0: 2 }).wake(1).back(2, { hart: 1 });
};

describe('calls under way at once', () => {
  test('take effect in either order', () => {
    const both = (): Run =>
      pair(call('open', F, making | OpenFlag.exclusive))
        .calls(1)
        .calls(2, 1);
    const second = both().back(1, { a0: error('EEXIST') });
    expect(second.violation).toBeUndefined();
    expect(second.back(2, { a0: 3, hart: 1 }).violation).toBeUndefined();
    expect(second.judge.size).toBe(1);
    expect(taken(second, 'concurrentFileCalls')).toBe(1);
    const first = both().back(1, { a0: 3 });
    expect(first.back(2, { a0: error('EEXIST'), hart: 1 }).violation).toBeUndefined();
    const neither = both().back(1, { a0: error('EEXIST') });
    expect(neither.back(2, { a0: error('EEXIST'), hart: 1 }).clause).toBe('wrong-result-files');
    const twice = both().back(1, { a0: 3 });
    expect(twice.back(2, { a0: 3, hart: 1 }).clause).toBe('wrong-result-files');
  });

  test('may have failed before another one changed what they failed for', () => {
    const run = threads([], [call('open', F, making)], [call('unlink', F)])
      .calls(1)
      .calls(2, 1)
      .back(1, { a0: 3 });
    expect(run.judge.size).toBe(2);
    const late = run.back(2, { a0: error('ENOENT'), hart: 1 });
    expect(late.violation).toBeUndefined();
    expect(late.judge.size).toBe(1);
  });

  test('do not come after one that began when they had returned', () => {
    const run = threads([], [call('open', F, making)], [call('unlink', F)])
      .calls(1)
      .back(1, { a0: 3 })
      .calls(2, 1)
      .back(2, { a0: error('ENOENT'), hart: 1 });
    expect(run.clause).toBe('wrong-result-files');
  });

  test('that have nothing to do with each other are one state', () => {
    const run = threads([], [call('mkdir', D)], [call('open', F, making)])
      .calls(1)
      .calls(2, 1);
    expect(run.back(1, { a0: 0 }).judge.size).toBe(1);
  });

  test('act through others', () => {
    const three = new Run({
      ...given([[call('mkdir', D)]], { harts: 3 }),
      programs: [
        { bodies: [[call('mkdir', D)]], texts: TEXTS },
        { bodies: [[call('open', DF, making)]], texts: TEXTS },
        { bodies: [[call('rmdir', D)]], texts: TEXTS },
      ],
      start: [0, 1, 2],
    });
    three.wake().back(1).wake(1).back(2, { hart: 1 }).wake(2).back(3, { hart: 2 });
    three.calls(1).calls(2, 1).calls(3, 2);
    three.back(3, { a0: error('ENOTEMPTY'), hart: 2 });
    expect(three.violation).toBeUndefined();
    three.back(1, { a0: 0 }).back(2, { a0: 3, hart: 1 });
    expect(three.violation).toBeUndefined();
    expect(three.judge.size).toBe(1);
  });

  test('of a task that is killed may still take effect, at any time or never', () => {
    const killed = (a0: Word, again: Word): Run =>
      threads(
        [],
        [call('kill', 2), call('stat', F, 0x9000), call('stat', F, 0x9000)],
        [call('open', F, making)],
      )
        .calls(2, 1)
        .calls(1)
        .back(1, { a0: 0 })
        .calls(1)
        .back(1, { a0 })
        .calls(1)
        .back(1, { a0: again });
    const [absent, there] = [error('ENOENT'), error('EFAULT')];
    expect(killed(absent, absent).violation).toBeUndefined();
    expect(killed(absent, there).violation).toBeUndefined();
    expect(killed(there, there).violation).toBeUndefined();
  });
});

describe('memory that others change meanwhile', () => {
  const open: [Operation, Word][] = [
    page2,
    [call('open', F, making), 3],
    [call('fwrite', 3, F, 2), 2],
    [call('seek', 3, 0, 0), 0],
  ];
  const reading = call('read', 3, 0x2000, 2);
  const load: Operation = { op: 'load', va: 0x2000, rd: 't0' };

  test('may be seen changing while a read is under way, not after it', () => {
    const run = threads(open, [reading], [load, load, call('yield'), load])
      .calls(1)
      .retires(2, { va: 0x2000, value: 0x2f, hart: 1 })
      .retires(2, { va: 0x2000, value: 0, hart: 1 })
      .calls(2, 1)
      .back(2, { a0: 0, hart: 1, view: [holding({ 0: 0x662f }, 2)] })
      .back(1, { a0: 2 });
    expect(run.violation).toBeUndefined();
    const wrong = run.retires(2, { va: 0x2000, value: 0x2f, hart: 1 });
    expect(wrong.clause).toBe('load-is-last-store');
  });

  test('holds what was stored or what was read, where both happened at once', () => {
    const store: Operation = { op: 'store', va: 0x2000, value: 7 };
    const run = (value: Word): Run =>
      threads(open, [reading], [store, load, load])
        .calls(1)
        .retires(2, { va: 0x2000, value: 7, hart: 1 })
        .back(1, { a0: 2 })
        .retires(2, { va: 0x2000, value, hart: 1 });
    expect(run(7).violation).toBeUndefined();
    expect(run(0x662f).violation).toBeUndefined();
    expect(run(0x2f).clause).toBe('load-is-last-store');
    expect(run(7).retires(2, { va: 0x2000, value: 0x662f, hart: 1 }).clause).toBe(
      'load-is-last-store',
    );
  });

  test('holds either after the reader was killed', () => {
    const run = threads(
      open,
      [{ op: 'store', va: 0x2000, value: 0x0102_0304 }, call('kill', 2), load],
      [reading],
    )
      .retires(1, { va: 0x2000, value: 0x0102_0304, frame: 12 })
      .calls(2, 1)
      .calls(1)
      .back(1, { a0: 0 })
      .retires(1, { va: 0x2000, value: 0x0102_0355 });
    expect(run.violation).toBeUndefined();
  });

  test('is written as it was before or after a store', () => {
    const write = (stat: Word): Run =>
      threads(
        [page2, [call('open', F, making), 3]],
        [call('fwrite', 3, 0x2000, 4), call('seek', 3, 0, 0), call('read', 3, 0x2000, 4), load],
        [{ op: 'store', va: 0x2000, value: 7 }],
      )
        .calls(1)
        .retires(2, { va: 0x2000, value: 7, hart: 1 })
        .back(1, { a0: 4 })
        .calls(1)
        .back(1, { a0: 0 })
        .calls(1)
        .back(1, { a0: 4 })
        .retires(1, { va: 0x2000, value: stat });
    expect(write(0).violation).toBeUndefined();
    expect(write(7).violation).toBeUndefined();
    expect(write(5).clause).toBe('load-is-last-store');
  });

  test('may go while a call uses it', () => {
    const unmapping = (a0: Word): Run =>
      threads(open, [reading], [call('unmap', 0x2000)])
        .calls(1)
        .calls(2, 1)
        .back(2, { a0: 0, hart: 1 })
        .back(1, { a0 });
    expect(unmapping(2).violation).toBeUndefined();
    expect(unmapping(error('EFAULT')).violation).toBeUndefined();
    expect(unmapping(1).clause).toBe('wrong-result-files');
  });
});

describe('datagrams', () => {
  const sent: [Operation, Word][] = [
    page2,
    [call('bind', 7), 0],
    [call('bind', 7), 0],
    [call('sendTo', 7, F, 2), 2],
    [call('sendTo', 7, G, 2), 2],
  ];
  const receive = call('receiveFrom', 7, 0x2000, 9);

  test('arrive in order, some time', () => {
    const run = told(
      ...sent,
      [receive, error('EAGAIN')],
      [receive, 2, holding({ 0: 0x662f }, 2)],
      [receive, 2, holding({ 0: 0x672f }, 3)],
      [receive, error('EAGAIN')],
    );
    expect(run.violation).toBeUndefined();
  });

  test.each<[string, string, [Operation, Word, Translation?][]]>([
    ['out of order', 'datagram-differs', [...sent, [receive, 2, holding({ 0: 0x672f }, 2)]]],
    [
      'from nowhere',
      'wrong-result-datagrams',
      [
        [call('bind', 7), 0],
        [receive, 0],
      ],
    ],
    ['at an unbound port', 'wrong-result-datagrams', [[receive, error('EAGAIN')]]],
    ['at port 0', 'wrong-result-datagrams', [[call('bind', 0), 0]]],
    ['too long', 'wrong-result-datagrams', [page2, [call('sendTo', 7, 0x2000, 241), 241]]],
    ['out of memory that is none', 'wrong-result-datagrams', [[call('sendTo', 7, 0x9000, 4), 4]]],
    [
      'refused though there is room',
      'wrong-result-datagrams',
      [[call('sendTo', 7, F, 2), error('ENOBUFS')]],
    ],
  ])('do not arrive %s', (_, clause, calls) => {
    expect(told(...calls).clause).toBe(clause);
  });

  test('sent to an unbound port may be dropped, others not', () => {
    const early: [Operation, Word][] = [
      page2,
      [call('sendTo', 7, F, 2), 2],
      [call('bind', 7), 0],
      [call('sendTo', 7, G, 1), 1],
    ];
    expect(told(...early, [receive, 1]).violation).toBeUndefined();
    expect(told(...early, [receive, 2]).violation).toBeUndefined();
    expect(told(...early, [receive, error('EAGAIN')]).violation).toBeUndefined();
    expect(told(...sent, [call('receiveFrom', 7, 0x2000, 1), 1]).violation).toBeUndefined();
    expect(told(...sent, [call('receiveFrom', 7, 0x9000, 1), error('EFAULT')]).violation).toBe(
      undefined,
    );
  });

  test('need room beyond the budget only', () => {
    const many = Array.from({ length: 8 }, (): [Operation, Word] => [call('sendTo', 7, F, 2), 2]);
    expect(told(...many, [call('sendTo', 7, F, 2), error('ENOBUFS')]).violation).toBeUndefined();
    const ports = Array.from({ length: 8 }, (_, i): [Operation, Word] => [call('bind', i + 1), 0]);
    expect(told(...ports, [call('bind', 9), error('ENOBUFS')]).violation).toBeUndefined();
    expect(told(...ports, [call('bind', 8), error('ENOBUFS')]).clause).toBe(
      'wrong-result-datagrams',
    );
  });

  test('go to one address space until it ends', () => {
    const run = pair(call('bind', 7), call('exit', 0)).calls(1).back(1, { a0: 0 });
    const refused = run.calls(2, 1).back(2, { a0: error('EADDRINUSE'), hart: 1 });
    expect(refused.violation).toBeUndefined();
    const free = pair(call('bind', 7), call('exit', 0)).calls(1).back(1, { a0: 0 }).calls(1);
    expect(free.calls(2, 1).back(2, { a0: 0, hart: 1 }).violation).toBeUndefined();
    const raced = pair(call('bind', 7), call('exit', 0)).calls(1).back(1, { a0: 0 });
    const early = raced
      .calls(2, 1)
      .calls(1)
      .back(2, { a0: error('EADDRINUSE'), hart: 1 });
    expect(early.violation).toBeUndefined();
    const late = pair(call('bind', 7), call('exit', 0)).calls(1).back(1, { a0: 0 });
    expect(late.calls(2, 1).calls(1).back(2, { a0: 0, hart: 1 }).violation).toBeUndefined();
    const queued = told([call('bind', 7), 0], [call('sendTo', 7, F, 2), 2]);
    const key = keyOf(queued.state);
    expect(keyOf(copyState(queued.state))).toEqual(key);
  });
});

describe('a service that may fail', () => {
  const faults = [{ service: 'files', request: 1, kind: 'null dereference' }] as const;
  const body = [
    page2[0],
    call('open', F, making),
    call('fwrite', 3, F, 2),
    call('read', 3, 0x2000, 2),
    call('yield'),
  ];
  const begun = (): Run => started([body], { faults }).calls(1).back(1, { a0: 0 });

  test('lets calls fail with EIO, and forgets what was open', () => {
    const run = begun()
      .calls(1)
      .back(1, { a0: 3 })
      .calls(1)
      .back(1, { a0: error('EIO') });
    run.calls(1).back(1, { a0: error('EBADF') });
    expect(run.violation).toBeUndefined();
    expect(run.state.doubted).toEqual(['files']);
  });

  test('may have lost what was written, but changes nothing else', () => {
    const run = begun().calls(1).back(1, { a0: 3 }).calls(1).back(1, { a0: 2 });
    run.calls(1).back(1, { a0: 0, view: [holding({ 0: 0x55 }, 2)] });
    expect(run.violation).toBeUndefined();
    const beyond = begun().calls(1).back(1, { a0: 3 }).calls(1).back(1, { a0: 2 });
    expect(
      beyond.calls(1).back(1, { a0: 0, view: [holding({ 9: 1 }, 2)] }).violation,
    ).toBeDefined();
  });

  test('is not thought to have failed where all can be explained otherwise', () => {
    const run = begun().calls(1).back(1, { a0: 3 });
    expect(run.state.doubted).toEqual([]);
    expect(run.calls(1).back(1, { a0: 2 }).state.doubted).toEqual([]);
  });

  test('keeps what was synced, but for what was touched since', () => {
    const statAgain = (...middle: [Operation, Word][]): Run => {
      const calls: [Operation, Word][] = [
        page2,
        [call('open', F, making), 3],
        [call('fwrite', 3, F, 2), 2],
        ...middle,
        [call('stat', F, 0x2000), error('ENOENT')],
      ];
      let run = started([calls.map(([operation]) => operation)], { faults });
      for (const [, a0] of calls) run = run.calls(1).back(1, { a0 });
      return run;
    };
    const sync: [Operation, Word] = [call('sync'), 0];
    const failed: [Operation, Word] = [call('dup', 3), error('EIO')];
    expect(statAgain().violation).toBeUndefined();
    expect(statAgain(sync).clause).toBe('wrong-result-files');
    expect(statAgain(sync, failed).clause).toBe('wrong-result-files');
    expect(statAgain(sync, [call('fwrite', 3, F, 1), 1]).violation).toBeUndefined();
    expect(statAgain(sync, [call('unlink', F), error('EIO')]).violation).toBeUndefined();
    expect(statAgain([call('sync'), error('EIO')]).violation).toBeUndefined();
    expect(statAgain(sync, [call('mkdir', D), 0]).clause).toBe('wrong-result-files');
  });

  /** /f is synced, the service fails, /f is opened again; then this, and it is read: the result, and the word read. */
  const again = (a0: Word, word: Word, ...middle: [Operation, Word][]): Run => {
    const calls: [Operation, Word][] = [
      page2,
      [call('open', F, making), 3],
      [call('fwrite', 3, F, 4), 4],
      [call('sync'), 0],
      [call('dup', 3), error('EIO')],
      [call('open', F, readWrite), 7],
      ...middle,
      [call('read', 7, 0x2000, 4), a0],
    ];
    let run = started([calls.map(([operation]) => operation)], { faults });
    for (const [, result] of calls.slice(0, -1)) run = run.calls(1).back(1, { a0: result });
    return run.calls(1).back(1, { a0, view: [holding(word === 0 ? {} : { 0: word }, 2)] });
  };

  test('keeps the contents of what was synced: reads and stat show them again', () => {
    const written = 0x662f; // "/f", and two zeros
    expect(again(4, written).violation).toBeUndefined();
    expect(again(2, written).violation).toBeUndefined();
    expect(again(0, 0).clause).toBe('wrong-result-files');
    expect(again(5, written).clause).toBe('wrong-result-files');
    expect(again(4, 0).clause).toBe('file-contents-differ');
    expect(again(4, 0x662e).clause).toBe('file-contents-differ');
    expect(again(error('EIO'), 0).violation).toBeUndefined();
    expect(again(4, written, [call('read', 7, 0x2000, 2), 2]).clause).toBe('wrong-result-files');
    expect(again(0, 0, [call('read', 7, 0x2000, 4), 4]).violation).toBeUndefined();
  });

  test('says nothing of what may have changed since, or is open no more', () => {
    const other: readonly [Operation, Word][] = [
      [call('fwrite', 7, G, 1), 1],
      [call('seek', 7, 1, 0), 1],
      [call('truncate', 7, 0), 0],
      [call('close', 5), error('EIO')],
    ];
    for (const middle of other) expect(again(4, 0, middle).violation).toBeUndefined();
  });

  test('is not excused where the workload has no fault for it', () => {
    const other = [{ service: 'network', request: 0, kind: 'silence' }] as const;
    const run = started([[call('bind', 7), call('open', F, making)]], { faults: other })
      .calls(1)
      .back(1, { a0: error('EIO') })
      .calls(1);
    expect(run.violation).toBeUndefined();
    expect(run.back(1, { a0: error('EIO') }).clause).toBe('wrong-result-files');
  });
});

test('states with other files have other keys', () => {
  const first = told(page3, [call('open', F, making), 3], [call('open', DF, 0), error('ENOENT')]);
  const second = told(page3, [call('open', F, making), 3], [call('open', G, 0), error('ENOENT')]);
  const third = told(page3, [call('open', G, making), 3], [call('open', F, 0), error('ENOENT')]);
  expect(keyOf(third.state)).not.toEqual(keyOf(second.state));
  expect(first.violation ?? second.violation ?? third.violation).toBeUndefined();
});
