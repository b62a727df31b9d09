/** Makes a witness as simple as it can be: from neighbour to neighbour while it still shows what it has to show. */
import type { Workload } from '../../spec/workload.ts';
import { neighbours } from '../minimise/neighbours.ts';

/** Neighbours tried at most. */
const MOST_TRIALS = 400;

/** @param shows must be true of the workload itself */
export const shrinkWitness = (
  workload: Workload,
  shows: (simpler: Workload) => boolean,
): Workload => {
  let best = workload;
  for (let trials = 0; trials < MOST_TRIALS; ) {
    let simpler: Workload | undefined;
    for (const neighbour of neighbours(best)) {
      trials += 1;
      if (shows(neighbour.workload)) simpler = neighbour.workload;
      if (simpler || trials >= MOST_TRIALS) break;
    }
    if (!simpler) break;
    best = simpler;
  }
  return best;
};
