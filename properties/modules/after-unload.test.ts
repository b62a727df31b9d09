/** What is left behind by a module that goes, or is made to go: it really faults, or the wrong code really runs. */
import { describe, expect, test } from 'vitest';
import { callKernel } from '../../kernels/modules/program.ts';
import { softdog } from '../../kernels/modules/programs/softdog.ts';
import { Errno } from '../../spec/errno.ts';
import { EXTENSION_POINTS } from '../../spec/extensions.ts';
import { MatchKey, Target } from '../../spec/filter.ts';
import { LINUX_POLICY, type ModuleOperation } from '../../spec/modules.ts';
import { WatchdogRequest, watchdogRequest } from '../../spec/softdog.ts';
import {
  appendRule,
  begin,
  bringUp,
  commit,
  flush,
  moduleWith,
  NOTHING,
  packet,
  takeDown,
  use,
} from './filter/operations.ts';
import { filterViews } from './filter/views.ts';
import { judgeModules } from './judge.ts';
import { type Changes, type ModuleWorld, runModules } from './world.ts';

const world: ModuleWorld = {
  files: [
    moduleWith('counter', 'counter'),
    moduleWith('dog', 'softdog'),
    moduleWith('cat', 'softdog'),
    moduleWith('port', 'match-port'),
    moduleWith('filter', 'ip-tables'),
    { ...moduleWith('types', 'capability-lsm'), exit: false },
  ],
  settings: {
    policy: LINUX_POLICY,
    vermagic: '6.1',
    enforceSignatures: false,
    disabled: false,
    blacklist: [],
    kernelExports: [],
  },
  pages: 24,
};

const TICK: ModuleOperation = { op: 'tick' };
const start: ModuleOperation = {
  op: 'ask',
  point: 'device',
  request: watchdogRequest(WatchdogRequest.start, 1),
  argument: 0,
};

/** A watchdog whose exit leaves its timer armed. */
const careless: Changes = {
  programs: {
    softdog: {
      ...softdog,
      exit: () => callKernel('unregisterHook', EXTENSION_POINTS.indexOf('device')),
    },
  },
};

/** What each operation answers, and why the machine stops. */
const run = (operations: readonly ModuleOperation[], changed: Changes = {}) => {
  const answers: number[] = [];
  const stopped = runModules(
    world,
    operations,
    {
      after: (_, answer) => {
        answers.push(answer);
        return false;
      },
    },
    changed,
  );
  return { last: answers.at(-1), stopped };
};

const ARMED_AND_GONE = [...bringUp('counter'), ...bringUp('dog'), start, ...takeDown('dog')];

describe('a timer that goes off when its module has gone', () => {
  test('faults where its code was', () => {
    const { stopped } = run([...ARMED_AND_GONE, TICK], careless);
    expect(stopped).toContain('fault');
    const operations = [NOTHING, ...ARMED_AND_GONE, TICK];
    expect(judgeModules(world, operations, careless, 1000).violation?.property).toBe(
      'modules/kernel-stays-up',
    );
  });

  test('finds no code where another module without a timer is now', () => {
    const { stopped } = run([...ARMED_AND_GONE, ...bringUp('port'), TICK], careless);
    expect(stopped).toBeDefined();
  });

  test('runs the code of the module that is there now, which never asked for it', () => {
    const operations = [...ARMED_AND_GONE, ...bringUp('cat'), TICK, use('cat', 0)];
    expect(run(operations, careless)).toEqual({ last: 1, stopped: undefined });
    const violation = judgeModules(world, [NOTHING, ...operations], careless, 1000).violation;
    expect(violation?.property).toBe('modules/calls');
  });

  test('never does where exit cancels it', () => {
    const operations = [...ARMED_AND_GONE, ...bringUp('cat'), TICK, use('cat', 0)];
    expect(run(operations)).toEqual({ last: 0, stopped: undefined });
    expect(judgeModules(world, [NOTHING, ...operations]).violation).toBeUndefined();
  });
});

describe('a match that a rule needs', () => {
  const http = {
    chain: 0,
    target: Target.accept,
    match: MatchKey.port,
    its: 0x5050,
    criteria: 0,
  };
  const arriving = packet({
    chain: 0,
    protocol: 1,
    source: 2,
    destination: 1,
    port: 80,
    byte: 0,
  });
  const used = [
    ...bringUp('port'),
    ...bringUp('filter'),
    begin('filter'),
    appendRule('filter', http),
    commit('filter'),
  ];
  const forced: ModuleOperation = { op: 'unload', module: 'port', force: true };

  test('stays until the table is replaced', () => {
    const unload: ModuleOperation = { op: 'unload', module: 'port', force: false };
    expect(run([...used, unload]).last).toBe(-Errno.EAGAIN);
    expect(run([...used, ...flush('filter'), unload]).last).toBe(0);
  });

  test('goes by force, and then packets that ask for it are dropped', () => {
    const operations = [...used, arriving, forced, { op: 'exit', module: 'port' } as const];
    expect(run([...operations, arriving]).last).toBe(0);
    const all = [NOTHING, ...operations, arriving, ...flush('filter'), arriving];
    const { violation, tally } = judgeModules(world, all, {}, 1, filterViews);
    expect(violation).toBeUndefined();
    expect(tally.get('packet decided by failed match')).toBe(1);
  });
});

test('a security module without an exit stays, whoever asks', () => {
  const unload: ModuleOperation = { op: 'unload', module: 'types', force: false };
  expect(run([...bringUp('types'), unload]).last).toBe(-Errno.EBUSY);
});
