/**
 * The second of two stages: makes a concrete workload out of symbolic choices. Total and pure: every choice gives a
 * valid workload, the same each time.
 *
 * It writes programs in program order and keeps track of what each has mapped, unmapped and spawned, so that an
 * operation is about "my second page", "its neighbour" or "what was just unmapped", and so that tasks live: what faults
 * is mostly the last act of a task.
 */
import type { AbiGroup } from '../../spec/abi.ts';
import { WORKLOAD_FORMAT, type Workload } from '../../spec/workload.ts';
import type { Repertoire } from './body.ts';
import type { Choices } from './choices.ts';
import { mayChurn, writeChurn } from './churn.ts';
import { Dice } from './dice.ts';
import {
  framesOf,
  hartsOf,
  interruptsOf,
  ipiDelayOf,
  scheduleOf,
  tlbEntriesOf,
} from './machine.ts';
import { writeProgram } from './program.ts';
import type { ProgramFacts } from './script.ts';

export interface Setting {
  readonly groups: ReadonlySet<AbiGroup>;
  readonly repertoire: Repertoire;
  readonly maxHarts: number;
  readonly maxTasks: number;
  readonly maxIpiDelay: number;
}

/** In `loop` one body ends in an endless loop, in `loops` all do. */
type Kind = 'plain' | 'loop' | 'loops' | 'churn' | 'short of memory';

/** Shares in percent; the rest is plain. */
const CHURN = 13;
const LOOP = 8;
const LOOPS = 5;
const SHORT = 5;
const THREADED = 72;
const SECOND_THREAD = 40;
const STEPS = { plain: 400, loop: 340, loops: 400, churn: 700, 'short of memory': 400 } as const;

export const lower = (choices: Choices, setting: Setting): Workload => {
  const dice = new Dice(choices.machine);
  const kind = kindOf(dice, setting);
  const oneHart = kind === 'loop' && dice.percent(60);
  const harts = oneHart ? 1 : hartsOf(dice, setting.maxHarts);
  const facts = programsOf(choices, setting, kind, dice);
  const start = startOf(
    new Dice(choices.start),
    facts.length,
    kind === 'churn' || kind === 'loops' ? 1 : setting.maxTasks,
  );
  let peak = 0;
  for (const program of start) peak += facts[program]?.peak ?? 0;
  return {
    format: WORKLOAD_FORMAT,
    harts,
    frames: framesOf(facts.length, peak, dice, kind === 'short of memory'),
    tlbEntries: tlbEntriesOf(dice),
    ipiDelay: Math.min(setting.maxIpiDelay, ipiDelayOf(dice)),
    programs: facts.map(({ bodies }) => ({ bodies })),
    start,
    schedule: scheduleOf(choices.schedule, harts),
    interrupts: interruptsOf(choices.interrupts, harts),
    steps: STEPS[kind],
  };
};

const kindOf = (dice: Dice, { groups }: Setting): Kind => {
  const at = dice.roll(100);
  if (at < CHURN && mayChurn(groups)) return 'churn';
  if (at < CHURN + LOOP) return 'loop';
  if (at < CHURN + LOOP + LOOPS) return 'loops';
  return at < CHURN + LOOP + LOOPS + SHORT ? 'short of memory' : 'plain';
};

/** The last program first, for it is spawned by those before it. */
const programsOf = (
  { programs, threads }: Choices,
  { groups, repertoire }: Setting,
  kind: Kind,
  dice: Dice,
): readonly ProgramFacts[] => {
  const count = kind === 'churn' ? Math.min(2, programs.length) : programs.length;
  const facts: ProgramFacts[] = new Array<ProgramFacts>(count);
  const looping = kind === 'loop' ? dice.roll(count) : -1;
  const threaded = dice.percent(THREADED) ? dice.roll(count) : -1;
  const most = dice.percent(SECOND_THREAD) ? 2 : 1;
  for (let program = count - 1; program >= 0; program--) {
    const setting = { groups, program, programs: count, facts };
    const first = programs[program] ?? [];
    if (kind === 'churn') {
      facts[program] =
        program === 0
          ? writeChurn(setting, first)
          : writeProgram(setting, repertoire, [first.slice(0, SHORT_BODY)], noLoop);
      continue;
    }
    const bodies = program === threaded ? [first, ...threads.slice(0, most)] : [first];
    const loop = dice.roll(bodies.length);
    const loops = (body: number): boolean =>
      kind === 'loops' || (program === looping && body === loop);
    facts[program] = writeProgram(setting, repertoire, bodies, loops);
  }
  return facts;
};

const noLoop = (): boolean => false;

/** Choices for a program that is spawned often. */
const SHORT_BODY = 3;

const startOf = (dice: Dice, programs: number, max: number): readonly number[] => {
  const start = [0];
  for (let program = 1; program < programs && start.length < max; program++) {
    if (dice.percent(55)) start.push(program);
  }
  if (start.length < max && dice.percent(25)) start.push(dice.roll(programs));
  return start;
};
