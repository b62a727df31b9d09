/**
 * Counts its calls as `counter` does, but lets others go first in the middle of everything: so what others do to it
 * meanwhile can be seen.
 */
import { type ModuleProgram, type ModuleSteps, type Place, REST } from '../program.ts';

const CALLS = 0;

function* rest(): ModuleSteps {
  yield REST;
  return 0;
}

function* count({ memory, data }: Place): ModuleSteps {
  const calls = memory.load(data + CALLS) + 1;
  memory.store(data + CALLS, calls);
  yield REST;
  return calls;
}

export const sleeper: ModuleProgram = { sleeps: true, init: rest, exit: rest, use: count };
