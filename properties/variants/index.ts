/** All correct variants of the reference kernel. */
import { variants as allocators } from './allocators.ts';
import { variants as copyIn } from './copy-in.ts';
import { variants as copyOnWrite } from './copy-on-write.ts';
import { variants as fencing } from './fencing.ts';
import { variants as files } from './files.ts';
import { variants as layered } from './layered.ts';
import { variants as linked } from './linked.ts';
import { variants as mapping } from './mapping.ts';
import { variants as scheduling } from './scheduling.ts';
import type { Variant } from './variant.ts';

export type { Variant } from './variant.ts';

export const variants: readonly Variant[] = [
  ...scheduling,
  ...allocators,
  ...mapping,
  ...copyOnWrite,
  ...fencing,
  ...copyIn,
  ...files,
  ...linked,
  ...layered,
];
