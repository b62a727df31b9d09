/**
 * A variant is a correct kernel that makes other choices than the reference kernel. None may ever be rejected: each
 * shows that the properties ask for what kernels promise, and not for what one kernel happens to do.
 */
import type { Kernel } from '../../hardware/contract.ts';

export interface Variant {
  /** What `variant:<id>` names. */
  readonly id: string;
  /** The choice that it makes, in one sentence. */
  readonly description: string;
  readonly kernel: Kernel;
}
