/**
 * Counts its calls as `counter` does, but lets others go first in the middle of everything: so what others do to it
 * meanwhile can be seen.
 */
import { type ModuleProgram, type ModuleSteps, type Place, REST } from '../program.ts';

/** In bytes of its data: calls that have begun, and the last one that is over. */
const CALLS = 0;
const OVER = 4;
/** Long enough for others to load or unload something. */
const RESTS = 4;

function* rest(): ModuleSteps {
  yield REST;
  return 0;
}

function* count({ memory, data }: Place): ModuleSteps {
  const calls = memory.load(data + CALLS) + 1;
  memory.store(data + CALLS, calls);
  for (let rests = 0; rests < RESTS; rests++) yield REST;
  memory.store(data + OVER, calls);
  return calls;
}

export const sleeper: ModuleProgram = { sleeps: true, init: rest, exit: rest, use: count };
