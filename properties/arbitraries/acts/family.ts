/** Acts on other tasks: spawn, wait, kill, share, and threads that start where no code is. */

import { USER_TEXT } from '../../../spec/layout.ts';
import { Pte } from '../../../spec/riscv.ts';
import type { Dice } from '../dice.ts';
import { addressOf, type Slot } from '../pages.ts';
import type { Child, Script } from '../script.ts';
import type { Act } from './act.ts';
import { keep, load, loadBack, mapAt, store, touch } from './memory.ts';
import { killRefused, shareRefused, spawnRefused, waitRefused } from './refused.ts';

const { R, W, X } = Pte;

/** The slot that a program with an inbox looks into. */
const INBOX: Slot = 5;
const MAX_CHILDREN = 3;

/** A program with a higher index, so that nothing spawns without end; −1: there is none. */
const programToSpawn = ({ scene }: Script, dice: Dice): number => {
  const above = scene.programs - 1 - scene.program;
  return above > 0 ? scene.program + 1 + dice.roll(above) : -1;
};

export const yieldHart: Act = (script) => script.call('yield');

const isQuiet = ({ facts }: Script['scene'], program: number): boolean =>
  (facts[program]?.speaks ?? 'no') === 'no';

/** Tasks that make calls on files are few: one child at most, and none of a thread's. */
const mayStart = ({ scene, body, spoken }: Script, program: number): boolean =>
  isQuiet(scene, program) ||
  (scene.facts[program]?.speaks === 'as child' && scene.speaks !== 'no' && body === 0 && !spoken);

/** Spawns; `undefined` where there is nothing to spawn, or too many children already. */
export const spawnChild = (
  script: Script,
  dice: Dice,
  program = programToSpawn(script, dice),
): Child | undefined => {
  if (program < 0 || !script.fits(5) || !mayStart(script, program)) return undefined;
  if (script.children.length >= MAX_CHILDREN) {
    if (!script.has('children')) return undefined;
    wait(script, dice);
  }
  const inbox = script.scene.facts[program]?.hasInbox === true && mayShare(script);
  if (inbox) fillInbox(script, dice);
  script.call('spawn', program);
  const child = script.adopt(program);
  script.spoken ||= !isQuiet(script.scene, program);
  if (inbox && dice.percent(85)) shareWith(script, dice, child, INBOX);
  return child;
};

const mayShare = (script: Script): boolean =>
  script.body === 0 && script.has('sharing') && script.has('memory') && !script.scene.silent;

const fillInbox = (script: Script, dice: Dice): void => {
  if (!((script.pages.rights[INBOX] ?? 0) & W)) {
    if (script.pages.rights[INBOX] !== 0) return;
    mapAt(script, INBOX, R | W);
  }
  store(script, dice, INBOX);
};

const shareWith = (script: Script, dice: Dice, child: Child, slot: Slot): void => {
  const rights = script.pages.rights[slot] ?? 0;
  // First it asks for more than there is to give.
  if (dice.percent(8))
    script.call('share', addressOf(slot), child.register, rights & W ? R | W | X : R | W);
  script.call('share', addressOf(slot), child.register, rights & W && dice.percent(70) ? R | W : R);
  // Both see the same words: a word from here may be found there.
  if (rights & W && dice.percent(40)) store(script, dice, slot);
};

export const spawn: Act = (script, dice) => {
  if (!spawnChild(script, dice)) spawnRefused(script, dice);
};

const waitFor = (script: Script, dice: Dice, child: Child): void => {
  script.call('wait', child.register);
  script.forget(child);
  if (child.program >= 0 && (script.pages.rights[INBOX] ?? 0) & R) loadBack(script, dice, INBOX);
};

export const wait: Act = (script, dice) => {
  const child = script.children[dice.roll(script.children.length || 1)];
  if (child) waitFor(script, dice, child);
  else waitRefused(script, dice);
};

/** Kills a child, one spawned for it if there is none, and often waits for it. */
export const kill: Act = (script, dice) => {
  const child = script.livingChild(dice) ?? spawnChild(script, dice);
  if (!child) return killRefused(script, dice);
  if (dice.percent(40)) touch(script, dice);
  script.call('kill', child.register);
  child.ended = true;
  if (dice.percent(30)) script.call('kill', child.register);
  if (dice.percent(50)) waitFor(script, dice, child);
};

export const share: Act = (script, dice) => {
  if (!mayShare(script)) return keep(script, dice);
  const child = script.livingChild(dice, 'talks') ?? spawnChild(script, dice);
  const slot = script.pages.mapped(dice);
  if (!child || slot < 0 || script.scene.facts[child.program]?.silent)
    return shareRefused(script, dice);
  shareWith(script, dice, child, slot);
  if (dice.percent(30)) shareWith(script, dice, child, slot);
};

/** What a program with an inbox does at its end, when its parent has had time to share. */
export const lookIntoInbox: Act = (script, dice) => {
  load(script, dice, addressOf(INBOX));
  if (dice.percent(40)) store(script, dice, INBOX);
};

/**
 * A thread that starts at a page of data, in an empty slot of text, or where nothing is: it faults, not its maker. Code
 * that was copied to a page may lead back here: threads would start threads without end.
 */
export const doomedThread: Act = (script, dice) => {
  const mapped = script.pages.mapped(dice, R);
  const where = dice.roll(3);
  const slot = where === 1 ? dice.roll(16) : mapped;
  const executable = ((script.pages.rights[slot] ?? 0) & X) !== 0;
  if (where < 2 && slot >= 0 && !executable) script.call('thread', addressOf(slot));
  else script.call('thread', USER_TEXT + 0xffc);
  const child = script.adopt(-1);
  if (script.has('children') && dice.percent(60)) waitFor(script, dice, child);
};
