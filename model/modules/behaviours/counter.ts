/** Counts its calls; asked with 0 it also has those count that it imports from, and answers with the sum. */
import { behaviour } from '../behaviour.ts';

const ONLY_COUNT = 1;

/** @param imports how many modules it imports from */
export const counter = (imports: number) =>
  behaviour<number>({
    initial: 0,
    use: (calls, request, _, around) => {
      let answer = calls + 1;
      if (request !== ONLY_COUNT)
        for (let to = 0; to < imports; to++) answer += around.call(to, ONLY_COUNT, 0);
      return { state: calls + 1, answer };
    },
  });
