/** Every claim of the textbook on kernels, on the monolithic, micro, hybrid and layered architectures, and on modules. */
import type { Claim } from './claim.ts';
import { HYBRID_CLAIMS } from './hybrid.ts';
import { LAYERED_CLAIMS } from './layered.ts';
import { MICROKERNEL_CLAIMS } from './microkernel.ts';
import { MODULE_CLAIMS } from './modules.ts';
import { KERNEL_CLAIMS, MONOLITHIC_CLAIMS } from './monolithic.ts';

export {
  CLAIM_SIDES,
  CLAIM_SUBJECTS,
  CLAIM_TAGS,
  CLAIM_VERDICTS,
  type Claim,
  type ClaimCheck,
  type ClaimSubject,
  type ClaimTag,
  type ClaimVerdict,
  type CounterWitness,
  MEASURES,
  type Measure,
  type Scope,
  STATIC_MEASURES,
  type TreeTrait,
} from './claim.ts';
export { COST_BOUNDS, type CostBounds, USUAL_SPREAD } from './cost-bounds.ts';
export { TEXTBOOK } from './textbook.ts';

export const CLAIMS: readonly Claim[] = [
  ...KERNEL_CLAIMS,
  ...MONOLITHIC_CLAIMS,
  ...MICROKERNEL_CLAIMS,
  ...HYBRID_CLAIMS,
  ...LAYERED_CLAIMS,
  ...MODULE_CLAIMS,
];
