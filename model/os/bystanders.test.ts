import { describe, expect, test } from 'vitest';
import { INPUT_CALL } from '../../spec/calls/terminal.ts';
import { textAddress, USER_TEXT } from '../../spec/layout.ts';
import {
  type Operation,
  type ServiceFault,
  WORKLOAD_FORMAT,
  type Workload,
} from '../../spec/workload.ts';
import { bystandersOf } from './bystanders.ts';

const call = (name: Extract<Operation, { op: 'call' }>['call'], ...args: number[]): Operation => ({
  op: 'call',
  call: name,
  args,
});
const FILES: ServiceFault = { service: 'files', request: 0, kind: 'silence' };
const opens = [call('open', textAddress(0), 0)];

const workloadOf = (
  programs: readonly (readonly Operation[])[],
  over: Partial<Workload> = {},
): Workload => ({
  format: WORKLOAD_FORMAT,
  harts: 1,
  frames: 32,
  tlbEntries: 8,
  ipiDelay: 0,
  programs: programs.map((body) => ({ bodies: [body] })),
  start: programs.map((_, index) => index),
  schedule: [],
  interrupts: [],
  faults: [FILES],
  steps: 100,
  ...over,
});

const NAMES = ['files', 'disk', 'console', 'network', 'memory'];
const servicesOf = (inside: readonly string[] = []) => ({
  services: NAMES.map((name) => ({
    name,
    placement: inside.includes(name) ? ('kernel' as const) : ('user' as const),
    devices: [],
  })),
});

const isBystander = (body: readonly Operation[], over: Partial<Workload> = {}): boolean =>
  bystandersOf(workloadOf([opens, body], over), servicesOf()).includes(2);

describe('a bystander of a fault', () => {
  test('is who uses no service, or another one', () => {
    const computes: Operation[] = [
      { op: 'set', rd: 'a0', value: 1 },
      call('yield'),
      call(99),
      call('exit', 0),
    ];
    expect(isBystander(computes)).toBe(true);
    expect(isBystander([call('map', 0x2000, 6), call('write', 0x2000, 4)])).toBe(true);
    expect(isBystander(opens)).toBe(false);
    expect(isBystander([call(16, 0, 0)])).toBe(false);
  });

  test('uses no service that goes wrong, not even through another one', () => {
    const at = (service: string) => ({ faults: [{ ...FILES, service }] });
    const maps = [call('map', 0x2000, 6)];
    expect([isBystander(maps, at('disk')), isBystander(maps, at('memory'))]).toEqual([true, false]);
    expect(isBystander([call('write', USER_TEXT, 4)], at('console'))).toBe(false);
    const stuck = { devices: { diskLatency: 1, networkLatency: 1, diskStuckAfter: 0 } };
    const opening = workloadOf([opens], { ...at('network'), ...stuck });
    expect(bystandersOf(opening, servicesOf())).toEqual([]);
  });

  test.each([
    ['makes tasks', call('spawn', 0)],
    ['deals with tasks', call('kill', 1)],
    ['waits for datagrams', call('bind', 1)],
    ['reads what is typed', call(INPUT_CALL, 0, 0)],
    ['executes what it has stored', call('protect', 0x2000, 10)],
  ])('is nobody who %s', (_, operation) => {
    expect(isBystander([operation])).toBe(false);
  });

  test('has the file system for itself where it uses that', () => {
    const network = [{ ...FILES, service: 'network' }];
    const spawns = [call('spawn', 1)];
    const bystanders = (
      programs: readonly (readonly Operation[])[],
      start = programs.map((_, index) => index),
    ) => bystandersOf(workloadOf(programs, { faults: network, start }), servicesOf());
    expect(bystanders([[], opens])).toEqual([1, 2]);
    expect(bystanders([opens, opens])).toEqual([]);
    expect(bystanders([opens], [0, 0])).toEqual([]);
    expect(bystanders([spawns, opens])).toEqual([]);
  });

  test('is only where every service that goes wrong is in user space', () => {
    const workload = workloadOf([opens, []]);
    expect(bystandersOf(workload, servicesOf())).toEqual([2]);
    expect(bystandersOf(workload, servicesOf(['files']))).toEqual([]);
    expect(bystandersOf(workloadOf([opens, []], { faults: [] }), servicesOf())).toEqual([]);
  });
});
