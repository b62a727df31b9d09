/** Enumerates all states that can be reached in a small scope, breadth first, and checks every invariant on the way. */
import type { Action, Outcome } from './actions.ts';
import { choices, type Scope } from './choices.ts';
import { inKernel } from './enabled.ts';
import { STATE_INVARIANTS, STEP_INVARIANTS } from './invariants.ts';
import type { State } from './state.ts';
import { next } from './step.ts';

export interface Exploration {
  readonly states: number;
  readonly steps: number;
  /** How often each kind of outcome was seen; traps by cause. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** The first invariant that was broken, with the shortest way there. */
  readonly broken?: { readonly invariant: string; readonly path: readonly Action[] };
}

interface Node {
  readonly state: State;
  readonly action: Action | undefined;
  readonly parent: Node | undefined;
}

type Next = typeof next;

/** Two states with the same key behave alike in the scope: what no choice depends on is left out. */
const keyOf = (state: State): string => {
  const running = inKernel(state)?.id;
  const harts = state.harts.map((hart) => {
    const { status, mode, tlb, satp, spp, sepc, sum, mxr, pc, ipiDue, attempts } = hart;
    const { idleRequested, remoteFence, condition, registers } = hart;
    // Inside the kernel pc is of no consequence until sret sets it; outside, where sepc points is.
    const at = hart.id === running || status === 'waiting' ? [spp, sepc] : [pc];
    const kernel = [attempts, idleRequested, remoteFence, condition, ipiDue !== null];
    return [status, mode, tlb, satp, at, sum, mxr, kernel, registers];
  });
  return JSON.stringify([[...state.ram].sort(([a], [b]) => a - b), harts, state.halted]);
};

const pathTo = (node: Node | undefined): readonly Action[] =>
  node?.action ? [...pathTo(node.parent), node.action] : [];

const nameOf = (outcome: Outcome): string =>
  outcome.kind === 'trapped' ? `cause ${outcome.cause}` : outcome.kind;

/** @param advance what makes a step: a test may put a mistake there */
export const explore = (
  initial: State,
  scope: Scope,
  limit = 100_000,
  advance: Next = next,
): Exploration => {
  const seen = new Set([keyOf(initial)]);
  const outcomes = new Map<string, number>();
  let frontier: Node[] = [{ state: initial, action: undefined, parent: undefined }];
  let steps = 0;
  while (frontier.length > 0 && seen.size < limit) {
    const found: Node[] = [];
    for (const node of frontier) {
      for (const action of choices(node.state, scope)) {
        const { state, outcome } = advance(node.state, action);
        const child = { state, action, parent: node };
        steps += 1;
        outcomes.set(nameOf(outcome), (outcomes.get(nameOf(outcome)) ?? 0) + 1);
        const invariant = firstBroken(node.state, action, outcome, state);
        if (invariant !== undefined) {
          return { states: seen.size, steps, outcomes, broken: { invariant, path: pathTo(child) } };
        }
        const key = keyOf(state);
        if (seen.has(key)) continue;
        seen.add(key);
        found.push(child);
      }
    }
    frontier = found;
  }
  return { states: seen.size, steps, outcomes };
};

const firstBroken = (
  before: State,
  action: Action,
  outcome: Outcome,
  after: State,
): string | undefined => {
  for (const [name, holds] of Object.entries(STATE_INVARIANTS)) if (!holds(after)) return name;
  for (const [name, holds] of Object.entries(STEP_INVARIANTS)) {
    if (!holds({ before, action, outcome, after })) return name;
  }
  return undefined;
};
