/** The routines for services that are processes, as the reference kernels have them. */
import { copyAcross } from '../copying.ts';
import type { ProcessRoutines } from '../linkage.ts';
import { callAtOnce } from './fast.ts';
import { answered, crashed } from './messages.ts';
import { confineDevices, layOut } from './process.ts';

export const processRoutines: ProcessRoutines = {
  layOut,
  confineDevices,
  callAtOnce,
  answered,
  crashed,
  copyAcross,
};
