/**
 * The kernels that claims and comparisons are about unless others are given: those that ship by name and place the same
 * services, or one for every subset of the services. What is not linked of these services is no placement of them.
 */
import type { Kernel } from '../../hardware/contract.ts';
import { linkKernel } from '../../kernels/link/index.ts';
import { SERVICE_NAMES } from '../../kernels/services/contract.ts';
import { SERVICES } from '../../kernels/services/index.ts';
import { catalogue } from '../checker/catalogue.ts';
import { type Subject, subjectOf } from './subject.ts';

export const PLACEMENTS = ['named', 'all'] as const;
export type Placements = (typeof PLACEMENTS)[number];

export const kernelsOf = (placements: Placements): readonly Kernel[] =>
  placements === 'named' ? catalogue.kernels.filter(({ services }) => services) : allPlacements();

/** All in the kernel first, all in user space last. */
const allPlacements = (): readonly Kernel[] =>
  Array.from({ length: 2 ** SERVICE_NAMES.length }, (_, subset) =>
    linkKernel({
      name: `placement-${subset}`,
      placement: Object.fromEntries(
        SERVICE_NAMES.map((name, bit) => [name, (subset >> bit) & 1 ? 'user' : 'kernel'] as const),
      ),
    }),
  );

export const subjectsOf = (kernels: readonly Kernel[]): readonly Subject[] =>
  kernels.map((kernel) => subjectOf(kernel, Object.values(SERVICES)));
