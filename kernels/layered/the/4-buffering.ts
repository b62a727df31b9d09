/** Layer 4 stub. */
import { Errno } from '../../../spec/errno.ts';
import { defineLayer, type Steps } from '../link/contract.ts';
import { BUFFERING, CONSOLE, type Console, passedOn } from './interfaces.ts';

export const buffering = defineLayer({
  name: 'buffering',
  offers: BUFFERING,
  uses: Object.keys(CONSOLE),
  pages: 1,
  start: (below: Console) => ({
    ...passedOn(below, CONSOLE),
    // biome-ignore lint/correctness/useYield: stub
    *request(): Steps {
      return -Errno.ENOSYS;
    },
    // biome-ignore lint/correctness/useYield: stub
    *forget(): Steps {
      return 0;
    },
  }),
});
