/** A saved file is read back as it was, or refused with one sentence that says what is wrong with it. */
import { describe, expect, test } from 'vitest';
import type { Workload } from '../../spec/workload.ts';
import { BadInput } from '../execute/bad-input.ts';
import { SAMPLES, sample, sampleReport } from './golden/samples.ts';
import { renderCounterexample, renderJson } from './json.ts';
import { readSaved } from './saved.ts';

const refusal = (text: string): string => {
  try {
    readSaved(text, 'x.json');
  } catch (error) {
    expect(error).toBeInstanceOf(BadInput);
    return (error as Error).message;
  }
  return 'accepted';
};

describe('a saved counterexample', () => {
  test.each(SAMPLES)('%s is read back as it was', (name) => {
    const story = sample(name);
    expect(readSaved(renderCounterexample(story), 'x.json')).toEqual(story);
  });

  test('with texts, devices and faults is read back as it was', () => {
    const story = sample('stale-tlb');
    const workload: Workload = {
      ...story.workload,
      programs: story.workload.programs.map((program) => ({ ...program, texts: ['/a', '/d/b'] })),
      devices: { diskLatency: 64, networkLatency: 1, framebufferLatency: 2, diskStuckAfter: 3 },
      faults: [
        { service: 'files', request: 2, kind: 'wild store', va: 0x9000_0000, value: 7 },
        { service: 'disk', request: 0, kind: 'silence' },
      ],
    };
    const saved = { ...story, workload };
    expect(readSaved(renderCounterexample(saved), 'x.json')).toEqual(saved);
  });

  const story = sample('two-runs');
  const withField = (changed: object): string => JSON.stringify({ ...story, ...changed });
  const withWorkload = (changed: Partial<Workload> | object): string =>
    withField({ workload: { ...story.workload, ...changed } });
  const withOperation = (operation: object): string =>
    withWorkload({ programs: [{ bodies: [[operation]] }] });

  test.each([
    ['is not JSON', '{', 'it is not JSON'],
    ['is empty', '', 'it is not JSON'],
    [
      'has a text that does not fit',
      withWorkload({ programs: [{ bodies: [[]], texts: ['/sixteen bytes!!'] }] }),
      'workload.programs.0.texts.0 must NOT have more than 15 characters',
    ],
    [
      'has a device that is too slow',
      withWorkload({ devices: { diskLatency: 65, networkLatency: 1 } }),
      'workload.devices.diskLatency must be <= 64',
    ],
    ['is a list', '[]', 'it must be of type object'],
    ['is nothing', 'null', 'it must be of type object'],
    ['is something else', '{}', 'it has no "format"'],
    [
      'has a field of the wrong type',
      withField({ seed: 'x' }),
      'seed must be of type integer, it is "x"',
    ],
    ['has a field too many', withField({ extra: 1 }), 'it has a field "extra" that is not known'],
    ['names no clause', withField({ clause: 'x' }), 'clause must be one of "load-is-last-store"'],
    ['has no format', withField({ format: 0 }), 'format must be one of 1, it is 0'],
    ['has too many harts', withWorkload({ harts: 9 }), 'workload.harts must be <= 4, it is 9'],
    ['runs for ever', withWorkload({ steps: 1e12 }), 'workload.steps must be <= 1000000'],
    [
      'has an odd TLB',
      withWorkload({ tlbEntries: 3 }),
      'workload.tlbEntries must be one of 1, 2, 4',
    ],
    [
      'starts what is not there',
      withWorkload({ start: [9] }),
      'workload.start names program 9, and there are',
    ],
    [
      'schedules a hart that is not there',
      withWorkload({ harts: 1, schedule: [1] }),
      'the workload uses hart 1, and has 1',
    ],
    [
      'interrupts one',
      withWorkload({ harts: 1, schedule: [], interrupts: [{ hart: 2, after: 1 }] }),
      'the workload uses hart 2, and has 1',
    ],
    [
      'has an unknown operation',
      withOperation({ op: 'lod' }),
      'bodies.0.0.op is no operation of a program',
    ],
    [
      'has an unknown register',
      withOperation({ op: 'move', rd: 'a0', rs: 'q' }),
      'rs must be one of "zero"',
    ],
    [
      'has a bad second run',
      withField({ other: { ...story.workload, start: [7] } }),
      'workload.start names program 7',
    ],
    [
      'has a long value',
      withField({ seed: 'x'.repeat(99) }),
      'it is "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…',
    ],
  ])('that %s is refused', (_, text, problem) => {
    const sentence = refusal(text);
    expect(sentence).toContain(problem);
    expect(sentence).toMatch(
      /^x\.json is not a saved counterexample: [^\n]*; give a counterexample that kernelcheck saved/,
    );
  });

  test('of a newer version is refused by its number', () => {
    expect(refusal(withField({ format: 7, novelty: true }))).toBe(
      'x.json was saved by a newer kernelcheck (format 7, this one reads format 1): update kernelcheck, or check the kernel again.',
    );
  });

  test('is not a report', () => {
    expect(refusal(renderJson(sampleReport()))).toMatch(
      /^x\.json is a whole report; give a counterexample/,
    );
  });
});
