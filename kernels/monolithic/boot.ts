/**
 * Boot: lays the kernel's state out in free frames, starts the first programs, and answers with the trap handler.
 *
 * It takes the first free frames for itself: the control frame, a frame of the frame table per 1024 frames of RAM, and
 * one each for the task and the space table. All free frames hold zeros at boot.
 */
import type { BootImage, Machine, Routine } from '../../hardware/contract.ts';
import { type Frame, WORDS_PER_FRAME } from '../../spec/riscv.ts';
import type { Routines, State } from './kernel.ts';
import { Control } from './layout.ts';
import { emptyTable, set, type Table } from './tables.ts';

const FRAME_TABLE_LIMIT = 4;
const TASK_TABLE_LIMIT = 256;
const SPACE_TABLE_LIMIT = 16;

export const kernelRoot = (k: State): Frame => k.image.kernelRoot;

export const boot = (machine: Machine, image: BootImage, routines: Routines): Routine => {
  const ownFrames = image.freeFrames.slice(0, 3 + Math.ceil(machine.frames / WORDS_PER_FRAME));
  const [control = 0, tasks = 0, spaces = 0, ...frameTable] = ownFrames;
  const k: State = {
    machine,
    image,
    routines,
    control: machine.frame(control),
    frames: emptyTable(Control.frameTable, FRAME_TABLE_LIMIT, 0),
    tasks: emptyTable(Control.taskTable, TASK_TABLE_LIMIT, 6),
    spaces: emptyTable(Control.spaceTable, SPACE_TABLE_LIMIT, 3),
  };
  addFrames(k, k.frames, frameTable);
  addFrames(k, k.tasks, [tasks]);
  addFrames(k, k.spaces, [spaces]);
  fillPool(k, ownFrames);
  k.control[Control.asids] = 1;
  k.control[Control.nextTid] = 1;
  k.control[Control.kernelRoot] = routines.kernelRoot(k);
  for (const hart of machine.harts)
    hart.onRemoteFence((waiting) => routines.acknowledge(k, waiting));
  for (const program of image.start) routines.startProgram(k, 0, program);
  return (hart) => routines.trap(k, hart);
};

const addFrames = (k: State, table: Table, frames: readonly Frame[]): void => {
  for (const frame of frames) {
    k.control[table.directory + table.pages.length] = frame;
    table.pages.push(k.machine.frame(frame));
  }
};

/** The kernel's own frames are used once, for ever; all others are free, the lowest first. */
const fillPool = (k: State, own: readonly Frame[]): void => {
  for (const frame of own) set(k.frames, frame, 0, 1);
  const free = k.image.freeFrames;
  for (let index = free.length - 1; index >= own.length; index--) {
    k.routines.giveFrame(k, free[index] ?? 0);
  }
  k.control[Control.freeCount] = free.length - own.length;
};
