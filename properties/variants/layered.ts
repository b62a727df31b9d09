/** Other implementations of each layer of the layered kernel. */
import { buildLayered } from '../../kernels/layered/index.ts';
import { substitutes } from '../layering/substitutes.ts';
import type { Variant } from './variant.ts';

export const variants: readonly Variant[] = substitutes.map(({ id, description, layer }) => ({
  id,
  description,
  kernel: buildLayered({ name: `variant:${id}`, layers: [layer] }),
}));
