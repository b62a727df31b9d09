/**
 * Whole bodies: what the first task of a program does, its threads, the workers that others spawn; and bodies with one
 * purpose, for what ordinary phrases reach too rarely.
 */
import { bodyAddress } from '../../spec/layout.ts';
import { Pte } from '../../spec/riscv.ts';
import type { Operation } from '../../spec/workload.ts';
import type { Choices } from './choices.ts';
import { lastAct } from './last-acts.ts';
import { fillRegisters, PHRASES } from './phrases.ts';
import { ProgramWriter, pageAddress, SCRATCH, type Setting, SHARED_PAGE } from './program.ts';

const RW = Pte.R | Pte.W;
type Pages = ReadonlyMap<number, number>;

const NO_PAGES: Pages = new Map();

const finish = (writer: ProgramWriter): readonly Operation[] => {
  if (!writer.over) lastAct(writer);
  return writer.operations;
};

/** Phrases until the choices are used up, then a last act. */
const ordinary = (writer: ProgramWriter): readonly Operation[] => {
  const { choices } = writer;
  while (!choices.done && !writer.over && !writer.full) {
    choices.fresh();
    choices.weighted(PHRASES)(writer);
  }
  return finish(writer);
};

/** A program of one task that does this and that. */
export const plainProgram = (setting: Setting, choices: Choices): Operation[][] => {
  const writer = new ProgramWriter(setting, choices, NO_PAGES);
  if (choices.chance(70)) fillRegisters(writer);
  return [[...ordinary(writer)]];
};

/** A worker: short, spawned and waited for. It may be given a shared page while it runs. */
export const workerProgram = (
  setting: Setting,
  choices: Choices,
  shared: boolean,
): Operation[][] => {
  const writer = new ProgramWriter(setting, choices, NO_PAGES);
  if (setting.groups.includes('memory')) {
    const page = pageAddress(choices.next(3));
    writer.map(page, RW);
    writer.add({ op: 'load', va: page, rd: choices.pick(SCRATCH) });
    if (choices.chance(70)) writer.add({ op: 'store', va: page, value: 3 });
  }
  if (choices.chance(40)) fillRegisters(writer);
  if (shared) {
    for (let i = choices.next(3); i >= 0; i--) writer.call('yield');
    writer.add({ op: 'load', va: SHARED_PAGE, rd: 't0' });
    if (choices.chance(50)) writer.add({ op: 'store', va: SHARED_PAGE, value: 11 });
    if (choices.chance(50)) writer.call('unmap', SHARED_PAGE);
  }
  return [[...finish(writer)]];
};

/**
 * Two tasks in one address space: the first maps a page and takes it away, or its rights, while the thread uses it on
 * another hart.
 */
export const threadedProgram = (setting: Setting, choices: Choices): Operation[][] => {
  if (!setting.groups.includes('threads') || !setting.groups.includes('memory')) {
    return plainProgram(setting, choices);
  }
  const first = new ProgramWriter(setting, choices, NO_PAGES);
  const page = pageAddress(choices.next(3));
  first.map(page, RW);
  if (choices.chance(60)) first.add({ op: 'store', va: page, value: 5 });
  first.call('thread', bodyAddress(1));
  if (choices.chance(50)) first.keepChild();
  const user = new ProgramWriter(setting, choices, first.pages);
  for (let i = 2 + choices.next(6); i >= 0; i--) {
    if (choices.chance(25)) fillRegisters(user);
    user.add(
      choices.chance(35)
        ? { op: 'store', va: page, value: 6 }
        : { op: 'load', va: page, rd: choices.pick(SCRATCH) },
    );
  }
  for (let i = choices.next(5); i > 0; i--) first.add({ op: 'load', va: page, rd: 't0' });
  const way = choices.next(4);
  if (way < 3 || !setting.groups.includes('protection')) first.unmap(page);
  else first.call('protect', page, Pte.R);
  if (choices.chance(50) && !first.pages.has(page)) first.map(page, RW);
  const rest = ordinary(first);
  return [[...rest], [...finish(user)]];
};

/** Asks for more frames, one after the other, than the machine has. */
export const churningProgram = (setting: Setting, choices: Choices): Operation[][] => {
  const writer = new ProgramWriter(setting, choices, NO_PAGES);
  const way = choices.next(4);
  const rounds = way < 2 ? 13 + choices.next(5) : 10 + choices.next(4);
  for (let i = 0; i < rounds; i++) {
    if (way < 2 || !setting.groups.includes('children')) {
      const page = pageAddress(i);
      writer.map(page, RW);
      if (way === 1) writer.add({ op: 'store', va: page, value: i + 1 });
      writer.unmap(page);
    } else if (way === 2 || !setting.groups.includes('threads')) {
      writer.call('spawn', setting.worker);
      writer.call('wait', writer.keepChild());
      writer.children.pop();
    } else {
      writer.map(pageAddress(0), RW);
      writer.unmap(pageAddress(0));
      writer.call('spawn', setting.worker);
      writer.call(choices.chance(50) ? 'kill' : 'wait', 'a0');
    }
  }
  return [[...finish(writer)]];
};
