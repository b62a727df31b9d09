/** What a call on messages that returns now may return, over all orders of what is under way: for exploring. */
import type { ReturnEvent } from '../../../spec/events.ts';
import { A0, type Word } from '../../../spec/riscv.ts';
import { copyState } from '../copy.ts';
import type { OsState } from '../state.ts';
import { meetings } from './concurrency.ts';
import type { Outcome } from './endpoints.ts';
import { settleDue } from './underway.ts';

/** Registers that change, by number. */
type Changed = Readonly<Record<number, Word>>;

const changedBy = ({ errors, result, words }: Outcome): Changed[] => {
  if (errors.length > 0) return errors.map((errno) => ({ [A0]: -errno >>> 0 }));
  return [{ [A0]: result, ...(words && { [A0 + 1]: words[0], [A0 + 2]: words[1] }) }];
};

export const outcomesOf = (state: OsState, event: ReturnEvent): readonly Changed[] =>
  meetings(state, event).flatMap((met) => {
    const settled = copyState(met);
    settleDue(settled, event);
    const outcome = settled.ipc.outcomes.get(event.tid);
    return outcome ? changedBy(outcome) : [];
  });
