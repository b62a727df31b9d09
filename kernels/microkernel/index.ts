/**
 * The reference microkernel: in supervisor mode only tasks, memory, scheduling and messages. Every service is a process
 * that reaches its own pages and devices; a system call that a service does is a message to it.
 */
import type { Kernel } from '../../hardware/contract.ts';
import { builderOf, everyService } from '../link/build.ts';

export const buildMicrokernel = builderOf('microkernel', everyService('user'));

export const microkernel: Kernel = buildMicrokernel();
