/** How a layer is made wrong: its operations are those of the reference, but for some. */
import type { Kernel } from '../../hardware/contract.ts';
import { buildLayered, layered } from '../../kernels/layered/index.ts';
import type { Handler, Layer, Self } from '../../kernels/layered/link/contract.ts';
import type { Mutant } from './mutant.ts';

/** What a layer does instead: given its operations as they are, what is below it, and what it knows of itself. */
export type Mistake = (
  operations: Readonly<Record<string, Handler>>,
  below: Readonly<Record<string, Handler>>,
  self: Self,
) => Readonly<Record<string, Handler>>;

export const wrongly = (layer: Layer, mistake: Mistake): Layer => ({
  ...layer,
  start: (below, self) => {
    const operations = layer.start(below, self);
    return { ...operations, ...mistake(operations, below as Record<string, Handler>, self) };
  },
});

export interface LayerMutation
  extends Pick<Mutant, 'id' | 'description' | 'killedBy' | 'longestStory'> {
  /** Of the reference layered kernel: which layers are wrong, and how. */
  readonly layers: readonly (readonly [Layer, Mistake])[];
}

export const layerMutant = ({ layers, ...rest }: LayerMutation): Mutant => {
  const fresh = (): Kernel =>
    buildLayered({
      name: `mutant:${rest.id}`,
      layers: layers.map(([layer, mistake]) => wrongly(layer, mistake)),
    });
  return { ...rest, kernel: fresh(), reference: layered, fresh };
};
