/** Runs with messages, told by hand: what is accepted, and which clause is broken by what is not. */
import { describe, expect, test } from 'vitest';
import { MAX_CAPABILITIES, NOTIFICATION, Right } from '../../../spec/calls/ipc.ts';
import { Errno } from '../../../spec/errno.ts';
import type { Clause } from '../../../spec/properties.ts';
import { A0, Cause, type Word } from '../../../spec/riscv.ts';
import { TRANSITION_NAMES, type Transition } from '../../../spec/transitions.ts';
import type { Operation } from '../../../spec/workload.ts';
import { copyState } from '../copy.ts';
import { broken } from '../invariants.ts';
import { keyOf } from '../key.ts';
import { call, Run, workload } from '../testing.ts';

const { send, receive, give } = Right;
const error = (name: keyof typeof Errno): Word => -Errno[name] >>> 0;

const message = (
  a0: Word,
  first: Word,
  second: Word,
): { a0: Word; registers: Record<number, Word> } => ({
  a0,
  registers: { [A0 + 1]: first, [A0 + 2]: second },
});

/** Task 1 runs body 0, and has started a thread for each other body: tasks 2, 3, … */
const threads = (harts: number, first: Operation[], ...others: Operation[][]): Run => {
  const starting = others.map((_, index) => call('thread', 0x1100 + index * 0x100));
  const run = new Run(workload(harts, [[...starting, ...first], ...others])).wake().back(1);
  for (const [index] of others.entries()) run.calls(1).back(1, { a0: index + 2 });
  return run;
};

/** Task 1 makes an endpoint, and starts task 2 in a space of its own, which is given it with these rights. */
const family = (rights: number, first: Operation[], second: Operation[], badge = 5): Run => {
  const own = [
    call('endpoint'),
    call('mint', 0, rights, badge),
    call('spawn', 1),
    call('give', 1, 2),
    ...first,
  ];
  const run = new Run({
    ...workload(1, []),
    programs: [{ bodies: [own] }, { bodies: [second] }],
  });
  run.wake().back(1).calls(1).back(1, { a0: 0 }).calls(1).back(1, { a0: 1 });
  return run.calls(1).back(1, { a0: 2 }).calls(1).back(1, { a0: 0 });
};

const taken = (run: Run, transition: Transition): number =>
  run.state.taken[TRANSITION_NAMES.indexOf(transition)] ?? 0;

const fine = (run: Run, ...transitions: Transition[]): void => {
  expect(run.violation).toBeUndefined();
  expect(broken(run.state)).toEqual([]);
  for (const transition of transitions)
    expect([transition, taken(run, transition)]).not.toContain(0);
};

describe('a message', () => {
  test('is received by who came first', () => {
    const run = family(send | give, [call('receive', 0)], [call('send', 0, 7, 8)])
      .calls(1)
      .back(2)
      .calls(2)
      .back(2, { a0: 0 })
      .trap(2, Cause.timerInterrupt)
      .back(1, message(5, 7, 8));
    fine(run, 'rendezvousReceiverFirst', 'badgeSeen', 'send', 'receive');
  });

  test('waits until it is received', () => {
    const run = family(send | give, [call('yield'), call('receive', 0)], [call('send', 0, 7, 8)])
      .calls(1)
      .back(2)
      .calls(2)
      .back(1, { a0: 0 })
      .calls(1)
      .back(1, message(5, 7, 8))
      .trap(1, Cause.timerInterrupt)
      .back(2, { a0: 0 });
    fine(run, 'rendezvousSenderFirst');
  });

  test('goes with a call, and its reply comes back', () => {
    const run = family(
      send | give,
      [call('receive', 0), call('reply', 3, 4), call('reply', 3, 4)],
      [call('call', 0, 7, 8)],
    )
      .calls(1)
      .back(2)
      .calls(2)
      .back(1, message(5, 7, 8))
      .calls(1)
      .back(1, { a0: 0 })
      .calls(1)
      .back(2, message(0, 3, 4))
      .trap(2, Cause.timerInterrupt)
      .back(1, { a0: error('EINVAL') });
    fine(run, 'call', 'callReplied', 'replyRefused');
  });

  test('is served in the order in which senders came', () => {
    const given = (second: Word): Run =>
      threads(
        1,
        [call('endpoint'), call('yield'), call('receive', 0), call('receive', 0)],
        [call('send', 0, 7, 0)],
        [call('send', 0, 8, 0)],
      )
        .calls(1)
        .back(1, { a0: 0 })
        .calls(1)
        .back(2)
        .calls(2)
        .back(3)
        .calls(3)
        .back(1, { a0: 0 })
        .calls(1)
        .back(1, message(0, second, 0));
    fine(
      given(7)
        .calls(1)
        .back(1, message(0, 8, 0)),
      'sendersQueued',
    );
    expect(given(8).clause).toBe('message-out-of-order');
    expect(given(9).clause).toBe('message-differs');
  });
});

describe('notifications', () => {
  test('gather until somebody receives, and go before messages', () => {
    const run = threads(
      1,
      [
        call('endpoint'),
        call('mint', 0, 3, 4),
        call('notify', 0),
        call('notify', 1),
        call('yield'),
        call('receive', 0),
      ],
      [call('send', 0, 7, 7)],
    );
    for (const a0 of [0, 1, 0, 0]) run.calls(1).back(1, { a0 });
    run.calls(1).back(2).calls(2).back(1, { a0: 0 });
    fine(run.calls(1).back(1, message(NOTIFICATION, 0b1_0001, 0)), 'notificationsMerged', 'notify');
  });

  test('wake who waits', () => {
    const run = threads(1, [call('endpoint'), call('receive', 0)], [call('notify', 0)])
      .calls(1)
      .back(1, { a0: 0 })
      .calls(1)
      .back(2)
      .calls(2)
      .back(1, message(NOTIFICATION, 1, 0));
    fine(run);
  });
});

describe('capabilities', () => {
  test('go into the lowest empty slot, with fewer rights, and back', () => {
    const run = threads(1, [
      call('endpoint'),
      call('mint', 0, send, 0),
      call('mint', 0, receive, 9),
      call('drop', 1),
      call('mint', 2, receive, 0),
      call('mint', 1, receive, 3),
      call('mint', 1, send, 0),
      call('mint', 0, 8, 256),
      call('mint', 7, 8, 0),
      call('revoke', 0),
      call('send', 2, 0, 0),
      call('revoke', 2),
      call('drop', 99),
    ]);
    const results = [
      0,
      1,
      2,
      0,
      1,
      'EPERM',
      'EPERM',
      'EINVAL',
      'EBADF',
      0,
      'EBADF',
      'EBADF',
      'EBADF',
    ];
    for (const result of results) {
      const a0 = typeof result === 'number' ? result : error(result as keyof typeof Errno);
      run.calls(1).back(1, { a0 });
    }
    fine(run, 'mint', 'rightsRefused', 'revoke', 'revokedRefused', 'drop', 'dropRefused');
  });

  test('belong to a space, and are given to children only', () => {
    const run = family(
      send | receive,
      [call('give', 1, 2), call('give', 0, 9), call('give', 0, 1), call('give', 9, 9)],
      [call('give', 0, 1), call('receive', 0)],
    );
    // With the right to give it missing, the first give has already failed.
    expect(run.violation?.expected).toContain('-EPERM');
    const other = family(
      send | give,
      [call('give', 0, 9), call('give', 0, 1), call('give', 9, 9)],
      [call('give', 0, 1), call('receive', 0), call('notify', 3)],
    )
      .calls(1)
      .back(1, { a0: error('ESRCH') })
      .calls(1)
      .back(1, { a0: error('EPERM') })
      .calls(1)
      .back(2);
    for (let i = 0; i < 2; i++) other.calls(2).back(2, { a0: error('EPERM') });
    fine(other.calls(2).back(1, { a0: error('EBADF') }), 'giveRefused', 'forgeryRefused');
  });

  test('fill a table, and the kernel’s room', () => {
    const run = threads(1, [
      call('endpoint'),
      ...Array.from({ length: MAX_CAPABILITIES }, () => call('mint', 0, send, 0)),
      call('endpoint'),
      call('give', 0, 1),
    ]);
    for (let slot = 0; slot < MAX_CAPABILITIES; slot++) run.calls(1).back(1, { a0: slot });
    run.calls(1).back(1, { a0: error('EMFILE') });
    run.calls(1).back(1, { a0: error('EMFILE') });
    fine(run.calls(1).back(1, { a0: error('EPERM') }), 'mintRefused', 'endpointRefused');
  });
});

describe('room for endpoints', () => {
  /** Task 1 has made 16 endpoints, and task 2, its child, makes one more. */
  const full = (): Run => {
    const making = Array.from({ length: 16 }, () => call('endpoint'));
    const run = new Run({
      ...workload(1, []),
      programs: [
        { bodies: [[...making, call('yield')]] },
        { bodies: [[call('endpoint'), call('drop', 0)]] },
      ],
      start: [0, 1],
    });
    run.wake().back(1);
    for (let slot = 0; slot < 16; slot++) run.calls(1).back(1, { a0: slot });
    return run.calls(1).back(2);
  };

  test('may be lacking only beyond the budget', () => {
    fine(full().calls(2).back(2, { a0: 0 }));
    fine(
      full()
        .calls(2)
        .back(2, { a0: error('ENOMEM') }),
    );
    const early = threads(1, [call('endpoint')])
      .calls(1)
      .back(1, { a0: error('ENOMEM') });
    expect(early.clause).toBe('enomem-too-early');
  });

  test('may have been lacking where the call returns later', () => {
    for (const a0 of [0, error('ENOMEM')]) {
      const run = full().calls(2).back(1, { a0: 0 });
      expect(run.judge.size).toBe(2);
      fine(run.trap(1, Cause.timerInterrupt).back(2, { a0 }));
      expect(run.judge.size).toBe(1);
    }
  });
});

describe('who waits in vain is told', () => {
  test('when the capability is revoked or dropped', () => {
    for (const [name, slot] of [
      ['revoke', 0],
      ['drop', 1],
    ] as const) {
      const run = threads(
        1,
        [call('endpoint'), call('mint', 0, 7, 0), call('yield'), call(name, slot), call('yield')],
        [call('receive', 1)],
      );
      for (const a0 of [0, 1]) run.calls(1).back(1, { a0 });
      run.calls(1).back(2).calls(2).back(1, { a0: 0 }).calls(1).back(1, { a0: 0 });
      fine(run.calls(1).back(2, { a0: error('EPIPE') }));
    }
  });

  test('when the last who could receive is gone', () => {
    const run = family(send | give, [call('yield'), call('exit', 0)], [call('send', 0, 1, 1)])
      .calls(1)
      .back(2)
      .calls(2)
      .back(1, { a0: 0 })
      .calls(1)
      .back(2, { a0: error('EPIPE') });
    fine(run, 'peerDied');
  });

  test('when nobody could receive from the beginning', () => {
    const run = threads(1, [
      call('endpoint'),
      call('mint', 0, send, 0),
      call('drop', 0),
      call('call', 1, 0, 0),
    ]);
    for (const a0 of [0, 1, 0, error('EPIPE')]) run.calls(1).back(1, { a0 });
    fine(run, 'callRefused');
  });

  const serving = (...rest: Operation[]): Run =>
    threads(
      1,
      [call('endpoint'), call('receive', 0), ...rest],
      [call('call', 0, 7, 7)],
      [call('call', 0, 8, 8)],
    )
      .calls(1)
      .back(1, { a0: 0 })
      .calls(1)
      .back(2)
      .calls(2)
      .back(1, message(0, 7, 7));

  test('when who owes the reply ends', () => {
    fine(
      serving(call('exit', 0))
        .calls(1)
        .back(2, { a0: error('EPIPE') }),
      'peerDied',
    );
  });

  test('when who owes the reply takes another call', () => {
    const run = serving(call('receive', 0), call('reply', 1, 1))
      .calls(1)
      .back(3)
      .calls(3)
      .back(1, message(0, 8, 8))
      .calls(1)
      .back(1, { a0: 0 })
      .trap(1, Cause.timerInterrupt)
      .back(2, { a0: error('EPIPE') })
      .trap(2, Cause.timerInterrupt)
      .back(3, message(0, 1, 1));
    fine(run, 'replyDropped', 'callReplied');
  });

  test('and a caller that was killed is owed nothing', () => {
    const run = serving(call('kill', 2), call('reply', 1, 1))
      .calls(1)
      .back(1, { a0: 0 })
      .calls(1)
      .back(1, { a0: error('EINVAL') });
    fine(run, 'callerDied', 'replyRefused');
  });

  test('and the reply comes though the capability is gone', () => {
    const run = serving(call('drop', 0), call('reply', 1, 1))
      .calls(1)
      .back(1, { a0: 0 })
      .calls(1)
      .back(1, { a0: 0 })
      .trap(1, Cause.timerInterrupt)
      .back(2, message(0, 1, 1));
    fine(run);
  });

  test('and a deadlock is refused', () => {
    const self = threads(1, [call('endpoint'), call('send', 0, 0, 0)])
      .calls(1)
      .back(1, { a0: 0 })
      .calls(1)
      .back(1, { a0: error('EDEADLK') });
    fine(self, 'deadlockRefused', 'sendRefused');
  });

  test('and a circle of callers is refused, not one that may still be served', () => {
    const asking = (first: Operation): Run =>
      family(
        7,
        [call('endpoint'), call('give', 2, 2), first, call('call', 2, 0, 0)],
        [call('call', 0, 7, 7)],
      )
        .calls(1)
        .back(1, { a0: 2 })
        .calls(1)
        .back(1, { a0: 1 })
        .calls(1);
    const served = asking(call('receive', 0))
      .back(2)
      .calls(2)
      .back(1, message(5, 7, 7));
    fine(served.calls(1).back(1, { a0: error('EDEADLK') }), 'deadlockRefused', 'callRefused');
    const free = asking(call('yield')).back(1, { a0: 0 }).calls(1).back(2);
    fine(free);
    expect(free.state.ipc.endpoints.get(2)?.senders).toHaveLength(1);
  });
});

describe('each clause is broken by', () => {
  const receiver = (): Run =>
    threads(1, [call('endpoint'), call('receive', 0)], [call('send', 0, 7, 8), call('yield')])
      .calls(1)
      .back(1, { a0: 0 })
      .calls(1)
      .back(2);
  const sender = (name: string, ...rest: Operation[]): Run =>
    threads(1, [call('endpoint'), call('yield'), ...rest], [call(name, 0, 7, 8)])
      .calls(1)
      .back(1, { a0: 0 })
      .calls(1)
      .back(2)
      .calls(2);
  const alone = (...operations: [Operation, Word][]): Run => {
    const run = threads(
      1,
      operations.map(([operation]) => operation),
    );
    for (const [, a0] of operations) run.calls(1).back(1, { a0 });
    return run;
  };
  const made: [Operation, Word] = [call('endpoint'), 0];
  const cases: readonly (readonly [Clause, string, () => Run])[] = [
    [
      'message-invented',
      'a receive without a message',
      () =>
        receiver()
          .trap(2, Cause.timerInterrupt)
          .back(1, message(0, 7, 8)),
    ],
    ['message-lost', 'a send that nobody has received', () => sender('send').back(2, { a0: 0 })],
    [
      'message-differs',
      'another word',
      () =>
        receiver()
          .calls(2)
          .back(1, message(0, 7, 9)),
    ],
    [
      'message-differs',
      'another badge',
      () =>
        receiver()
          .calls(2)
          .back(1, message(1, 7, 8)),
    ],
    ['reply-differs', 'a call without a reply', () => sender('call').back(2, { a0: 0 })],
    [
      'reply-differs',
      'a call that was received, without a reply',
      () => sender('call', call('receive', 0)).back(1, { a0: 0 }).calls(1).back(2, { a0: 0 }),
    ],
    [
      'reply-differs',
      'other words',
      () =>
        sender('call', call('receive', 0), call('reply', 1, 2))
          .back(1, { a0: 0 })
          .calls(1)
          .back(1, message(0, 7, 8))
          .calls(1)
          .back(2, message(0, 1, 3)),
    ],
    ['reply-differs', 'a reply to nobody', () => alone([call('reply', 1, 1), 0])],
    ['capability-forged', 'an empty slot', () => alone([call('notify', 0), 0])],
    [
      'capability-forged',
      'a right that is lacking',
      () => alone(made, [call('mint', 0, receive, 0), 1], [call('notify', 1), 0]),
    ],
    [
      'rights-grew',
      'more rights',
      () => alone(made, [call('mint', 0, send, 0), 1], [call('mint', 1, 7, 0), 2]),
    ],
    [
      'used-after-revoke',
      'a capability that was revoked',
      () =>
        alone(made, [call('mint', 0, send, 0), 1], [call('revoke', 0), 0], [call('notify', 1), 0]),
    ],
    ['wrong-peer-death', 'EPIPE for nothing', () => sender('send').back(2, { a0: error('EPIPE') })],
    [
      'wrong-peer-death',
      'no EPIPE',
      () =>
        alone(
          made,
          [call('mint', 0, send, 0), 1],
          [call('drop', 0), 0],
          [call('send', 1, 0, 0), 0],
        ),
    ],
    [
      'wrong-deadlock',
      'EDEADLK for nothing',
      () => sender('send').back(2, { a0: error('EDEADLK') }),
    ],
    ['wrong-deadlock', 'no EDEADLK', () => alone(made, [call('send', 0, 0, 0), 0])],
    ['wrong-result-ipc', 'another slot', () => alone([call('endpoint'), 3])],
    ['wrong-result-ipc', 'an error for nothing', () => alone([call('endpoint'), error('EMFILE')])],
    [
      'wrong-result-ipc',
      'another error while it waits',
      () => sender('send').back(2, { a0: error('EPERM') }),
    ],
    [
      'wrong-result-ipc',
      'another error than applies',
      () => alone([call('notify', 0), error('EPERM')]),
    ],
    ['wrong-result-ipc', 'rights that are none', () => alone(made, [call('mint', 0, 0, 0), 1])],
    [
      'registers-differ',
      'a1 changed by a call that sets none',
      () =>
        threads(1, [call('endpoint')])
          .calls(1)
          .back(1, message(0, 5, 0)),
    ],
    [
      'registers-differ',
      'a1 changed by a call that fails',
      () =>
        threads(1, [call('receive', 0)])
          .calls(1)
          .back(1, message(error('EBADF'), 5, 0)),
    ],
    [
      'wake-up-lost',
      'a receiver that is never woken',
      () => receiver().calls(2).back(2, { a0: 0 }).calls(2).idle().end(),
    ],
  ];

  test.each(cases)('%s: %s', (clause, _, run) => {
    const { violation } = run();
    expect(violation?.clause).toBe(clause);
    expect(violation?.expected).not.toBe('');
    expect(violation?.observed).not.toBe('');
  });

  test('and who waits for a message that never comes breaks none', () => {
    fine(receiver().trap(2, Cause.timerInterrupt).back(2).calls(2).back(2, { a0: 0 }));
    const waiting = threads(1, [call('endpoint'), call('receive', 0)])
      .calls(1)
      .back(1, { a0: 0 });
    fine(waiting.calls(1).idle().end());
  });
});

describe('on two harts', () => {
  /** Tasks 2 and 3 are in the kernel on harts 1 and 2, each with a message; task 1 waits on hart 0. */
  const racing = (): Run =>
    threads(
      3,
      [call('endpoint'), call('yield'), call('receive', 0), call('receive', 0)],
      [call('send', 0, 7, 0)],
      [call('send', 0, 8, 0)],
    )
      .calls(1)
      .back(1, { a0: 0 })
      .wake(1)
      .back(2, { hart: 1 })
      .wake(2)
      .back(3, { hart: 2 })
      .calls(2, 1)
      .calls(3, 2);

  test.each([
    [7, 8],
    [8, 7],
  ])('messages under way at once come in any order: %i, then %i', (first, second) => {
    const run = racing().idle(1).idle(2).calls(1).back(1, { a0: 0 });
    run.calls(1).back(1, message(0, first, 0));
    expect(run.judge.size).toBe(1);
    fine(run.calls(1).back(1, message(0, second, 0)), 'concurrentIpc');
  });

  test('no message comes twice', () => {
    const run = racing().idle(1).idle(2).calls(1).back(1, { a0: 0 });
    run
      .calls(1)
      .back(1, message(0, 7, 0))
      .calls(1)
      .back(1, message(0, 7, 0));
    expect(run.clause).toBeDefined();
  });

  test('a message may be received before its sender’s hart leaves the kernel', () => {
    const run = racing()
      .calls(1)
      .back(1, { a0: 0 })
      .calls(1)
      .back(1, message(0, 8, 0));
    fine(
      run
        .idle(2)
        .idle(1)
        .calls(1)
        .back(1, message(0, 7, 0)),
    );
  });

  test('who is killed in its call may have sent its message', () => {
    for (const sent of [true, false]) {
      const run = threads(
        2,
        [call('endpoint'), call('kill', 2), call('receive', 0)],
        [call('notify', 0)],
      )
        .calls(1)
        .back(1, { a0: 0 })
        .wake(1)
        .back(2, { hart: 1 })
        .calls(2, 1)
        .calls(1)
        .back(1, { a0: 0 })
        .idle(1);
      if (sent) fine(run.calls(1).back(1, message(NOTIFICATION, 1, 0)));
      else fine(run.calls(1).idle(0).end());
    }
  });

  test('who is killed while it runs leaves at its next trap', () => {
    const run = threads(
      2,
      [call('endpoint'), call('yield'), call('kill', 2), call('yield')],
      [call('receive', 0), { op: 'loop' }],
      [call('call', 0, 1, 2)],
    )
      .calls(1)
      .back(1, { a0: 0 })
      .wake(1)
      .back(2, { hart: 1 })
      .calls(2, 1)
      .back(3, { hart: 1 })
      .calls(3, 1)
      .back(2, { hart: 1, ...message(0, 1, 2) })
      .calls(1)
      .back(1, { a0: 0 })
      .calls(1)
      .back(1, { a0: 0 });
    expect(run.violation).toBeUndefined();
    fine(
      run.trap(2, Cause.timerInterrupt, 0, 1).back(3, { hart: 1, a0: error('EPIPE') }),
      'peerDied',
    );
  });
});

test('copies and keys follow messages', () => {
  const run = threads(
    1,
    [call('endpoint'), call('mint', 0, 7, 3), call('receive', 1)],
    [call('call', 0, 1, 2)],
  );
  const keys: string[] = [];
  const look = (): void => {
    expect(keyOf(copyState(run.state))).toEqual(keyOf(run.state));
    keys.push(keyOf(run.state).join());
  };
  look();
  run.calls(1);
  look();
  run.back(1, { a0: 0 });
  look();
  run.calls(1).back(1, { a0: 1 }).calls(1).back(2);
  look();
  run.calls(2).back(1, message(0, 1, 2));
  look();
  expect(new Set(keys).size).toBe(keys.length);
  fine(run);
});
