/** A packet's way through a table: first rule that decides, else the policy. */
import { matchRequest, Target } from '../../../../spec/filter.ts';
import { chainOf, destinationOf, portOf, protocolOf, sourceOf } from '../../../../spec/packets.ts';
import type { VirtualAddress, Word } from '../../../../spec/riscv.ts';
import { callKernel, type ModuleSteps, type Place } from '../../program.ts';
import { pointNumber } from '../registering.ts';
import type { FilterRoutines } from './routines.ts';
import { firstOf, jumpOf, matchOf, RuleWord, targetOf } from './table.ts';

/** Whether the highest bits of an address are those of the criteria. */
const isWithin = (address: number, wanted: number, bits: number): boolean =>
  (address ^ wanted) >>> (8 - bits) === 0;

const isSet = (word: Word, bit: number): boolean => ((word >>> bit) & 1) === 1;

export const meets = (criteria: Word, request: Word): boolean => {
  const protocol = (criteria >>> 24) & 0xf;
  if (protocol !== 0 && protocol !== protocolOf(request)) return false;
  const from = isWithin(sourceOf(request), (criteria >>> 16) & 0xff, (criteria >>> 12) & 0xf);
  const to = isWithin(destinationOf(request), (criteria >>> 4) & 0xff, criteria & 0xf);
  return from !== isSet(criteria, 29) && to !== isSet(criteria, 30);
};

/** 1: the rule is about this packet. 0: it is not. An error: its match cannot say. */
export function* matches(
  routines: FilterRoutines,
  { memory }: Place,
  at: VirtualAddress,
  request: Word,
  argument: Word,
): ModuleSteps {
  if (!routines.meets(memory.load(at + RuleWord.criteria), request)) return 0;
  const rule = memory.load(at + RuleWord.rule);
  if (matchOf(rule) === 0) return 1;
  const wanted = matchRequest(matchOf(rule), portOf(argument), rule & 0xffff);
  return yield* callKernel('askPoint', pointNumber('match'), wanted, request);
}

/** 1: it goes on; 0: it is dropped, as is one that a match cannot judge. */
export function* walk(
  routines: FilterRoutines,
  place: Place,
  table: VirtualAddress,
  request: Word,
  argument: Word,
): ModuleSteps {
  const { memory } = place;
  const back: VirtualAddress[] = [];
  let at = firstOf(place, table, chainOf(request));
  for (;;) {
    if (at === 0) {
      const next = back.pop();
      if (next === undefined) return routines.policyOf(place, table, chainOf(request));
      at = next;
      continue;
    }
    const next = memory.load(at + RuleWord.next);
    const matched = yield* routines.matches(routines, place, at, request, argument);
    if (matched < 0) return 0;
    if (matched === 0) {
      at = next;
      continue;
    }
    memory.store(at + RuleWord.packets, memory.load(at + RuleWord.packets) + 1);
    const rule = memory.load(at + RuleWord.rule);
    const target = targetOf(rule);
    if (target === Target.accept) return 1;
    if (target === Target.drop) return 0;
    if (jumpOf(rule) >= 0) back.push(next);
    if (jumpOf(rule) >= 0) at = memory.load(at + RuleWord.to);
    else at = target === Target.return ? 0 : next;
  }
}
