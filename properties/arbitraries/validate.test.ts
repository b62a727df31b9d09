import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateWorkload } from './validate.ts';
import { workloadArbitrary } from './workload.ts';

const devices = {
  diskLatency: 64,
  networkLatency: 1,
  framebufferLatency: 64,
  diskStuckAfter: 0,
  input: [{ after: 5, text: 'ls\n' }],
};
const faults = [{ service: 'disk', request: 1, kind: 'wild store', va: 0xffff_ffff, value: 0 }];
const [sample] = fc.sample(workloadArbitrary(), { seed: 1, numRuns: 1 });
const small = {
  format: 1,
  harts: 2,
  frames: 32,
  tlbEntries: 8,
  ipiDelay: 0,
  programs: [{ bodies: [[{ op: 'load', va: 0x2000, rd: 't0' }], [{ op: 'loop' }]] }],
  start: [0],
  schedule: [0, 1],
  interrupts: [{ hart: 1, after: 3 }],
  steps: 100,
};
/** The small workload with one operation in place of its load. */
const having = (operation: unknown) => ({ ...small, programs: [{ bodies: [[operation]] }] });

describe('validateWorkload', () => {
  test('has nothing to say about workloads', () => {
    expect(validateWorkload(small)).toBeUndefined();
    expect(validateWorkload(sample)).toBeUndefined();
    expect(validateWorkload({ ...small, devices, faults })).toBeUndefined();
  });

  test.each([
    [undefined, 'the workload is undefined, but must be an object with format, harts, frames'],
    [[], 'the workload is [], but must be an object with format'],
    [{}, 'format is undefined, but must be 1'],
    [{ ...small, format: 2 }, 'format is 2, but must be 1'],
    [{ ...small, harts: 5 }, 'harts is 5, but must be an integer from 1 to 4'],
    [{ ...small, harts: '2' }, 'harts is "2", but must be an integer from 1 to 4'],
    [{ ...small, frames: 15 }, 'frames is 15, but must be an integer from 16 to 4096'],
    [{ ...small, tlbEntries: 12 }, 'tlbEntries is 12, but must be one of 1, 2, 4, 8, 16, 32, 64'],
    [{ ...small, ipiDelay: -1 }, 'ipiDelay is -1, but must be an integer from 0'],
    [{ ...small, programs: [] }, 'programs is [], but must be a list of 1 to 16'],
    [{ ...small, programs: [{}] }, 'programs[0].bodies is undefined, but must be a list'],
    [{ ...small, start: [1] }, 'start[0] is 1, but must be an integer from 0 to 0'],
    [{ ...small, schedule: [0, 2] }, 'schedule[1] is 2, but must be an integer from 0 to 1'],
    [
      { ...small, interrupts: [{ hart: 3, after: 1 }] },
      'interrupts[0].hart is 3, but must be an integer from 0 to 1',
    ],
    [
      { ...small, programs: [{ ...small.programs[0], texts: ['/sixteen bytes!!'] }] },
      'programs[0].texts[0] is "/sixteen bytes!!", but must be at most 15 bytes of printable ASCII',
    ],
    [
      { ...small, devices: { ...devices, input: [{ after: 5, text: '\t' }] } },
      'devices.input[0].text is "\\t", but must be 1 to 64 bytes of printable ASCII and line ends',
    ],
    [
      { ...small, devices: { diskLatency: 0, networkLatency: 1 } },
      'devices.diskLatency is 0, but must be an integer from 1 to 64',
    ],
    [
      { ...small, faults: [{ service: '', request: 0, kind: 'silence' }] },
      'faults[0].service is "", but must be the name of a service',
    ],
    [
      { ...small, faults: [{ service: 'files', request: 0, kind: 'theft' }] },
      'faults[0].kind is "theft", but must be one of "wild store"',
    ],
    [{ ...small, steps: 1.5 }, 'steps is 1.5, but must be an integer'],
    [having({ op: 'sleep' }), 'programs[0].bodies[0][0].op is "sleep", but must be one of "set"'],
    [having({ op: 'load', va: 0x2000 }), 'programs[0].bodies[0][0].rd is undefined'],
    [
      having({ op: 'load', va: -4, rd: 't0' }),
      'programs[0].bodies[0][0].va is -4, but must be an integer from 0 to 4294967295',
    ],
    [
      having({ op: 'set', rd: 'q1', value: 0 }),
      'programs[0].bodies[0][0].rd is "q1", but must be the name of a register',
    ],
    [
      having({ op: 'call', call: 'fork', args: [] }),
      'programs[0].bodies[0][0].call is "fork", but must be one of "spawn", "exit"',
    ],
    [
      having({ op: 'call', call: 'map', args: [1, 2, 3, 4] }),
      'programs[0].bodies[0][0].args is [1,2,3,4], but must be a list of 0 to 3',
    ],
    [
      having({ op: 'call', call: 99, args: ['x9'] }),
      'programs[0].bodies[0][0].args[0] is "x9", but must be the name of a register',
    ],
    [
      having({ op: 'privileged', instruction: 'mret' }),
      'programs[0].bodies[0][0].instruction is "mret", but must be one of "csrr satp"',
    ],
    [
      { ...small, programs: new Array(14).fill(small.programs[0]), frames: 17 },
      'frames is 17, but must be an integer from 18 to 4096',
    ],
  ])('names the place that is wrong, and what is allowed: %#', (value, sentence) => {
    expect(validateWorkload(value)).toContain(sentence);
  });

  test('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (value) => {
        expect(typeof validateWorkload(value)).toBe('string');
      }),
    );
  });
});
