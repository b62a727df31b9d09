/**
 * Programs that ask for more pages and tasks than the machine has frames, by doing the same few things over and over.
 * Every way to get a frame and to give it back is one of the rounds, and so is every way to fail in between: a frame
 * that is lost each time is missed at the end.
 */
import type { AbiGroup } from '../../spec/abi.ts';
import { bodyAddress, MAX_BODY } from '../../spec/layout.ts';
import { Pte, type RegisterName } from '../../spec/riscv.ts';
import { load, mapAt, store, unmapAt } from './acts/memory.ts';
import type { BodyChoices } from './choices.ts';
import { Dice } from './dice.ts';
import { Texts } from './files/texts.ts';
import { addressOf, Pages, SLOTS, type Slot } from './pages.ts';
import { factsOf, type Setting } from './program.ts';
import { type ProgramFacts, Script } from './script.ts';

const { R, W } = Pte;

interface Round {
  /** How often it is chosen, relative to others. */
  readonly weight: number;
  readonly groups: readonly AbiGroup[];
  readonly write: (script: Script, dice: Dice, slot: Slot) => void;
}

/** Spawns the program that comes after this one. */
const spawn = (script: Script): RegisterName => {
  script.call('spawn', script.scene.program + 1);
  return script.adopt(script.scene.program + 1).register;
};

const waitFor = (script: Script, register: RegisterName): void => {
  script.call('wait', register);
  for (const child of [...script.children]) script.forget(child);
};

const ROUNDS: readonly Round[] = [
  {
    weight: 1,
    groups: ['memory'],
    write: (script, dice, slot) => {
      mapAt(script, slot, R | W);
      if (dice.percent(25)) load(script, dice, addressOf(slot));
      store(script, dice, slot);
      unmapAt(script, slot);
    },
  },
  {
    weight: 3,
    groups: ['tasks', 'children'],
    write: (script) => {
      waitFor(script, spawn(script));
    },
  },
  {
    weight: 2,
    groups: ['tasks', 'children'],
    write: (script) => {
      const register = spawn(script);
      script.call('kill', register);
      waitFor(script, register);
    },
  },
  {
    weight: 2,
    groups: ['threads', 'children'],
    write: (script) => {
      script.call('thread', bodyAddress(1));
      waitFor(script, script.adopt(-1).register);
    },
  },
  {
    weight: 2,
    groups: ['memory', 'tasks', 'children', 'sharing'],
    write: (script, _, slot) => {
      mapAt(script, slot, R | W);
      const register = spawn(script);
      script.call('share', addressOf(slot), register, R);
      unmapAt(script, slot);
      waitFor(script, register);
    },
  },
  {
    weight: 3,
    groups: ['memory'],
    write: (script, dice, slot) => {
      mapAt(script, slot, R);
      script.call('map', addressOf(slot), R);
      script.call('map', addressOf(slot) + dice.pick([0, 0, 0, 4]), R);
      unmapAt(script, slot);
    },
  },
  {
    weight: 2,
    groups: ['memory', 'tasks'],
    write: (script, dice, slot) => {
      for (let i = 0; i < 2; i++) script.call('spawn', script.scene.programs);
      mapAt(script, slot, R | W);
      if (dice.percent(30)) store(script, dice, slot);
      unmapAt(script, slot);
    },
  },
  {
    weight: 1,
    groups: ['memory', 'protection'],
    write: (script, dice, slot) => {
      mapAt(script, slot, R | W);
      store(script, dice, slot);
      script.call('protect', addressOf(slot), R);
      unmapAt(script, slot);
    },
  },
];

/** Operations of the longest round, and of the end besides the pages that it maps. */
const LONGEST = 6;
const END = 3;

export const mayChurn = (groups: ReadonlySet<AbiGroup>): boolean =>
  groups.has('memory') || (groups.has('tasks') && groups.has('children'));

/** One or two kinds of rounds, in turn; then it takes all the memory that is there by the frame budget. */
export const writeChurn = (setting: Setting, [about = 0]: BodyChoices): ProgramFacts => {
  const dice = new Dice(about);
  const scene = {
    speaks: 'no' as const,
    ...setting,
    silent: false,
    hasInbox: false,
    texts: new Texts(),
  };
  const script = new Script(scene, 0, new Pages(0));
  const first = roundOf(setting, dice);
  const second = dice.percent(65) ? first : roundOf(setting, dice);
  script.fill(dice, 1 + dice.roll(3));
  const isRoom = (): boolean =>
    script.operations.length + LONGEST + END + script.peak - script.frames <= MAX_BODY;
  for (let i = 0; isRoom(); i++) {
    (i & 1 ? second : first)?.write(script, dice, dice.percent(70) ? 0 : 1 + dice.roll(3));
  }
  if (script.has('memory')) takeAll(script, dice);
  if (script.has('tasks')) script.call('exit', 0);
  script.operations.splice(MAX_BODY);
  const threads = [first, second].some((round) => round?.groups.includes('threads'));
  return factsOf(scene, threads ? [script, shortThread(script, dice)] : [script]);
};

/** Maps as many pages as were in use at once before, children included: what was lost on the way is missing now. */
const takeAll = (script: Script, dice: Dice): void => {
  let slot = 0;
  do {
    mapAt(script, slot, R | W);
    slot += 1;
  } while (script.frames < script.peak && slot < SLOTS && script.operations.length < MAX_BODY - 2);
  store(script, dice, slot - 1);
};

/** Rounds that spawn need another program to be spawned. */
const roundOf = ({ groups, program, programs }: Setting, dice: Dice): Round | undefined => {
  const rounds = ROUNDS.filter(
    (round) =>
      round.groups.every((group) => groups.has(group)) &&
      (program + 1 < programs || !round.groups.includes('tasks')),
  );
  const weighted = rounds.flatMap((round) => new Array<Round>(round.weight).fill(round));
  return weighted[dice.roll(weighted.length || 1)];
};

const shortThread = (main: Script, dice: Dice): Script => {
  const script = new Script(main.scene, 1, main.pages.forThread(1));
  script.fill(dice, 1);
  if (script.has('memory')) {
    const { first } = script.pages;
    mapAt(script, first, R | W);
    store(script, dice, first);
    unmapAt(script, first);
  }
  if (script.has('tasks')) script.call('exit', 0);
  return script;
};
