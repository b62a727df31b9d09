/**
 * What may happen next in a small scope: every hart that can move may move, and kernel code may do any deed of the
 * scope. The scope is what keeps the enumeration finite.
 */
import type { Action, Deed } from './actions.ts';
import { inKernel, isEnabled, moveOf } from './enabled.ts';
import type { State } from './state.ts';

export interface Scope {
  /** What kernel code may do, besides returning. */
  readonly deeds: readonly Deed[];
  /** Where it may let a task go on: sepc and then sret. */
  readonly entries: readonly number[];
}

export const choices = (state: State, scope: Scope): readonly Action[] => {
  if (state.halted) return [];
  const hart = inKernel(state);
  if (!hart) {
    return state.harts.flatMap((one): Action[] => {
      const kind = moveOf(state, one);
      return kind ? [{ kind, hart: one.id }] : [];
    });
  }
  const back: Action = { kind: 'return', hart: hart.id };
  if (hart.attempts.length > 0) return [back];
  const context = (pc: number): Action => ({
    kind: 'restore',
    context: [pc, ...hart.registers.slice(1)],
    hart: hart.id,
  });
  return [
    back,
    ...scope.deeds.map((deed): Action => ({ ...deed, hart: hart.id })),
    ...scope.entries.map(context),
  ].filter((action) => isEnabled(state, action));
};
