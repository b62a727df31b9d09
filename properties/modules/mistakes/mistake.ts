/** What a loader with a mistake is, and what many of them are made of. */
import { moduleRoutines } from '../../../kernels/modules/index.ts';
import type { Loader, ModuleRoutines } from '../../../kernels/modules/loader.ts';
import type { FormRefusal, LoadRefusal, UnloadRefusal } from '../../../spec/modules.ts';
import type { ModulePropertyId } from '../properties.ts';
import type { Changes } from '../world.ts';

export interface ModuleMistake extends Changes {
  readonly id: string;
  /** The mistake, in one sentence. */
  readonly description: string;
  readonly killedBy: ModulePropertyId;
  /** The bug in the wild that it restates: its id and one line of fact. */
  readonly bug?: string;
}

const right = moduleRoutines;

/** The loader as a routine sees it that forgets to call others: for it, they do nothing. */
export const without = (loader: Loader, ...names: readonly (keyof ModuleRoutines)[]): Loader => ({
  ...loader,
  routines: { ...loader.routines, ...Object.fromEntries(names.map((name) => [name, () => 0])) },
});

/** One of the rules is not asked. */
export const loadsWithout = (unless: LoadRefusal): Partial<ModuleRoutines> => ({
  refusesLoad: (loader, facts, one) => one !== unless && right.refusesLoad(loader, facts, one),
});
export const formsWithout = (unless: FormRefusal): Partial<ModuleRoutines> => ({
  refusesForm: (loader, facts, one) => one !== unless && right.refusesForm(loader, facts, one),
});
export const unloadsWithout = (unless: UnloadRefusal): Partial<ModuleRoutines> => ({
  refusesUnload: (loader, entry, one) => one !== unless && right.refusesUnload(loader, entry, one),
});
