/** Counts its calls. That it lets others go first in between is no business of the model's steps. */
import { behaviour } from '../behaviour.ts';

export const sleeper = () =>
  behaviour<number>({
    initial: 0,
    use: (calls) => ({ state: calls + 1, answer: calls + 1 }),
  });
