/**
 * The bare kernel: tasks, memory and scheduling, and a console that it drives itself; no services. Correct variants and
 * known-bad mutants of what every kernel here is built from are made of it.
 *
 * `buildCore({ unmapPage })` is the same kernel with another `unmapPage`.
 */
import { defineKernel, type Kernel } from '../../hardware/contract.ts';
import { CORE_GROUPS } from '../../spec/calls/core.ts';
import { boot } from './boot.ts';
import type { Routines } from './kernel.ts';
import { routines } from './routines.ts';

/** A task that is ready waits for at most so many dispatches of others, while no more than so many tasks are ready. */
export const FAIRNESS = 64;

/** Shootdowns wait for their acknowledgement, however late the interrupt comes. */
export const LATEST_IPI = 8;

export interface CoreBuild extends Partial<Routines> {
  readonly name?: string;
  /** False: makes no claim of fairness. */
  readonly fairness?: number | false;
}

export const buildCore = (replace: CoreBuild = {}): Kernel => {
  const { name = 'bare', fairness = FAIRNESS, ...replaced } = replace;
  const all: Routines = { ...routines, ...replaced };
  return defineKernel({
    name,
    architecture: 'monolithic',
    implements: CORE_GROUPS,
    ...(fairness === false ? {} : { fairness }),
    ipiDelay: LATEST_IPI,
    boot: (machine, image) => boot(machine, image, all),
  });
};
