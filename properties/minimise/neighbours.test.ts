import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CORE_GROUPS } from '../../spec/calls/core.ts';
import { textAddress } from '../../spec/layout.ts';
import type { Operation, Workload } from '../../spec/workload.ts';
import { FILE_GROUPS, fileWorkloadArbitrary } from '../arbitraries/files/workload.ts';
import { validateWorkload } from '../arbitraries/validate.ts';
import { workloadArbitrary } from '../arbitraries/workload.ts';
import { withoutUnusedTexts } from './neighbours/texts.ts';
import { neighbours } from './neighbours.ts';

const load = (va: number): Operation => ({ op: 'load', va, rd: 't0' });
const workload: Workload = {
  format: 1,
  harts: 2,
  frames: 16,
  tlbEntries: 8,
  ipiDelay: 0,
  programs: [
    {
      bodies: [
        [
          { op: 'call', call: 'map', args: [0x3000, 6] },
          { op: 'store', va: 0x3004, value: 7 },
          { op: 'call', call: 'spawn', args: [1] },
          { op: 'call', call: 'wait', args: ['s2'] },
        ],
        [load(0x3000), load(0x5000)],
      ],
    },
    { bodies: [[load(0x2000)]] },
  ],
  start: [0],
  schedule: [0, 1, 1],
  interrupts: [{ hart: 1, after: 9 }],
  steps: 100,
};
const all = [...neighbours(workload)];
const changes = all.map(({ change }) => change);
const changed = (change: string): Workload => {
  const found = all.find((one) => one.change === change);
  if (!found) throw new Error(`no neighbour ${change} among ${changes.join(' | ')}`);
  return found.workload;
};
const bodies = (program: number, { programs }: Workload) => programs[program]?.bodies;

describe('neighbours', () => {
  test('a task that boot starts goes, or one that it spawns takes its place', () => {
    expect(changed('without the task of program 0').start).toEqual([]);
    expect(changed('program 1 in place of its parent').start).toEqual([1]);
  });

  test('a program that nothing starts goes, and later ones move down', () => {
    const alone = { ...workload, start: [1] };
    const found = [...neighbours(alone)].find(({ change }) => change === 'without program 0');
    expect(found?.workload.programs).toEqual([workload.programs[1]]);
    expect(found?.workload.start).toEqual([0]);
  });

  test('a body goes, or a thread’s takes the place of its maker’s', () => {
    expect(bodies(0, changed('without body 1 of program 0'))).toHaveLength(1);
    expect(bodies(0, changed('body 1 of program 0 in place of its first'))).toEqual([
      workload.programs[0]?.bodies[1],
    ]);
  });

  test('a step goes, alone or with a turn', () => {
    expect(bodies(0, changed('without step 2 of body 1 of program 0'))?.[1]).toEqual([
      load(0x3000),
    ]);
    expect(changed('without step 2 of body 1 of program 0, and turn 2').schedule).toEqual([0, 1]);
  });

  test('a hart goes, and hart 0 takes its turns and interrupts', () => {
    const { harts, schedule, interrupts } = changed('without hart 1');
    expect({ harts, schedule, interrupts }).toEqual({
      harts: 1,
      schedule: [0, 0, 0],
      interrupts: [{ hart: 0, after: 9 }],
    });
  });

  test('interrupts go or come earlier', () => {
    const earlier = all.filter(({ change }) => change === 'with an earlier interrupt');
    expect(changed('without an interrupt').interrupts).toEqual([]);
    expect(earlier.map((one) => one.workload.interrupts[0]?.after)).toEqual([0, 1, 4, 8]);
  });

  test('the schedule goes, a turn goes, or the hart before takes it', () => {
    expect(changed('without a schedule').schedule).toEqual([]);
    expect(changed('without turn 1').schedule).toEqual([1, 1]);
    expect(changed('turn 2 to the hart before').schedule).toEqual([0, 0, 1]);
  });

  test('two pages become one: all addresses of one become addresses of the other', () => {
    const merged = changed('page 5 made page 3');
    expect(bodies(0, merged)?.[1]).toEqual([load(0x3000), load(0x3000)]);
    expect(bodies(0, changed('page 3 made page 2'))?.[0]?.[0]).toEqual({
      op: 'call',
      call: 'map',
      args: [0x2000, 6],
    });
  });

  test('values go down a ladder, registers to a0 or to a number', () => {
    const lower = all.filter(({ change }) => change.startsWith('a lower value at step 4'));
    const args = lower.map((one) => {
      const operation = bodies(0, one.workload)?.[0]?.[3];
      return operation?.op === 'call' ? operation.args[0] : undefined;
    });
    expect(args).toEqual(['a0', 1, 2, 3, 4, 5, 6, 7, 8]);
    const stores = all.filter(({ change }) => change.startsWith('a lower value at step 2'));
    expect(stores.map((one) => bodies(0, one.workload)?.[0]?.[1])).toEqual([
      { op: 'store', va: 0x3000, value: 7 },
      { op: 'store', va: 0x3004, value: 0 },
      { op: 'store', va: 0x3004, value: 1 },
      { op: 'store', va: 0x3004, value: 2 },
    ]);
  });

  describe('with files', () => {
    const filing: Workload = {
      ...workload,
      programs: [
        {
          bodies: [
            [
              { op: 'call', call: 'open', args: [textAddress(1) + 2, 0o1101] },
              { op: 'call', call: 'read', args: ['s8', 0x3ffe, 600] },
              { op: 'call', call: 'link', args: [textAddress(1), textAddress(2)] },
            ],
          ],
          texts: ['/unused', '/./a', '/d//b'],
        },
      ],
      devices: { diskLatency: 5, networkLatency: 1, framebufferLatency: 9, diskStuckAfter: 3 },
      faults: [{ service: 'disk', request: 4, kind: 'silence' }],
    };
    const list = [...neighbours(filing)];
    const named = (change: string) => list.find((one) => one.change === change)?.workload;
    const callsOf = (one: Workload | undefined) =>
      one?.programs[0]?.bodies[0]?.map((operation) =>
        operation.op === 'call' ? operation.args : [],
      );

    test('a text that nothing means goes, and addresses of later ones move', () => {
      const fewer = named('text 0 of program 0 gone');
      expect(fewer?.programs[0]?.texts).toEqual(['/./a', '/d//b']);
      expect(callsOf(fewer)?.[0]?.[0]).toBe(textAddress(0) + 2);
      expect(callsOf(fewer)?.[2]).toEqual([textAddress(0), textAddress(1)]);
      expect(named('text 1 of program 0 gone')).toBeUndefined();
    });

    test('another text is meant, or the text is shorter and its end stays what it was', () => {
      const merged = named('text 2 of program 0 made text 1');
      expect(callsOf(merged)?.[2]).toEqual([textAddress(1), textAddress(1)]);
      expect(merged?.programs[0]?.texts).toEqual(['/unused', '/./a']);
      const shorter = named('text 1 of program 0 made “/a”');
      expect(shorter?.programs[0]?.texts?.[1]).toBe('/a');
      expect(callsOf(shorter)?.[0]?.[0]).toBe(textAddress(1));
      expect(named('text 2 of program 0 made “/d/b”')).toBeDefined();
    });

    test('buffers move with their pages, flags lose a bit, descriptors become numbers', () => {
      expect(callsOf(named('page 3 made page 2'))?.[1]).toEqual(['s8', 0x2ffe, 600]);
      const args = list
        .filter(({ change }) => change === 'a lower value at step 1 of body 0 of program 0')
        .map((one) => callsOf(one.workload)?.[0]?.[1]);
      expect(args).toEqual([0o1100, 0o1001, 0o101]);
      const reads = list
        .filter(({ change }) => change === 'a lower value at step 2 of body 0 of program 0')
        .map((one) => callsOf(one.workload)?.[1]);
      expect(reads).toContainEqual([3, 0x3ffe, 600]);
      expect(reads).toContainEqual(['s8', 0x3000, 600]);
      expect(reads).toContainEqual(['s8', 0x3ffe, 2]);
    });

    test('devices answer sooner, faults go or come earlier', () => {
      expect(named('without settings of devices')?.devices).toBeUndefined();
      expect(named('a disk of latency 2')?.devices?.diskLatency).toBe(2);
      expect(named('a frame buffer of latency 4')?.devices?.framebufferLatency).toBe(4);
      expect(named('a disk that goes on')?.devices).toEqual({
        diskLatency: 5,
        networkLatency: 1,
        framebufferLatency: 9,
      });
      expect(named('a disk stuck after 0')?.devices?.diskStuckAfter).toBe(0);
      const without = named('without fault 1');
      expect(without?.faults).toEqual([]);
      expect(named('fault 1 at request 2')?.faults?.[0]?.request).toBe(2);
      const bare = [...neighbours({ ...filing, faults: [] })];
      expect(
        bare.find(({ change }) => change === 'without faults')?.workload.faults,
      ).toBeUndefined();
    });

    test('everything else keeps texts, devices and faults', () => {
      for (const { change, workload: one } of list) {
        if (/text|program 0$|task/.test(change)) continue;
        if (!/settings|disk|network|frame buffer/.test(change))
          expect(one.devices).toEqual(filing.devices);
        if (!change.includes('fault')) expect(one.faults).toEqual(filing.faults);
        expect(one.programs[0]?.texts).toEqual(filing.programs[0]?.texts);
      }
    });

    test('are valid where the workload is', () => {
      const groups = [...CORE_GROUPS, ...FILE_GROUPS];
      for (const sample of fc.sample(fileWorkloadArbitrary({ groups }), { seed: 1, numRuns: 10 })) {
        for (const neighbour of neighbours({ ...sample, schedule: sample.schedule.slice(0, 6) })) {
          expect(validateWorkload(neighbour.workload)).toBeUndefined();
        }
        expect(validateWorkload(withoutUnusedTexts(sample))).toBeUndefined();
      }
      expect(withoutUnusedTexts(filing).programs[0]?.texts).toEqual(['/./a', '/d//b']);
    });
  });

  test('of a valid workload are finite in number, valid, and never the workload itself for ever', () => {
    for (const sample of fc.sample(workloadArbitrary(), { seed: 1, numRuns: 10 })) {
      for (const neighbour of neighbours({ ...sample, schedule: sample.schedule.slice(0, 12) })) {
        expect(validateWorkload(neighbour.workload)).toBeUndefined();
      }
    }
  });

  test('do not change what they are made from', () => {
    const before = JSON.stringify(workload);
    for (const { change } of neighbours(workload)) expect(change).not.toBe('');
    expect(JSON.stringify(workload)).toBe(before);
  });
});
