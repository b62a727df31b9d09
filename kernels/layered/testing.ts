/** What the tests of the layered kernel share: runs of it. */
import { Arena, type Run, runWorkload } from '../../hardware/run.ts';
import { workloadOf } from '../../hardware/testing.ts';
import type { Operation, Workload } from '../../spec/workload.ts';
import { resultsOf } from '../core/testing.ts';
import { layered } from './index.ts';

/** Calls between layers are many records: room for some hundred thousand. */
const arena = new Arena(new Uint32Array(1 << 23));

/** Program 0 starts; the others are there to be spawned. */
export const family = (
  programs: readonly (readonly Operation[])[],
  over: Partial<Workload> = {},
): Run =>
  runWorkload(
    layered,
    workloadOf([], { programs: programs.map((body) => ({ bodies: [body] })), steps: 400, ...over }),
    { arena },
  );

/** What the calls of task 1 returned. */
export const results = (
  programs: readonly (readonly Operation[])[],
  over: Partial<Workload> = {},
): readonly number[] => resultsOf(family(programs, over), 1);

/** One program, whose bodies are where its threads begin. */
export const alone = (
  bodies: readonly (readonly Operation[])[],
  over: Partial<Workload> = {},
): Run => runWorkload(layered, workloadOf(bodies, { steps: 400, ...over }), { arena });
