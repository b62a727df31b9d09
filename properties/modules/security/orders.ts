/** The same requests with security modules that were loaded in one order, and in the other: what may differ, and what not. */
import { Errno } from '../../../spec/errno.ts';
import type { ModuleOperation } from '../../../spec/modules.ts';
import { answerText, type ModuleJudgement } from '../judge.ts';
import { type Changes, runModules } from '../world.ts';
import { bothGuards, type OrderCase } from './arbitrary.ts';

const REFUSALS: readonly number[] = [-Errno.EACCES, -Errno.EPERM];

/** Each request of others than the security modules, and its answer. */
const answersOf = (
  { world, operations }: OrderCase,
  first: 'types' | 'paths',
  changed: Changes,
): { readonly operation: ModuleOperation; readonly answer: number }[] => {
  const answers: { operation: ModuleOperation; answer: number }[] = [];
  const before = bothGuards(first);
  let done = 0;
  const after = (_: unknown, answer: number, operation: ModuleOperation): boolean => {
    done += 1;
    if (done > before.length) answers.push({ operation, answer });
    return false;
  };
  runModules(world, [...before, ...operations], { after }, changed);
  return answers.filter(({ operation }) => !isOfGuard(operation));
};

/** How often they were asked depends on the order, of course. */
const isOfGuard = (operation: ModuleOperation): boolean =>
  operation.op === 'use' && ['types', 'paths'].includes(operation.module);

export const judgeOrders = (it: OrderCase, changed: Changes = {}): ModuleJudgement => {
  const tally = new Map<string, number>();
  const count = (what: string): void => void tally.set(what, (tally.get(what) ?? 0) + 1);
  const other = answersOf(it, 'paths', changed);
  const one = answersOf(it, 'types', changed);
  for (const [index, { operation, answer }] of one.entries()) {
    const answers = [answer, other[index]?.answer ?? Number.NaN];
    const refused = answers.filter((each) => REFUSALS.includes(each)).length;
    const isSame = answers[0] === answers[1];
    if (refused === 2) count(isSame ? 'same refusal' : 'other errno');
    else if (isSame) count('same result');
    else {
      const violation = {
        property: 'modules/order-tells-only-the-errno' as const,
        done: index,
        operation,
        expected: `${answerText(operation, answer)}, whoever was loaded first`,
        observed: answerText(operation, answers[1] ?? 0),
      };
      return { violation, tally, done: index };
    }
  }
  return { violation: undefined, tally, done: one.length };
};
