/** Writes bodies: a program's own, with the threads that it starts along the way, and a thread's. */
import { bodyAddress, MAX_BODY } from '../../spec/layout.ts';
import type { Act } from './acts/act.ts';
import { loop } from './acts/ends.ts';
import { lookIntoInbox, spawnChild, wait } from './acts/family.ts';
import type { BodyChoices } from './choices.ts';
import { Dice } from './dice.ts';
import { type Duel, Duelist, prepareDuel } from './duel.ts';
import type { Filing } from './files/filing.ts';
import { Pages } from './pages.ts';
import { type Scene, Script } from './script.ts';

/** Acts by choice, for the middle and for the end of a body. */
export interface Repertoire {
  readonly acts: readonly Act[];
  readonly ends: readonly Act[];
  /** What a program's first task begins with. */
  readonly begin?: Act;
}

/** A thread that was started: what is needed to write its body. */
export interface ThreadPlan {
  readonly body: number;
  readonly pages: Pages;
  readonly filing: Filing;
  readonly duel: Duel | undefined;
}

/** Operations that an act, and what belongs to duels, may take. */
const ROOM = 12;
/** How likely a thread is to start between two acts. */
const START = 40;
const WAIT_AT_END = 45;

/** The low part of a choice picks the act, so that 0 is the simplest one. */
const perform = (script: Script, table: readonly Act[], choice: number): void =>
  table[choice % table.length]?.(script, new Dice(choice));

const finish = (script: Script, dice: Dice, ends: readonly Act[], loops: boolean): void => {
  if (loops) loop(script, dice);
  else perform(script, ends, dice.roll(1 << 20));
  script.operations.splice(MAX_BODY);
};

/** Body 0, which starts all of `threads` threads. */
export const writeMain = (
  scene: Scene,
  { acts, ends, begin }: Repertoire,
  [about = 0, ...choices]: BodyChoices,
  threads: number,
  loops: boolean,
): { readonly script: Script; readonly plans: readonly ThreadPlan[] } => {
  const dice = new Dice(about);
  const script = new Script(scene, 0, new Pages(0));
  const plans: ThreadPlan[] = [];
  const duelists: Duelist[] = [];
  const start = (): void => {
    const plan = startThread(script, dice, plans.length + 1);
    plans.push(plan);
    if (plan.duel) duelists.push(new Duelist(script, plan.duel, !plan.duel.byThread));
  };
  const inbox = scene.facts.findIndex((facts) => facts?.hasInbox);
  script.fill(dice, 1 + dice.roll(3));
  const family = script.has('tasks') && scene.program + 1 < scene.programs;
  if (family && inbox > scene.program && !scene.silent) spawnChild(script, dice, inbox);
  else if (family && (scene.program > 0 || loops) && dice.percent(60)) spawnChild(script, dice);
  begin?.(script, dice);
  for (const choice of choices) {
    if (!script.fits(ROOM)) break;
    if (plans.length < threads && dice.percent(START)) start();
    perform(script, acts, choice);
    for (const duelist of duelists) duelist.goOn(script, dice);
  }
  while (plans.length < threads && script.fits(ROOM)) start();
  for (const duelist of duelists) duelist.finish(script, dice);
  if (script.has('children') && dice.percent(WAIT_AT_END)) {
    while (script.children.length > 0 && script.fits(3)) wait(script, dice);
  }
  if (scene.hasInbox) lookIntoInbox(script, dice);
  finish(script, dice, ends, loops);
  for (const plan of plans) plan.pages.blockChanged(script.pages);
  return { script, plans };
};

const startThread = (script: Script, dice: Dice, body: number): ThreadPlan => {
  const duel = prepareDuel(script, dice);
  script.call('thread', bodyAddress(body));
  script.adopt(-1);
  return { body, pages: script.pages.forThread(body), filing: script.filing.forThread(), duel };
};

export const writeThread = (
  scene: Scene,
  { acts, ends }: Repertoire,
  [about = 0, ...choices]: BodyChoices,
  { body, pages, filing, duel }: ThreadPlan,
  loops: boolean,
): Script => {
  const dice = new Dice(about);
  const script = new Script(scene, body, pages, filing);
  const duelist = duel && new Duelist(script, duel, duel.byThread);
  duelist?.begin(script, dice);
  script.fill(dice, 1 + dice.roll(3));
  for (const choice of choices.slice(0, 4 + dice.roll(3))) {
    if (!script.fits(ROOM)) break;
    perform(script, acts, choice);
    duelist?.goOn(script, dice);
  }
  duelist?.finish(script, dice);
  finish(script, dice, ends, loops);
  return script;
};
