/** Properties of runs: a run depends on nothing but its workload. */
import type { Property } from './property.ts';

export const DETERMINISM_PROPERTIES: readonly Property[] = [
  {
    id: 'determinism/same-run-twice',
    statement: 'Two runs of the same workload are the same, event by event.',
    formula: '∀ w: log(w) = log(w)',
    source: 'Replay: without it a counterexample cannot be shown again',
    clauses: ['runs-differ'],
    groups: [],
    exercise: ['returned'],
    todo: 'Use no clock and no random source of the host; seed your own generator.',
    knownAs: 'Heisenbugs.',
  },
  {
    id: 'determinism/no-state-between-boots',
    statement: 'A boot starts from nothing: what happened before it does not matter.',
    formula: '∀ w: log(w after other boots) = log(w in a fresh kernel)',
    source: 'A reboot forgets',
    clauses: ['state-kept'],
    groups: [],
    exercise: ['returned'],
    todo: 'Create all state inside boot, none at the top of the file.',
    knownAs: 'Warm-boot bugs.',
  },
];
