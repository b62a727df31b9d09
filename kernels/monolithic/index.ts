/**
 * The reference monolithic kernel: all services in one address space, calling each other directly.
 *
 * Built from a record of named routines (kernel.ts). `buildMonolithic({ unmapPage })` is the same kernel with another
 * `unmapPage`: that is how correct variants and known-bad mutants are made, without a flag in any of these files.
 * Left out: swapping, priorities, sharing beyond parent and child, user space beyond 4 MiB.
 */
import { defineKernel, type Kernel } from '../../hardware/contract.ts';
import { ABI_GROUPS } from '../../spec/abi.ts';
import { boot, kernelRoot } from './boot.ts';
import * as console from './console.ts';
import * as fences from './fences.ts';
import * as frames from './frames.ts';
import type { Routines } from './kernel.ts';
import * as lifecycle from './lifecycle.ts';
import * as memory from './memory.ts';
import * as pages from './pages.ts';
import * as schedule from './schedule.ts';
import * as spaces from './spaces.ts';
import * as switching from './switch.ts';
import * as traps from './trap.ts';
import * as waiting from './waiting.ts';

export const routines: Routines = {
  kernelRoot,

  trap: traps.trap,
  trapFromKernel: traps.trapFromKernel,
  call: traps.call,

  saveContext: switching.saveContext,
  restoreContext: switching.restoreContext,
  dispatch: switching.dispatch,
  switchTo: switching.switchTo,
  loadSpace: spaces.loadSpace,
  idle: switching.idle,
  vacate: switching.vacate,

  enqueue: schedule.enqueue,
  dequeue: schedule.dequeue,
  pickNext: schedule.pickNext,
  preempt: schedule.preempt,
  slice: schedule.slice,

  allocateFrame: frames.allocateFrame,
  releaseFrame: frames.releaseFrame,
  retainFrame: frames.retainFrame,
  zeroFrame: frames.zeroFrame,
  takeFrame: frames.takeFrame,
  giveFrame: frames.giveFrame,

  createSpace: spaces.createSpace,
  releaseSpace: spaces.releaseSpace,
  allocateAsid: spaces.allocateAsid,
  releaseAsid: spaces.releaseAsid,

  promise: pages.promise,
  rightsOf: pages.rightsOf,
  withRights: pages.withRights,
  mapPage: pages.mapPage,
  unmapPage: pages.unmapPage,
  protectPage: pages.protectPage,
  sharePage: pages.sharePage,
  populate: pages.populate,
  releasePage: pages.releasePage,
  pageFault: pages.pageFault,

  fencePage: fences.fencePage,
  shootdown: fences.shootdown,
  acknowledge: fences.acknowledge,
  releaseAfterFence: fences.releaseAfterFence,
  awaitFence: waiting.awaitFence,

  startProgram: lifecycle.startProgram,
  createTask: lifecycle.createTask,
  stop: lifecycle.stop,
  end: lifecycle.end,
  orphan: lifecycle.orphan,
  leaveSpace: lifecycle.leaveSpace,
  wakeParent: lifecycle.wakeParent,
  reap: lifecycle.reap,

  spawn: lifecycle.spawn,
  exit: lifecycle.exit,
  yield: lifecycle.yieldCall,
  wait: lifecycle.wait,
  kill: lifecycle.kill,
  map: memory.map,
  unmap: memory.unmap,
  protect: memory.protect,
  share: memory.share,
  thread: lifecycle.thread,
  write: console.write,
  isUserPage: memory.isUserPage,
  sendBytes: console.sendBytes,
};

/** A task that is ready waits for at most so many dispatches of others, while no more than so many tasks are ready. */
const FAIRNESS = 64;

/** Shootdowns wait for their acknowledgement, however late the interrupt comes. */
const LATEST_IPI = 8;

export interface Build extends Partial<Routines> {
  readonly name?: string;
  /** False: makes no claim of fairness. */
  readonly fairness?: number | false;
}

export const buildMonolithic = (replace: Build = {}): Kernel => {
  const { name = 'monolithic', fairness = FAIRNESS, ...replaced } = replace;
  const all: Routines = { ...routines, ...replaced };
  return defineKernel({
    name,
    architecture: 'monolithic',
    implements: ABI_GROUPS,
    ...(fairness === false ? {} : { fairness }),
    ipiDelay: LATEST_IPI,
    boot: (machine, image) => boot(machine, image, all),
  });
};

export const monolithic: Kernel = buildMonolithic();
