/** Which properties a check judges: those that the kernel claims, and that a glob over their ids asks for. */
import { PROPERTIES, type Property } from '../../spec/properties.ts';
import type { KernelFacts } from '../execute/executor.ts';

/** Does the kernel make this promise? Otherwise why not, in words. */
export const notClaimed = (property: Property, facts: KernelFacts): string | undefined => {
  const missing = property.groups.filter((group) => !facts.implements.includes(group));
  if (missing.length > 0) return `the kernel does not implement ${missing.join(', ')}`;
  if (property.needsFairness && facts.fairness === undefined)
    return 'the kernel claims no fairness';
  if (property.needsServices && !facts.services?.some(({ placement }) => placement === 'user'))
    return 'the kernel has no service in user space';
  if (property.needsModulesOutside && facts.modules !== 'user')
    return 'the kernel runs no modules in user space';
  return property.needsLayers && layersMissing(property.needsLayers, facts);
};

const layersMissing = (
  needed: NonNullable<Property['needsLayers']>,
  { layers, discipline }: KernelFacts,
): string | undefined => {
  if (!layers) return 'the kernel is not layered';
  if (needed === 'strict' && discipline !== 'strict') return 'the kernel claims relaxed layers';
  const waits = layers.some(({ offers }) => offers.some(({ semaphore }) => semaphore === 'wait'));
  return needed === 'waiting' && !waits
    ? 'no operation of the kernel waits at a semaphore'
    : undefined;
};

/** Properties whose id matches the glob: `*` stands for anything. */
export const matching = (glob: string | undefined): readonly Property[] => {
  if (glob === undefined) return PROPERTIES;
  const source = glob
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  const pattern = new RegExp(`^${source}$`);
  return PROPERTIES.filter(({ id }) => pattern.test(id));
};
