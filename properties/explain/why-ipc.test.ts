import { expect, test } from 'vitest';
import { call, Run, workload } from '../../model/os/testing.ts';
import type { Replay } from './replay.ts';
import { ipcText, whyIpc, whyReach } from './why-ipc.ts';

/** Task 1 holds an endpoint and a badged capability to it; tasks 2 and 3 are its threads. */
const told = (second: string, ...more: string[]): Run => {
  const bodies = [
    [
      call('endpoint'),
      call('mint', 0, 1, 9),
      call('notify', 1),
      call('thread', 0x1100),
      call('thread', 0x1200),
      ...more.map((name) => call(name, 0)),
      call('yield'),
    ],
    [call(second, 1, 7, 8)],
    [call('receive', 0)],
  ];
  const run = new Run(workload(1, bodies)).wake().back(1);
  for (const a0 of [0, 1, 0, 2, 3]) run.calls(1).back(1, { a0 });
  return run;
};

test('messages are told as capabilities, who waits, and what is queued', () => {
  const run = told('send').calls(1).back(2);
  run.calls(2).back(1, { a0: 0 });
  expect(run.violation).toBeUndefined();
  expect(whyIpc(run).table.slice(1)).toEqual([
    ['task 1, 2, 3, slot 0', 'endpoint 1, may send, receive, give'],
    ['task 1, 2, 3, slot 1', 'endpoint 1, may send, badge 9; from task 1, 2, 3, slot 0'],
    ['task 2', 'waits to be received at endpoint 1'],
    ['endpoint 1', 'notifications 0x200'],
    ['', 'task 2: badge 9, 0x7, 0x8'],
  ]);
});

test('who waits is told by what it waits for', () => {
  const run = told('call', 'receive', 'receive').calls(1);
  const textOf = (tid: number): string | undefined => {
    const task = run.state.tasks.get(tid);
    return task && ipcText(run.state, task);
  };
  expect(textOf(1)).toBe('in its receive');
  run
    .back(1, { a0: 0x4000_0000, registers: { 11: 0x200, 12: 0 } })
    .calls(1)
    .back(2);
  expect(textOf(1)).toBe('waits for a message at endpoint 1');
  run.calls(2).back(3);
  expect([textOf(1), textOf(2), textOf(3)]).toEqual([
    'its receive has ended: runnable',
    'waits for the reply of task 1',
    undefined,
  ]);
});

test('a service that reaches too far is told by the frame', () => {
  const replay = { rows: [] as Replay['rows'] } as Replay;
  const observed = 'its page table gives it rw at 0x90000000, to frame 12: a page table';
  expect(whyReach(replay, { frame: 12, observed })).toEqual({
    table: [],
    text: `A service in user space is given its own segment and the registers of its devices. Here ${observed}.`,
  });
});
