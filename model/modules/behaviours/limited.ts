/** Counts its calls up to a limit; beyond it answers EBUSY, or where it is quiet, 0. */
import { Errno } from '../../../spec/errno.ts';
import { behaviour } from '../behaviour.ts';

/** Its parameters, by their places. */
const LIMIT = 0;
const QUIET = 1;

interface Calls {
  readonly made: number;
  /** As its init has found it. */
  readonly limit: number;
}

export const limited = () =>
  behaviour<Calls>({
    initial: { made: 0, limit: 0 },
    begin: (calls, around) => ({ ...calls, limit: around.parameter(LIMIT) }),
    use: (calls, _, __, around) => {
      if (calls.made < calls.limit) {
        const made = calls.made + 1;
        return { state: { ...calls, made }, answer: made };
      }
      return { state: calls, answer: around.parameter(QUIET) ? 0 : -Errno.EBUSY };
    },
  });
