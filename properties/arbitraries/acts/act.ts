/**
 * An act: one thing that a program does, of one to about ten operations, written in the light of what is true at that
 * point. An act always succeeds in writing something, or leaves the body as it is.
 */
import type { AbiGroup } from '../../../spec/abi.ts';
import type { Dice } from '../dice.ts';
import type { Script } from '../script.ts';

export type Act = (script: Script, dice: Dice) => void;

export interface WeightedAct {
  /** How often it is chosen, relative to others. */
  readonly weight: number;
  /** It needs all of these groups. */
  readonly groups: readonly AbiGroup[];
  readonly act: Act;
}

/** The acts that these groups allow, each as often as it weighs: a choice is one index. */
export const tableOf = (
  acts: readonly WeightedAct[],
  groups: ReadonlySet<AbiGroup>,
): readonly Act[] =>
  acts
    .filter((one) => one.groups.every((group) => groups.has(group)))
    .flatMap(({ act, weight }) => new Array<Act>(weight).fill(act));
