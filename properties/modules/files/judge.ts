/** File systems that are modules beside the model, and beside what must hold of them whatever the model says. */
import type { ModuleCase } from '../arbitrary.ts';
import { judgeModules, type ModuleJudgement } from '../judge.ts';
import type { Changes } from '../world.ts';
import { FileWatch } from './watch.ts';

/** After so many operations all that can be seen of the loader is compared. */
const EVERY = 64;

export const judgeFiles = (
  { world, operations }: ModuleCase,
  changed: Changes = {},
): ModuleJudgement => {
  const watch = new FileWatch(operations);
  return judgeModules(world, watch.operations(), changed, EVERY, () => [
    (done, count, found) => watch.watch({ ...done, count }, found),
  ]);
};
