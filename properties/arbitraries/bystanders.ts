/** Adds to a workload in which services go wrong a task that uses none of them: it computes, maps and writes on its own. */
import fc from 'fast-check';
import { brokenServices } from '../../model/os/bystanders.ts';
import type { AbiGroup } from '../../spec/abi.ts';
import type { Workload } from '../../spec/workload.ts';
import { tableOf } from './acts/act.ts';
import { wildWrite, write } from './acts/console.ts';
import { ENDS } from './acts/ends.ts';
import { yieldHart } from './acts/family.ts';
import { keep, mapFresh, ownText, remap, touch, unmap } from './acts/memory.ts';
import { mapRefused, unknownCall, unmapRefused } from './acts/refused.ts';
import type { WorkloadConstraints } from './constraints.ts';
import { writeProgram } from './program.ts';

/** What concerns nobody else; mostly calls. */
const ACTS = [
  { weight: 1, groups: [], act: ownText },
  { weight: 6, groups: ['tasks'], act: yieldHart },
  { weight: 6, groups: ['memory'], act: mapFresh },
  { weight: 6, groups: ['memory'], act: touch },
  { weight: 3, groups: ['memory'], act: keep },
  { weight: 4, groups: ['memory'], act: unmap },
  { weight: 3, groups: ['memory'], act: remap },
  { weight: 8, groups: ['memory', 'console'], act: write },
  { weight: 4, groups: ['console'], act: wildWrite },
  { weight: 4, groups: [], act: unknownCall },
  { weight: 3, groups: ['memory'], act: mapRefused },
  { weight: 2, groups: ['memory'], act: unmapRefused },
] as const;

/** Of the groups that it may call, those whose service has gone wrong are left out. */
const groupsBeside = (
  workload: Workload,
  { groups = [] }: Partial<WorkloadConstraints>,
): ReadonlySet<AbiGroup> => {
  const broken = brokenServices(workload);
  const usable = (['tasks', 'memory', 'console'] as const).filter(
    (group) => groups.includes(group) && !broken.includes(group),
  );
  return new Set(usable);
};

const MOST_ACTS = 14;
/** The request of a service at which it goes wrong, at most. */
const EARLY = 1;

/** The bystander is the last program, and boot starts it last. Faults come early, so that it still has much to do. */
export const besideBystander = (
  workloads: fc.Arbitrary<Workload>,
  constraints: Partial<WorkloadConstraints>,
): fc.Arbitrary<Workload> =>
  fc
    .record({
      workload: workloads,
      body: fc.noBias(fc.array(fc.nat(), { minLength: 6, maxLength: MOST_ACTS, size: 'max' })),
    })
    .map(({ workload, body }) => {
      const { programs, start, frames, faults = [] } = workload;
      const groups = groupsBeside(workload, constraints);
      const setting = {
        groups,
        program: programs.length,
        programs: programs.length + 1,
        facts: [],
        silent: false,
      };
      const repertoire = { acts: tableOf(ACTS, groups), ends: tableOf(ENDS, groups) };
      const { bodies, peak } = writeProgram(setting, repertoire, [body], () => false);
      return {
        ...workload,
        frames: frames + peak + 1,
        programs: [...programs, { bodies }],
        start: [...start, programs.length],
        faults: faults.map((fault) => ({ ...fault, request: Math.min(fault.request, EARLY) })),
      };
    });
