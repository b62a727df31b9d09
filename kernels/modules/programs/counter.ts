/** A module that does nothing but count: enough to see whether it is really there, and whom it was bound to. */
import { callImport, type ModuleProgram } from '../program.ts';

/** Its count of calls, in bytes of its data. */
const CALLS = 0;

export const counter: ModuleProgram = {
  init: () => 0,
  exit: ({ memory, data }) => {
    memory.store(data + CALLS, 0);
    return 0;
  },
  /** Counts the call, and calls each module that it imports from, which only counts. */
  use: ({ memory, data, imports }, request) => {
    const calls = memory.load(data + CALLS) + 1;
    memory.store(data + CALLS, calls);
    return imports === 0 || request === ONLY_COUNT ? calls : sum(calls, imports);
  },
};

/** The request that it makes of those that it imports from. */
const ONLY_COUNT = 1;

function* sum(calls: number, imports: number) {
  let all = calls;
  for (let to = 0; to < imports; to++) all += yield* callImport(to, ONLY_COUNT, 0);
  return all;
}
