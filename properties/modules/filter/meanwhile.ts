/**
 * What happens at the same time: a packet goes through the old table while a new one is committed, and a match is to be
 * unloaded. The answers must be those of some order of the three, and so must be all that follows.
 *
 * In the kernel others go first only where somebody waits, so matches wait here before they answer.
 */
import fc from 'fast-check';
import type { ModuleProgram } from '../../../kernels/modules/program.ts';
import { matchLimit } from '../../../kernels/modules/programs/match-limit.ts';
import { matchPort } from '../../../kernels/modules/programs/match-port.ts';
import { copyOf, type ModulesState, nothingLoaded } from '../../../model/modules/state.ts';
import { step } from '../../../model/modules/step.ts';
import { MatchKey } from '../../../spec/filter.ts';
import type { ModuleOperation } from '../../../spec/modules.ts';
import { answerText, type ModuleViolation } from '../judge.ts';
import { byTurns, type Changes, type ModuleWorld, runActivations } from '../world.ts';
import { MATCHES, worldArbitrary } from './arbitrary.ts';
import {
  appendRule,
  begin,
  bringUp,
  commit,
  dropByPolicy,
  dump,
  packet,
  type RuleText,
} from './operations.ts';
import { packetText, rule } from './tables.ts';

export interface MeanwhileCase {
  readonly world: ModuleWorld;
  readonly before: readonly ModuleOperation[];
  readonly together: readonly ModuleOperation[];
  readonly schedule: readonly number[];
  readonly after: readonly ModuleOperation[];
}

const waiting = (program: ModuleProgram): ModuleProgram => ({
  ...program,
  sleeps: true,
  *hook(place, request, argument) {
    yield undefined;
    const answer = program.hook?.(place, request, argument) ?? 0;
    return typeof answer === 'number' ? answer : yield* answer;
  },
});

const permutations = <T>(all: readonly T[]): (readonly T[])[] =>
  all.length <= 1
    ? [all]
    : all.flatMap((one, index) =>
        permutations(all.toSpliced(index, 1)).map((rest) => [one, ...rest]),
      );

interface Answered {
  readonly operation: ModuleOperation;
  readonly answer: number;
}

/** The first answer that is not the model's; nothing: all are. */
const firstOther = (state: ModulesState, answered: readonly Answered[]): number | undefined => {
  for (const [index, { operation, answer }] of answered.entries())
    if (step(state, operation) !== answer) return index;
  return undefined;
};

/** All answers: of what comes before, of what is done together, of what follows. */
const answersOf = (
  { world, before, together, schedule, after }: MeanwhileCase,
  changed: Changes,
): { readonly answers: readonly number[]; readonly stopped: string | undefined } => {
  const answers: number[] = [];
  const rounds: (readonly ModuleOperation[])[] = [
    ...before.map((one) => [one]),
    together,
    ...after.map((one) => [one]),
  ];
  const programs = {
    'match-port': waiting(matchPort),
    'match-limit': waiting(matchLimit),
    ...changed.programs,
  };
  const stopped = runActivations(
    world,
    (modules, hart) => {
      const round = rounds.shift();
      if (!round) return true;
      answers.push(...byTurns(modules, hart, round, schedule));
      return false;
    },
    { ...changed, programs },
  );
  return { answers, stopped };
};

/** @returns what no order explains */
export const judgeMeanwhile = (
  it: MeanwhileCase,
  changed: Changes = {},
): ModuleViolation | undefined => {
  const { world, before, together, after } = it;
  const { answers, stopped } = answersOf(it, changed);
  const property = 'modules/table-replaced-atomically';
  const all = [...before, ...together, ...after];
  const answered = all.map((operation, index) => ({
    operation,
    answer: answers[index] ?? Number.NaN,
  }));
  const state = nothingLoaded(world.settings, world.files, world.pages);
  const end = before.length + together.length;
  const early = firstOther(state, answered.slice(0, before.length));
  const orders = permutations(answered.slice(before.length, end));
  const explained =
    early === undefined &&
    orders.some(
      (order) => firstOther(copyOf(state), [...order, ...answered.slice(end)]) === undefined,
    );
  if (explained && stopped === undefined) return undefined;
  const seen = answered.slice(before.length, end);
  return {
    property,
    done: end,
    operation: together[0],
    expected: 'answers as of one after the other, in some order',
    observed:
      stopped ?? seen.map(({ operation, answer }) => answerText(operation, answer)).join('; '),
  };
};

// ---- cases

const tableOf = (rules: readonly RuleText[], drops: readonly number[]): ModuleOperation[] => [
  begin('filter'),
  ...drops.map((one) => dropByPolicy('filter', one)),
  ...rules.map((one) => appendRule('filter', one)),
];
/** Rules that ask matches, so that there is something to wait for. */
const asking = fc.tuple(rule, fc.constantFrom(...MATCHES)).map(([it, name]) => ({
  ...it,
  chain: 0,
  criteria: 0,
  match: MatchKey[name] as number,
  its: name === 'port' ? 0x0150 : it.its & 3,
}));
const rules = fc.array(fc.oneof(asking, asking, rule), { minLength: 1, maxLength: 4 });
const drops = fc.subarray([0]);

export const meanwhileArbitrary: fc.Arbitrary<MeanwhileCase> = fc
  .record({
    world: worldArbitrary,
    old: fc.tuple(rules, drops),
    fresh: fc.tuple(rules, drops),
    one: packetText,
    gone: fc.constantFrom(...MATCHES),
    schedule: fc.array(fc.nat(2), { maxLength: 12 }),
  })
  .map(({ world, old, fresh, one, gone, schedule }) => ({
    world,
    before: [
      ...['port', 'limit', 'filter'].flatMap(bringUp),
      ...tableOf(...old),
      commit('filter'),
      ...tableOf(...fresh),
    ],
    together: [
      packet({ ...one, chain: 0 }),
      commit('filter'),
      { op: 'unload', module: gone, force: false },
    ],
    schedule,
    after: [
      { op: 'exit', module: gone },
      ...dump('filter', fresh[0].length),
      ...bringUp(gone),
      packet(one),
    ],
  }));
