/**
 * Boot: lays the kernel's state out in free frames, starts the first programs, and answers with the trap handler.
 *
 * It takes the first free frames for itself: the control frame, a frame of the frame table per 1024 frames of RAM, and
 * one each for the task and the space table. All free frames hold zeros at boot.
 */
import type { BootImage, Machine, Routine } from '../../hardware/contract.ts';
import { type Frame, WORDS_PER_FRAME, wordIn } from '../../spec/riscv.ts';
import { entryOf } from './frames.ts';
import type { CallRoutine, Routines, State } from './kernel.ts';
import { Control, SPACES, TASKS } from './layout.ts';
import { addFrame, set } from './tables.ts';
import { callTable } from './trap.ts';

export const kernelRoot = (k: State): Frame => k.image.kernelRoot;

/** Nothing but the core is mapped in every space. */
export const attach = (): void => {};

/** @param further calls beyond the core's, by number */
export const boot = (
  machine: Machine,
  image: BootImage,
  routines: Routines,
  further: ReadonlyMap<number, CallRoutine> = new Map(),
): Routine => {
  const ownFrames = image.freeFrames.slice(0, 3 + Math.ceil(machine.frames / WORDS_PER_FRAME));
  const [control = 0, tasks = 0, spaces = 0, ...frameTable] = ownFrames;
  const k: State = {
    machine,
    image,
    routines,
    calls: callTable(routines, further),
    ram: machine.ram,
    control: machine.frame(control),
  };
  for (const [index, frame] of frameTable.entries()) k.control[Control.frameTable + index] = frame;
  addFrame(k, TASKS, tasks);
  addFrame(k, SPACES, spaces);
  fillPool(k, ownFrames);
  k.control[Control.asids] = 1;
  k.control[Control.nextTid] = 1;
  k.control[Control.nextSpace] = 1;
  k.control[Control.ownFrames] = ownFrames.length;
  k.control[Control.kernelRoot] = routines.kernelRoot(k);
  routines.attach(k);
  for (const hart of machine.harts)
    hart.onRemoteFence((waiting) => routines.acknowledge(k, waiting));
  for (const program of image.start) routines.startProgram(k, 0, program);
  return (hart) => routines.trap(k, hart);
};

/** The kernel's own frames are used once, for ever; all others are free, the lowest first. */
const fillPool = (k: State, own: readonly Frame[]): void => {
  for (const frame of own) set(k, entryOf(k, frame), 0, 1);
  const free = k.image.freeFrames;
  for (let index = free.length - 1; index >= own.length; index--) {
    k.routines.giveFrame(k, wordIn(free, index));
  }
  k.control[Control.freeCount] = free.length - own.length;
};
