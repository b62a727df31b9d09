/**
 * A mutant is a reference kernel with one mistake. Each names the property that must catch it: together they show that
 * the properties catch what they say, and each is a row of the kill matrix.
 *
 * Mutants are data: they replace named routines of the record that a reference kernel is built from. So a refactoring
 * breaks the build at the mutant, and production files carry no flag.
 */
import type { Kernel } from '../../hardware/contract.ts';
import { buildCore } from '../../kernels/core/build.ts';
import type { Routines, State } from '../../kernels/core/kernel.ts';
import type { Build } from '../../kernels/link/build.ts';
import { buildMonolithic } from '../../kernels/monolithic/index.ts';
import type { SuiteId } from '../checker/suites.ts';

export interface Mutant {
  /** What `mutant:<id>` names. */
  readonly id: string;
  /** The mistake, in one sentence. */
  readonly description: string;
  /** The property that must catch it. */
  readonly killedBy: string;
  /** The suite whose workloads bring it to light, where that is not the property's own. */
  readonly suite?: SuiteId;
  /** The bug in the wild that it restates: its id and one line of fact. */
  readonly bug?: string;
  readonly kernel: Kernel;
  /** The same without the mistake. */
  readonly reference: Kernel;
  /** Another instance, as if the kernel's files were loaded once more: what it keeps outside boot is new. */
  readonly fresh: () => Kernel;
  /** Rows that its minimised story may have. */
  readonly longestStory: number;
}

export interface Mutation extends Omit<Mutant, 'kernel' | 'reference' | 'fresh'> {
  /** What builds the reference kernel. Unless given: the bare one; the monolithic one where a service is wrong. */
  readonly of?: (build: Build) => Kernel;
  /** The routines that are wrong. */
  readonly replace?: Build;
  /** The same, made anew for each instance: where the mistake is what they keep between boots. */
  readonly replaceAnew?: () => Build;
}

export const mutant = ({
  replace = {},
  of = replace.services ? buildMonolithic : buildCore,
  replaceAnew = () => replace,
  ...rest
}: Mutation): Mutant => {
  const fresh = (): Kernel => of({ ...replaceAnew(), name: `mutant:${rest.id}` });
  return { ...rest, kernel: fresh(), reference: of({}), fresh };
};

/** The kernel as a routine sees it that forgets to call another: for it, that one does nothing. */
export const forgetting = (k: State, routine: keyof Routines): State => ({
  ...k,
  routines: { ...k.routines, [routine]: () => undefined },
});
