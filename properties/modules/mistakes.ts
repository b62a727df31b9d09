/** Loaders with one mistake each, and the property that must catch it. The right way: kernels/modules. */
import { COUNT_MISTAKES } from './mistakes/counts.ts';
import { LOADING_MISTAKES } from './mistakes/loading.ts';
import { MEMORY_MISTAKES } from './mistakes/memory.ts';
import type { ModuleMistake } from './mistakes/mistake.ts';
import { PARAMETER_MISTAKES } from './mistakes/parameters.ts';
import { TRUST_MISTAKES } from './mistakes/trust.ts';
import { UNLOADING_MISTAKES } from './mistakes/unloading.ts';

export type { ModuleMistake };

export const MODULE_MISTAKES: readonly ModuleMistake[] = [
  ...LOADING_MISTAKES,
  ...TRUST_MISTAKES,
  ...PARAMETER_MISTAKES,
  ...COUNT_MISTAKES,
  ...UNLOADING_MISTAKES,
  ...MEMORY_MISTAKES,
];
