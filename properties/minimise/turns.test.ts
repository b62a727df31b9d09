import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Run, runWorkload } from '../../hardware/run.ts';
import { monolithic } from '../../kernels/monolithic/index.ts';
import type { Workload } from '../../spec/workload.ts';
import { workloadArbitrary } from '../arbitraries/workload.ts';
import { judgeRun } from '../checker/judge-run.ts';
import { interruptsOf, scheduleOf, type Turn, turnsOf } from './turns.ts';

const turnsIn = (run: Run, workload: Workload): readonly Turn[] =>
  turnsOf(run, workload, judgeRun(run, workload, monolithic).programOf);
const wordsOf = ({ words, length }: Run) => words.slice(0, length);
const workloads = fc.sample(workloadArbitrary({ maxIpiDelay: 0 }), { seed: 6, numRuns: 120 });

describe('the turns of a run', () => {
  test('put in place of the schedule give the same run, event by event', () => {
    for (const workload of workloads) {
      const run = runWorkload(monolithic, workload);
      const turns = turnsIn(run, workload);
      const exact = { ...workload, schedule: scheduleOf(turns) };
      expect(wordsOf(runWorkload(monolithic, exact))).toEqual(wordsOf(run));
    }
  });

  test('with all timer interrupts of the run as interrupts of the workload give the same run', () => {
    for (const workload of workloads) {
      const run = runWorkload(monolithic, workload);
      const turns = turnsIn(run, workload);
      const exact = {
        ...workload,
        schedule: scheduleOf(turns),
        interrupts: interruptsOf(turns),
      };
      expect(wordsOf(runWorkload(monolithic, exact))).toEqual(wordsOf(run));
    }
  });

  test('name the operation of the program that each was spent on', () => {
    const body = [
      { op: 'call', call: 'map', args: [0x2000, 6] },
      { op: 'store', va: 0x2000, value: 1 },
      { op: 'privileged', instruction: 'wfi' },
    ] as const;
    const [sample] = workloads;
    if (!sample) throw new Error('no sample');
    const workload: Workload = {
      ...sample,
      harts: 1,
      programs: [{ bodies: [body] }],
      start: [0],
      schedule: [],
      interrupts: [],
    };
    const turns = turnsIn(runWorkload(monolithic, workload), workload);
    const spentOn = turns.map(
      ({ operation }) => operation && body.findIndex((one) => Object.is(one, operation)),
    );
    // The first is the interrupt that boot sends; the store faults first, since memory is mapped lazily.
    expect(spentOn).toEqual([undefined, 0, 1, 1, 2]);
  });
});
