/**
 * The reference hybrid kernel, in the manner of Windows NT and XNU: what must be fast stands in the kernel (files with
 * their block driver, and the pager); console and network are processes, whose crash the system survives.
 */
import type { Kernel } from '../../hardware/contract.ts';
import { builderOf, everyService } from '../link/build.ts';

export const buildHybrid = builderOf('hybrid', {
  ...everyService('kernel'),
  console: 'user',
  network: 'user',
});

export const hybrid: Kernel = buildHybrid();
