/** A module with parameters: it counts its calls up to a limit; beyond it answers EBUSY, or where it is quiet, 0. */
import { Errno } from '../../../spec/errno.ts';
import { type ModuleProgram, parameter } from '../program.ts';

/** Its parameters, by their places. */
const LIMIT = 0;
const QUIET = 1;

/** Bytes of its data: the calls so far, and the limit as its init has found it. */
const CALLS = 0;
const FOUND = 4;

export const limited: ModuleProgram = {
  init: (place) => {
    const { memory, data } = place;
    memory.store(data + FOUND, parameter(place, LIMIT));
    return 0;
  },
  exit: ({ memory, data }) => {
    memory.store(data + CALLS, 0);
    return 0;
  },
  use: (place) => {
    const { memory, data } = place;
    const calls = memory.load(data + CALLS);
    if (calls >= (memory.load(data + FOUND) | 0))
      return parameter(place, QUIET) === 0 ? -Errno.EBUSY : 0;
    memory.store(data + CALLS, calls + 1);
    return calls + 1;
  },
};
