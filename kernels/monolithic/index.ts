/** The reference monolithic kernel: all services in one address space, calling each other directly. */
import type { Kernel } from '../../hardware/contract.ts';
import { builderOf, everyService } from '../link/build.ts';

export const buildMonolithic = builderOf('monolithic', everyService('kernel'));

export const monolithic: Kernel = buildMonolithic();
