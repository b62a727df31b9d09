/** Other implementations of each layer of the layered kernel, and one that makes less of its discipline. */
import { buildLayered } from '../../kernels/layered/index.ts';
import { substitutes } from '../layering/substitutes.ts';
import type { Variant } from './variant.ts';

export const variants: readonly Variant[] = [
  ...substitutes.map(
    ({ id, description, layer }): Variant => ({
      id,
      description,
      kernel: buildLayered({ name: `variant:${id}`, layers: [layer] }),
    }),
  ),
  {
    id: 'relaxed-layers',
    description: 'Each layer calls whatever layer below it does the work; no strictness is claimed.',
    kernel: buildLayered({ name: 'variant:relaxed-layers', discipline: 'relaxed' }),
  },
];
