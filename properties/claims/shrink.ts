/**
 * Makes a witness as simple as it can be: from neighbour to neighbour while it still shows what it has to show, until
 * none of the neighbours (minimise/neighbours.ts) does. None is tried twice.
 */
import type { Workload } from '../../spec/workload.ts';
import { neighbours } from '../minimise/neighbours.ts';

/** @param shows must be true of the workload itself */
export const shrinkWitness = (
  workload: Workload,
  shows: (simpler: Workload) => boolean,
): Workload => {
  const failed = new Set<string>();
  const simplerThan = (best: Workload): Workload | undefined => {
    for (const neighbour of neighbours(best)) {
      const key = JSON.stringify(neighbour.workload);
      if (failed.has(key)) continue;
      if (shows(neighbour.workload)) return neighbour.workload;
      failed.add(key);
    }
    return undefined;
  };
  let best = workload;
  for (let next = simplerThan(best); next; next = simplerThan(best)) best = next;
  return best;
};
