/**
 * Workloads about files and datagrams: tasks of one address space or of two make such calls, others beside them do what
 * any workload does. At most two tasks make them at a time: their calls may take effect in any order, and a judge has
 * to follow all orders.
 */
import type fc from 'fast-check';
import type { AbiGroup } from '../../../spec/abi.ts';
import type { DeviceSettings } from '../../../spec/devices.ts';
import { WORKLOAD_FORMAT, type Workload } from '../../../spec/workload.ts';
import { tableOf } from '../acts/act.ts';
import { ENDS } from '../acts/ends.ts';
import { ACTS } from '../acts/index.ts';
import type { Repertoire } from '../body.ts';
import { type Choices, choicesArbitrary } from '../choices.ts';
import { type WorkloadConstraints, withDefaults } from '../constraints.ts';
import { Dice } from '../dice.ts';
import {
  framesOf,
  hartsOf,
  interruptsOf,
  ipiDelayOf,
  scheduleOf,
  tlbEntriesOf,
} from '../machine.ts';
import { writeProgram } from '../program.ts';
import type { ProgramFacts, Speaks } from '../script.ts';
import { askForPort, holdPort } from './datagrams.ts';
import { FILE_ACTS } from './index.ts';
import { fillWithBytes, fillWithNames } from './limits.ts';
import { inHaste } from './open.ts';

export const FILE_GROUPS = ['files', 'datagrams'] as const satisfies readonly AbiGroup[];

interface Setting {
  readonly groups: ReadonlySet<AbiGroup>;
  readonly maxHarts: number;
  readonly maxTasks: number;
  readonly maxIpiDelay: number;
  /** Of tasks that make calls on files, and of the others. */
  readonly speaking: Repertoire;
  readonly quiet: Repertoire;
}

/**
 * Who makes calls on files: the first task alone; it and a thread; it and a second program, which boot starts or which
 * it spawns.
 */
type Cast = 'alone' | 'threads' | 'two' | 'child';

/** Shares in percent; the rest is alone. */
const THREADS = 27;
const TWO = 22;
const CHILD = 12;
/** Of those that are alone. */
const FULL = 12;
/** Of those that fill no disk. */
const HASTE = 30;
/** Of those with two programs: both want the same port. */
const CONTENDED = 30;
const STEPS = 1500;

const castOf = (dice: Dice, groups: ReadonlySet<AbiGroup>, choices: Choices): Cast => {
  const at = dice.roll(100);
  const programs = choices.programs.length;
  if (at < THREADS)
    return choices.threads.length > 0 && groups.has('threads') ? 'threads' : 'alone';
  if (at < THREADS + TWO) return programs > 1 ? 'two' : 'alone';
  if (at < THREADS + TWO + CHILD) return programs > 1 && groups.has('tasks') ? 'child' : 'alone';
  return 'alone';
};

const devicesOf = (dice: Dice): DeviceSettings => ({
  diskLatency: dice.pick([1, 1, 2, 4, 8, 16, 64]),
  networkLatency: dice.pick([1, 1, 2, 3, 8, 16, 64]),
});

/** Most programs that a workload is about. */
const MOST = 2;

const speaksOf = (program: number, cast: Cast): Speaks => {
  if (program === 0) return 'at boot';
  return cast === 'two' ? 'at boot' : cast === 'child' ? 'as child' : 'no';
};

const programsOf = (
  { programs, threads }: Choices,
  { groups, speaking, quiet }: Setting,
  cast: Cast,
  dice: Dice,
): readonly ProgramFacts[] => {
  const count = Math.min(MOST, programs.length);
  const facts: ProgramFacts[] = new Array<ProgramFacts>(count);
  const fills = cast === 'alone' && dice.percent(FULL) ? [fillWithNames, fillWithBytes] : [];
  const hastes = groups.has('files') && dice.percent(HASTE);
  const fill = groups.has('files')
    ? (fills[dice.roll(2)] ?? (hastes ? inHaste : undefined))
    : undefined;
  const contend =
    (cast === 'two' || cast === 'child') && groups.has('datagrams') && dice.percent(CONTENDED);
  const begins = contend ? [holdPort, askForPort] : [fill];
  for (let program = count - 1; program >= 0; program--) {
    const speaks = speaksOf(program, cast);
    const first = programs[program] ?? [];
    const bodies = program === 0 && cast === 'threads' ? [first, ...threads.slice(0, 1)] : [first];
    const setting = { groups, program, programs: count, facts, speaks };
    const begin = begins[program];
    const repertoire = speaks !== 'no' ? { ...speaking, ...(begin && { begin }) } : quiet;
    facts[program] = writeProgram(setting, repertoire, bodies, () => false);
  }
  return facts;
};

const startOf = (cast: Cast, programs: number, maxTasks: number, dice: Dice): readonly number[] => {
  const second = programs > 1 && maxTasks > 1 && (cast === 'two' || dice.percent(40));
  return second && cast !== 'child' ? [0, 1] : [0];
};

const lower = (choices: Choices, setting: Setting): Workload => {
  const dice = new Dice(choices.machine);
  const cast = castOf(dice, setting.groups, choices);
  const harts = hartsOf(dice, setting.maxHarts);
  const facts = programsOf(choices, setting, cast, dice);
  const start = startOf(cast, facts.length, setting.maxTasks, new Dice(choices.start));
  let peak = 0;
  for (const program of start) peak += facts[program]?.peak ?? 0;
  return {
    format: WORKLOAD_FORMAT,
    harts,
    frames: framesOf(facts.length, peak, dice, false),
    tlbEntries: tlbEntriesOf(dice),
    ipiDelay: Math.min(setting.maxIpiDelay, ipiDelayOf(dice)),
    programs: facts.map(({ bodies, texts }) => ({
      bodies,
      ...(texts.length > 0 && { texts }),
    })),
    start,
    schedule: scheduleOf(choices.schedule, harts),
    interrupts: interruptsOf(choices.interrupts, harts),
    devices: devicesOf(dice),
    steps: STEPS,
  };
};

/** A task that makes calls on files does other things too. */
const SPEAKING_ACTS = [...FILE_ACTS.map((one) => ({ ...one, weight: one.weight * 4 })), ...ACTS];

/** Acts of a body at most: longer ones than elsewhere, for a tree takes some time to grow. */
const FILE_ACTS_AT_MOST = 14;

export const fileWorkloadArbitrary = (
  constraints: Partial<WorkloadConstraints> = {},
): fc.Arbitrary<Workload> => {
  const full = withDefaults({ maxActs: FILE_ACTS_AT_MOST, ...constraints });
  const groups = new Set(full.groups);
  const ends = tableOf(ENDS, groups);
  const setting: Setting = {
    groups,
    maxHarts: full.maxHarts,
    maxTasks: full.maxTasks,
    maxIpiDelay: full.maxIpiDelay,
    speaking: { acts: tableOf(SPEAKING_ACTS, groups), ends },
    quiet: { acts: tableOf(ACTS, groups), ends },
  };
  return choicesArbitrary(full).map((choices) => lower(choices, setting));
};
