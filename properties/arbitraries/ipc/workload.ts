/**
 * Workloads about messages: a parent that makes endpoints, derives capabilities and gives them away, threads and
 * children that send, receive, call and reply, and tasks that are killed in the middle of it.
 *
 * Slots, tids and words are small numbers, so that calls often fit each other; what is refused is as good as what
 * works. Capabilities are handed out first, most of the time: without them nobody meets.
 */
import fc from 'fast-check';
import { type IpcCallName, NOTIFICATION } from '../../../spec/calls/ipc.ts';
import { type Operation, WORKLOAD_FORMAT, type Workload } from '../../../spec/workload.ts';
import { type WorkloadConstraints, withDefaults } from '../constraints.ts';

const call = (
  name: IpcCallName | 'yield' | 'kill' | 'wait' | 'exit',
  ...args: number[]
): Operation => ({
  op: 'call',
  call: name,
  args,
});

const slot = fc.oneof(
  { weight: 24, arbitrary: fc.constantFrom(0, 0, 0, 0, 0, 1, 1, 2) },
  { weight: 1, arbitrary: fc.constantFrom(15, 16, NOTIFICATION) },
);
const rights = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(7, 7, 3, 3, 6, 2, 1, 5) },
  { weight: 1, arbitrary: fc.nat(9) },
);
const badge = fc.constantFrom(0, 0, 1, 33, 255, 256);
const tid = fc.constantFrom(2, 2, 3, 3, 1, 4, 5);
const word = fc.constantFrom(7, 8, 0xffff_ffff);

const two = (name: 'send' | 'call'): fc.Arbitrary<Operation> =>
  fc.tuple(slot, word, word).map((args) => call(name, ...args));

const act: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: two('send') },
  { weight: 4, arbitrary: two('call') },
  { weight: 6, arbitrary: slot.map((place) => call('receive', place)) },
  { weight: 4, arbitrary: fc.tuple(word, word).map((args) => call('reply', ...args)) },
  {
    weight: 3,
    arbitrary: fc.tuple(slot, word, word).map((args) => call('replyReceive', ...args)),
  },
  { weight: 2, arbitrary: slot.map((place) => call('notify', place)) },
  { weight: 2, arbitrary: fc.constant(call('endpoint')) },
  { weight: 3, arbitrary: fc.tuple(slot, rights, badge).map((args) => call('mint', ...args)) },
  { weight: 3, arbitrary: fc.tuple(slot, tid).map((args) => call('give', ...args)) },
  { weight: 2, arbitrary: slot.map((place) => call('drop', place)) },
  { weight: 2, arbitrary: slot.map((place) => call('revoke', place)) },
  { weight: 2, arbitrary: fc.constant(call('yield')) },
  { weight: 1, arbitrary: tid.map((task) => call('kill', task)) },
  { weight: 1, arbitrary: tid.map((task) => call('wait', task)) },
  { weight: 1, arbitrary: fc.constant(call('exit', 0)) },
);

/** Some of anything; or mostly one side of a conversation. */
const mixed = fc.array(act, { maxLength: 9 });
const side = (...lines: readonly fc.Arbitrary<readonly Operation[]>[]): fc.Arbitrary<Operation[]> =>
  fc
    .array(
      fc.oneof(...lines.map((arbitrary) => ({ weight: 6, arbitrary })), {
        weight: 1,
        arbitrary: act.map((one) => [one]),
      }),
      { minLength: 1, maxLength: 5 },
    )
    .map((parts) => parts.flat());
const answering = fc
  .tuple(slot, word, word)
  .map(([place, ...words]) => [call('receive', place), call('reply', ...words)]);
const serving = fc.tuple(slot, word, word).map((args) => [call('replyReceive', ...args)]);
const server = side(
  answering,
  serving,
  slot.map((place) => [call('receive', place)]),
);
const client = side(
  two('call').map((one) => [one]),
  two('call').map((one) => [one]),
  two('send').map((one) => [one]),
  slot.map((place) => [call('notify', place)]),
);
/** Lets the others begin first, or not. */
const body = fc
  .tuple(fc.nat(3), fc.oneof(mixed, server, client))
  .map(([turns, rest]) => [...Array.from({ length: turns }, () => call('yield')), ...rest]);
/** What a parent does to those that wait: kills one, takes away what it was given, or what it has. */
const ending = fc
  .array(
    fc.oneof(
      fc.constant(call('yield')),
      tid.map((task) => call('kill', task)),
      slot.map((place) => call('revoke', place)),
      // The second time there is nothing.
      slot.map((place) => call('drop', place)),
      fc.constantFrom(3, 4, 15).map((place) => call('drop', place)),
      fc.constant(call('receive', 0)),
    ),
    { maxLength: 5 },
  )
  .map((steps) => [...steps, call('exit', 0)]);
const thread = (index: number): Operation => ({
  op: 'call',
  call: 'thread',
  args: [0x1000 + index * 0x100],
});
const spawn: Operation = { op: 'call', call: 'spawn', args: [1] };

/** An endpoint, children, and what they are given; the threads come last, so that they find it all. */
const beginning = fc
  .record({ badge, rights, children: fc.integer({ min: 1, max: 2 }), threads: fc.nat(2) })
  .map(({ badge: mark, rights: given, children, threads }): Operation[] => [
    call('endpoint'),
    call('mint', 0, given | 4, mark % 256),
    ...(mark === 1 ? [call('mint', 1, 7, 1)] : []), // more rights than it has, or as many
    ...Array.from({ length: children }, () => spawn),
    ...Array.from({ length: children }, (_, index) =>
      call('give', index % 2 === 0 ? 1 : 0, index + 2),
    ),
    ...Array.from({ length: threads }, (_, index) => thread(index + 1)),
  ]);

const YIELDS = [call('yield'), call('yield'), call('yield')];

/**
 * Two children call, and the parent receives both calls before it replies, or it kills one that waits; or it
 * takes the endpoint away from them, also from one that has its reply and calls again. Or it notifies itself with two
 * badges before it looks.
 */
const scene = fc
  .constantFrom(
    [call('receive', 0), call('receive', 0)],
    [call('receive', 0), call('receive', 0)],
    [call('receive', 0), call('replyReceive', 0, 8, 7)],
    [call('receive', 0), call('receive', 0), call('kill', 3), call('kill', 2)],
    [call('receive', 0), call('receive', 0), call('kill', 2), call('kill', 3)],
    [call('kill', 2), call('receive', 0)],
    [call('receive', 0), call('kill', 2)],
    [call('receive', 0), call('kill', 2), call('kill', 3)],
    [call('revoke', 0)],
    [call('receive', 0), call('call', 0, 7, 8)],
    [call('call', 0, 7, 8)],
    [call('receive', 0), call('revoke', 0)],
    [call('receive', 0), call('revoke', 0)],
    [call('notify', 0), call('notify', 0), call('receive', 0)],
    [
      call('mint', 0, 7, 18),
      call('mint', 0, 7, 33),
      call('notify', 2),
      call('notify', 3),
      call('receive', 0),
    ],
  )
  .map((steps): Operation[] => [...YIELDS, ...steps, call('reply', 7, 8)]);

/** Parent and threads drop the same slots, in the same order, each on its hart. */
const contested = fc
  .array(fc.constantFrom(0, 1, 1, 2, 3), { minLength: 2, maxLength: 6 })
  .map((slots) => slots.map((place) => call('drop', place)));

const anybody = fc.tuple(body, fc.tuple(body, body));
/** What a child does after its first call shows whether it still may. */
const again = fc.constantFrom(call('call', 0, 7, 8), call('call', 0, 7, 8), call('notify', 0));
const staged = fc
  .tuple(scene, again)
  .map(([first, next]): [Operation[], [Operation[], Operation[]]] => [
    first,
    [[call('call', 0, 7, 8), next, call('exit', 0)], [call('exit', 0)]],
  ]);

type Bodies = [Operation[], Operation[]];
const contest = ([drops, children]: [Operation[], Bodies]): [[Operation[], Bodies], Bodies] => [
  [drops, children],
  [drops, drops],
];

/** @param constraints how many harts, and how late their interrupts, at most */
export const ipcWorkloadArbitrary = (
  constraints: Partial<WorkloadConstraints> = {},
): fc.Arbitrary<Workload> => {
  const { maxHarts, maxIpiDelay } = withDefaults(constraints);
  return anyWorkload.map((workload) => {
    const harts = Math.min(workload.harts, maxHarts);
    return {
      ...workload,
      harts,
      ipiDelay: Math.min(workload.ipiDelay, maxIpiDelay),
      schedule: workload.schedule.map((hart) => hart % harts),
      interrupts: workload.interrupts.map(({ hart, after }) => ({ hart: hart % harts, after })),
    };
  });
};

const anyWorkload: fc.Arbitrary<Workload> = fc
  .record({
    harts: fc.constantFrom(1, 1, 2, 3),
    opening: beginning,
    main: fc.oneof(
      { weight: 5, arbitrary: fc.tuple(anybody, fc.tuple(body, body)) },
      { weight: 9, arbitrary: fc.tuple(staged, fc.tuple(body, body)) },
      { weight: 1, arbitrary: fc.tuple(contested, fc.tuple(body, body)).map(contest) },
    ),
    last: ending,
    schedule: fc.array(fc.nat(2), { maxLength: 30 }),
    interrupts: fc.array(fc.record({ hart: fc.nat(2), after: fc.nat(20) }), { maxLength: 3 }),
    ipiDelay: fc.constantFrom(0, 0, 3),
  })
  .map(
    ({ harts, opening, main: [[first, child], rest], last, schedule, interrupts, ipiDelay }) => ({
      format: WORKLOAD_FORMAT,
      harts,
      frames: 48,
      tlbEntries: 8,
      ipiDelay,
      programs: [{ bodies: [[...opening, ...first, ...last], ...rest] }, { bodies: child }],
      start: [0],
      schedule: schedule.map((hart) => hart % harts),
      interrupts: interrupts.map(({ hart, after }) => ({ hart: hart % harts, after })),
      steps: 600,
    }),
  );
