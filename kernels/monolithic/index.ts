/**
 * The reference monolithic kernel: all services in one address space, calling each other directly.
 *
 * Built from a record of named routines: `buildMonolithic({ unmapPage })` is the same kernel with another `unmapPage`.
 */
import { defineKernel, type Kernel } from '../../hardware/contract.ts';
import { ABI_GROUPS } from '../../spec/abi.ts';
import { boot } from '../core/boot.ts';
import type { Routines } from '../core/kernel.ts';
import { routines } from '../core/routines.ts';

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
