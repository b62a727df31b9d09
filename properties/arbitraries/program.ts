/** Writes one program: what kind of program it is, its bodies, and the frames that it may use. */
import { FRAME_BUDGET } from '../../spec/abi.ts';
import type { Operation } from '../../spec/workload.ts';
import { type Repertoire, writeMain, writeThread } from './body.ts';
import type { BodyChoices } from './choices.ts';
import { Dice } from './dice.ts';
import { Texts } from './files/texts.ts';
import type { ProgramFacts, Scene, Script } from './script.ts';

/** Shares of programs, in percent. */
const SILENT = 45;
const WITH_INBOX = 55;

export type Setting = Pick<Scene, 'groups' | 'program' | 'programs' | 'facts'> &
  Partial<Pick<Scene, 'speaks' | 'silent'>>;

/** @param loops which bodies end in an endless loop */
export const writeProgram = (
  setting: Setting,
  repertoire: Repertoire,
  bodies: readonly BodyChoices[],
  loops: (body: number) => boolean,
): ProgramFacts => {
  const [first = []] = bodies;
  const scene = sceneOf(setting, new Dice(~(first[0] ?? 0)));
  const { script, plans } = writeMain(scene, repertoire, first, bodies.length - 1, loops(0));
  const scripts: Script[] = [script];
  for (const plan of plans) {
    const choices = bodies[plan.body] ?? [];
    scripts.push(writeThread(scene, repertoire, choices, plan, loops(plan.body)));
  }
  return factsOf(scene, scripts);
};

const sceneOf = (setting: Setting, dice: Dice): Scene => {
  const chance = dice.percent(SILENT);
  const silent = setting.silent ?? chance;
  const mayHaveInbox =
    setting.program > 0 && setting.groups.has('sharing') && setting.groups.has('memory') && !silent;
  return {
    speaks: 'no',
    ...setting,
    silent,
    hasInbox: mayHaveInbox && dice.percent(WITH_INBOX),
    texts: new Texts(),
  };
};

/** Threads, and children that nobody waited for, may outlive the first task. */
export const factsOf = (scene: Scene, scripts: readonly Script[]): ProgramFacts => {
  let peak: number = FRAME_BUDGET.perSpace;
  let children = 0;
  for (const script of scripts) {
    peak += FRAME_BUDGET.perTask + script.peak;
    for (const { frames } of script.children) children += frames;
  }
  const bodies: readonly (readonly Operation[])[] = scripts.map(({ operations }) => operations);
  const lasting = scripts.length > 1 ? peak : Math.min(children, peak);
  const { hasInbox, silent, speaks, texts } = scene;
  return { peak, lasting, hasInbox, silent, speaks, texts: texts.list, bodies };
};
