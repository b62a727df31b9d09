/**
 * The routines that every kernel here is built from: tasks, memory, scheduling, and the way in and out.
 *
 * A kernel is a record of named routines (kernel.ts). Replacing one replaces it everywhere: that is how correct variants
 * and known-bad mutants are made, without a flag in any of these files.
 * Left out: swapping, priorities, sharing beyond parent and child, user space beyond 4 MiB.
 */
import { attach, kernelRoot } from './boot.ts';
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
  attach,

  trap: traps.trap,
  trapFromKernel: traps.trapFromKernel,
  call: traps.call,
  externalInterrupt: traps.externalInterrupt,
  strayInterrupt: traps.strayInterrupt,
  background: traps.background,
  resume: traps.resume,

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
  withdraw: lifecycle.withdraw,
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
