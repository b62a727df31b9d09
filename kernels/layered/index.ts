/**
 * The reference layered kernel: six layers above the hardware, in the spirit of THE, of which the lower five are the
 * kernel; the sixth are the user programs and the operator's shell.
 */
import type { Kernel } from '../../hardware/contract.ts';
import { CORE_GROUPS } from '../../spec/calls/core.ts';
import type { Layer } from './link/contract.ts';
import { type Layering, linkLayers } from './link/index.ts';
import { processor } from './the/1-processor.ts';
import { segments } from './the/2-segments.ts';
import { operatorConsole } from './the/3-console.ts';
import { buffering } from './the/4-buffering.ts';
import { programs } from './the/5-programs.ts';

/** Of the reference kernel, bottom first. */
export const LAYERS: readonly Layer[] = [processor, segments, operatorConsole, buffering, programs];

/** Dispatches of others that a ready task waits for at most. */
const FAIRNESS = 64;

export interface LayeredBuild extends Partial<Omit<Layering, 'layers'>> {
  /** Layers that take the place of those of the same name. */
  readonly layers?: readonly Layer[];
}

export const buildLayered = ({ layers = [], ...rest }: LayeredBuild = {}): Kernel =>
  linkLayers({
    name: 'layered',
    implements: [...CORE_GROUPS, 'files'],
    fairness: FAIRNESS,
    ...rest,
    layers: LAYERS.map((layer) => layers.find(({ name }) => name === layer.name) ?? layer),
  });

export const layered: Kernel = buildLayered();
