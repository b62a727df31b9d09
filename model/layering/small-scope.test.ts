/**
 * All short runs of a small layered kernel: two tasks, three layers, calls that lend a buffer or do not, waits. Each step is
 * judged as an oracle says that knows the whole history and keeps no loans; all invariants hold after every step
 * (testing.ts checks them).
 */
import { expect, test } from 'vitest';
import { Call } from '../../spec/abi.ts';
import { Gate } from '../../spec/layering.ts';
import { Cause } from '../../spec/riscv.ts';
import { Op, Story } from './testing.ts';

const BUFFER = 0x2000;
const BYTES = 8;
const TOP = 3;
const USER = 4;

type Action =
  | { readonly kind: 'enter'; readonly tid: number; readonly lends: boolean }
  | { readonly kind: 'call'; readonly to: number; readonly lends: boolean }
  | { readonly kind: 'leave' | 'park' | 'touch' }
  | { readonly kind: 'resume'; readonly tid: number };

interface Called {
  readonly layer: number;
  readonly lends: boolean;
}

/** The calls in progress of each task, as the history tells; `now`: whose turn it is, 0: the vector's. */
interface Situation {
  readonly calls: ReadonlyMap<number, readonly Called[]>;
  readonly now: number;
}

const TIDS = [1, 2];

/** Operations that may lend, by layer. */
const LENDING = [0, Op.transfer, Op.move, 0] as const;

const possible = ({ calls, now }: Situation): readonly Action[] => {
  const both = [true, false];
  if (now !== 0) {
    return [
      ...[1, 2, 3].flatMap((to) => both.map((lends) => ({ kind: 'call', to, lends }) as const)),
      { kind: 'leave' },
      { kind: 'park' },
      { kind: 'touch' },
    ];
  }
  return TIDS.flatMap((tid): Action[] =>
    (calls.get(tid) ?? []).length > 0
      ? [{ kind: 'resume', tid }]
      : both.map((lends) => ({ kind: 'enter', tid, lends })),
  );
};

const after = ({ calls, now }: Situation, action: Action): Situation => {
  const set = (tid: number, chain: readonly Called[], next = tid): Situation => ({
    calls: new Map(calls).set(tid, chain),
    now: chain.length === 0 ? 0 : next,
  });
  const chain = calls.get(now) ?? [];
  switch (action.kind) {
    case 'enter':
      return set(action.tid, [{ layer: TOP, lends: action.lends }]);
    case 'call':
      return set(now, [...chain, { layer: action.to, lends: action.lends }]);
    case 'leave':
      return set(now, chain.slice(0, -1));
    case 'park':
      return set(now, chain, 0);
    case 'resume':
      return set(action.tid, calls.get(action.tid) ?? []);
    case 'touch':
      return { calls, now };
  }
};

/** Strict layers; and every call from the program down to the one that touches has named the buffer. */
const allowed = ({ calls, now }: Situation, action: Action): string | undefined => {
  const chain = calls.get(now) ?? [];
  const layer = chain.at(-1)?.layer ?? 0;
  if (action.kind === 'touch')
    return chain.every(({ lends }) => lends) ? undefined : 'foreign-data';
  if (action.kind !== 'call' || action.to === layer - 1) return undefined;
  if (action.to > layer) return 'upcall';
  return action.to === layer ? 'wrong-door' : 'layer-skipped';
};

/** The same on the machine’s records. */
const told = (actions: readonly Action[]): Story => {
  const story = new Story();
  const resumes = new Map<number, () => Story>();
  let now = 0;
  for (const action of actions) {
    switch (action.kind) {
      case 'enter':
        now = action.tid;
        story.trap(Cause.userEcall, now);
        story.call(TOP, Gate.ecall, action.lends ? Call.read : Call.yield, 3, BUFFER, BYTES);
        break;
      case 'call':
        story.call(action.to, LENDING[action.to] ?? 0, 1, BUFFER, action.lends ? BYTES : 0);
        break;
      case 'leave':
        story.leave();
        break;
      case 'park':
        resumes.set(now, story.park());
        break;
      case 'resume':
        now = action.tid;
        story.trap(Cause.timerInterrupt, now);
        resumes.get(now)?.();
        break;
      case 'touch':
        story.touch(BUFFER, BYTES, true, USER);
    }
  }
  return story;
};

const DEPTH = 6;

test('every run of six steps is judged as its history demands', () => {
  let runs = 0;
  const clauses = new Set<string | undefined>();
  const explore = (situation: Situation, actions: readonly Action[]): void => {
    if (actions.length === DEPTH) return;
    for (const action of possible(situation)) {
      const next = [...actions, action];
      const demanded = allowed(situation, action);
      const { clause } = told(next);
      if (clause !== demanded) expect([next, clause]).toEqual([next, demanded]);
      runs += 1;
      clauses.add(clause);
      if (clause === undefined) explore(after(situation, action), next);
    }
  };
  explore({ calls: new Map(), now: 0 }, []);
  expect(runs).toBeGreaterThan(5000);
  expect([...clauses].sort()).toEqual([
    'foreign-data',
    'layer-skipped',
    'upcall',
    'wrong-door',
    undefined,
  ]);
});
