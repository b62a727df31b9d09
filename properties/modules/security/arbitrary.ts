/** Worlds with security modules, and requests of which they refuse some. */
import fc from 'fast-check';
import { EXTENSION_POINTS, guardRequest } from '../../../spec/extensions.ts';
import { KLD_POLICY, LINUX_POLICY, type ModuleOperation } from '../../../spec/modules.ts';
import { DatagramRequest, packetRequest } from '../../../spec/packets.ts';
import {
  EnforcementRequest,
  enforcementRequest,
  PathRequest,
  pathRequest,
} from '../../../spec/security.ts';
import { MAGIC_CLOSE, watchdogRequest } from '../../../spec/softdog.ts';
import type { ModuleCase } from '../arbitrary.ts';
import {
  begin,
  bringUp,
  commit,
  datagram,
  dropByPolicy,
  moduleWith,
  NOTHING,
  packet,
  takeDown,
  use,
} from '../filter/operations.ts';
import type { ModuleWorld } from '../world.ts';

/** The security modules; without an exit such a one can never be unloaded. */
const GUARDS = ['types', 'paths'] as const;
const OTHERS = ['dog', 'udp', 'filter'] as const;

const worldArbitrary: fc.Arbitrary<ModuleWorld> = fc
  .tuple(
    fc.constantFrom(LINUX_POLICY, LINUX_POLICY, KLD_POLICY),
    fc.constantFrom(true, true, true, false),
  )
  .map(([policy, exit]) => ({
    files: [
      { ...moduleWith('types', 'capability-lsm'), exit },
      moduleWith('paths', 'path-lsm'),
      moduleWith('dog', 'softdog'),
      moduleWith('udp', 'datagram-protocol'),
      moduleWith('filter', 'ip-tables'),
    ],
    settings: {
      policy,
      vermagic: '6.1',
      enforceSignatures: false,
      disabled: false,
      blacklist: [],
      kernelExports: [],
    },
    pages: 24,
  }));

const task = fc.constantFrom(1, 1, 2, 3, 0, 40);
const wanted = fc.nat(3);

// ---- requests that are guarded

const watchdog = fc
  .tuple(wanted, fc.constantFrom(0, 1, 2, 2), fc.constantFrom(MAGIC_CLOSE, MAGIC_CLOSE, 0), task)
  .map(
    ([op, ticks, argument, caller]): ModuleOperation => ({
      op: 'ask',
      point: 'device',
      request: watchdogRequest(op, ticks),
      argument,
      caller,
    }),
  );
/** Nobody has registered there: only a refusal is told in another way. */
const file = fc.tuple(fc.nat(2), wanted, fc.nat(3), task).map(
  ([key, op, argument, caller]): ModuleOperation => ({
    op: 'ask',
    point: 'filesystem',
    request: ((key << 24) | (op << 20)) >>> 0,
    argument,
    caller,
  }),
);
const host = fc.constantFrom(1, 1, 2);
const packetText = fc.record({
  chain: fc.constantFrom(0, 0, 1, 2),
  protocol: fc.constantFrom(1, 1, 2, 3),
  source: host,
  destination: host,
  port: fc.constantFrom(7, 9),
  byte: fc.nat(255),
});
const anyPacket = fc.tuple(packetText, task).map(([it, caller]) => packet(it, caller));
const datagrams = fc
  .tuple(
    fc.constantFrom<keyof typeof DatagramRequest>('send', 'send', 'arrive', 'bind', 'receive'),
    packetText,
    task,
  )
  .map(([op, it, caller]) => datagram('udp', DatagramRequest[op], it, caller));
const requests = fc.array(fc.oneof(watchdog, watchdog, file, anyPacket, datagrams), {
  minLength: 2,
  maxLength: 6,
});

// ---- what security modules are told

const point = fc.constantFrom(0, 0, 1, 2, 2);
const enforcement = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(fc.constantFrom(1, 2, 1, 2, 3, 0, 4), task)
      .map(([type, it]) => enforcementRequest(EnforcementRequest.label, type, 0, 0, it)),
  },
  {
    weight: 24,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          EnforcementRequest.allow,
          EnforcementRequest.allow,
          EnforcementRequest.revoke,
        ),
        fc.constantFrom(1, 1, 2, 3, 0),
        point,
        wanted,
      )
      .map(([op, type, where, what]) => enforcementRequest(op, type, where, what)),
  },
  { weight: 10, arbitrary: fc.constant(enforcementRequest(EnforcementRequest.asked)) },
  { weight: 1, arbitrary: fc.constant(enforcementRequest(EnforcementRequest.seal)) },
);

/** Of something that may really be asked, the first bits. */
const prefix = fc
  .tuple(point, fc.nat(2), wanted, fc.constantFrom(0, 4, 8, 8, 12, 12, 20, 28))
  .map(([where, key, what, bits]) => {
    const at = EXTENSION_POINTS[where] ?? 'device';
    const asked =
      at === 'packet'
        ? packetRequest(key, what, 1, 1)
        : at === 'device'
          ? watchdogRequest(what, key)
          : (key << 24) | (what << 20);
    const mask = bits === 0 ? 0 : -1 << (32 - bits);
    return { bits, word: (guardRequest(at, asked) & mask) >>> 0 };
  });
const paths = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(prefix, fc.constantFrom(true, false, false))
      .map(([{ bits, word }, allowed]) =>
        use('paths', pathRequest(PathRequest.add, bits, allowed), word),
      ),
  },
  {
    weight: 3,
    arbitrary: prefix.map(({ bits, word }) =>
      use('paths', pathRequest(PathRequest.remove, bits), word),
    ),
  },
  { weight: 2, arbitrary: fc.constant(use('paths', pathRequest(PathRequest.refusals))) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(0, 0, 1)
      .map((mode) => use('paths', pathRequest(PathRequest.complain), mode)),
  },
  { weight: 1, arbitrary: fc.constant(use('paths', pathRequest(PathRequest.add, 4), 1)) },
);
const policies = fc.array(
  fc.oneof(
    enforcement.map((request) => use('types', request)),
    paths,
  ),
  { minLength: 2, maxLength: 6 },
);

/** A task is allowed something, and asks for it before and after. */
const grant = fc
  .tuple(fc.constantFrom(1, 2, 3), fc.constantFrom(1, 2, 3), wanted, fc.boolean())
  .map(([type, caller, what, revokes]): ModuleOperation[] => {
    const request = watchdogRequest(what, 2);
    const asks: ModuleOperation = { op: 'ask', point: 'device', request, argument: 0, caller };
    const rule = (op: number): ModuleOperation =>
      use('types', enforcementRequest(op, type, 0, what));
    return [
      use('types', enforcementRequest(EnforcementRequest.label, type, 0, 0, caller)),
      asks,
      rule(EnforcementRequest.allow),
      asks,
      ...(revokes ? [rule(EnforcementRequest.revoke), asks] : []),
    ];
  });

// ---- all together

const ticks = fc
  .integer({ min: 1, max: 3 })
  .map((times) => Array.from({ length: times }, (): ModuleOperation => ({ op: 'tick' })));
/** What goes out is dropped, or goes on again. */
const policy = fc
  .boolean()
  .map((drops) => [
    begin('filter'),
    ...(drops ? [dropByPolicy('filter', 2)] : []),
    commit('filter'),
  ]);
const name = fc.constantFrom(...GUARDS, ...OTHERS);
const part = fc.oneof(
  { weight: 8, arbitrary: requests },
  { weight: 6, arbitrary: policies },
  { weight: 3, arbitrary: grant },
  { weight: 2, arbitrary: ticks },
  { weight: 1, arbitrary: policy },
  { weight: 1, arbitrary: name.map(takeDown) },
  { weight: 2, arbitrary: name.map(bringUp) },
);

const CLEARING = [...OTHERS, ...GUARDS].flatMap(takeDown);
const orderArbitrary = fc.constantFrom<readonly (typeof GUARDS)[number][]>(
  ['types', 'paths'],
  ['paths', 'types'],
);

export const securityCaseArbitrary: fc.Arbitrary<ModuleCase> = fc
  .tuple(
    worldArbitrary,
    orderArbitrary,
    fc.array(part, { minLength: 6, maxLength: 16 }),
    fc.boolean(),
  )
  .map(([world, order, parts, clears]) => ({
    world,
    operations: [
      NOTHING,
      ...[...order, ...OTHERS].flatMap(bringUp),
      ...parts.flat(),
      ...(clears ? CLEARING : []),
      { op: 'tick' },
    ],
  }));

export interface OrderCase {
  readonly world: ModuleWorld;
  /** What is done once both are there, in whichever order. */
  readonly operations: readonly ModuleOperation[];
}
/** Both security modules stay; nobody asks how often they were asked. */
export const orderCaseArbitrary: fc.Arbitrary<OrderCase> = fc
  .tuple(
    worldArbitrary,
    fc.array(fc.oneof(requests, policies, ticks), { minLength: 4, maxLength: 12 }),
  )
  .map(([world, parts]) => ({ world, operations: parts.flat() }));

export const bothGuards = (first: 'types' | 'paths'): ModuleOperation[] => [
  NOTHING,
  ...(first === 'types' ? [...GUARDS] : [...GUARDS].reverse()).flatMap(bringUp),
  ...OTHERS.flatMap(bringUp),
];
