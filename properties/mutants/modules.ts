/**
 * Mistakes in loadable modules, on the bare kernel with modules in it or each in a process. The right way:
 * kernels/modules.
 */

import { moduleRoutines } from '../../kernels/modules/index.ts';
import { buildModular, type ModulesIn } from '../../kernels/modules/kernel.ts';
import type { Loader, ModuleRoutines } from '../../kernels/modules/loader.ts';
import { userRoutines } from '../../kernels/modules/process.ts';
import { Pte, WORDS_PER_FRAME } from '../../spec/riscv.ts';
import { MODULE_MISTAKES } from '../modules/mistakes.ts';
import { type Mutant, type Mutation, mutant } from './mutant.ts';

/** Steps of the longest of their stories. */
const LONGEST = 9;

const inModules = (
  wrong: ModulesIn,
  { home, ...rest }: Omit<Mutation, 'of' | 'longestStory'> & Pick<ModulesIn, 'home'>,
): Mutant =>
  mutant({
    ...rest,
    of: ({ name }) =>
      buildModular({
        ...(name === undefined ? {} : { name }),
        modules: { ...(name === undefined ? {} : wrong), ...(home && { home }) },
      }),
    longestStory: LONGEST,
  });

/** A mistake of the loader that tasks see by their calls alone, and the property that tells them. */
const seen = (id: string, killedBy: string): Mutant => {
  const mistake = MODULE_MISTAKES.find((one) => one.id === id);
  if (!mistake) throw new Error(`there is no mistake ${id}`);
  const { description, bug, routines = {} } = mistake;
  return inModules(
    { routines },
    {
      id: `module-${id}`,
      description,
      killedBy,
      ...(bug !== undefined && { bug: bug.replace(/\.$/, '') }),
    },
  );
};

/** Every page of the window, in the tables of every module. */
const showAll = (loader: Loader): void => {
  for (const { leaf } of loader.processes.values()) {
    for (const table of loader.memory.tables) {
      for (let slot = 0; slot < WORDS_PER_FRAME; slot++) {
        const entry = loader.ram[table * WORDS_PER_FRAME + slot] ?? 0;
        const own = leaf * WORDS_PER_FRAME + slot;
        if (entry & Pte.V && (loader.ram[own] ?? 0) === 0) loader.ram[own] = entry | Pte.U;
      }
    }
  }
};

const withoutReference: ModuleRoutines['use'] = function* (loader, entry, request, argument) {
  const kept = { ...loader, routines: { ...loader.routines, get: () => 0, put: () => 0 } };
  const work = moduleRoutines.use(kept, entry, request, argument);
  return typeof work === 'number' ? work : yield* work;
};

export const modules: readonly Mutant[] = [
  seen('signature-unchecked', 'abi/modules'),
  seen('any-key-will-do', 'abi/modules'),
  seen('gpl-for-everyone', 'abi/modules'),
  seen('symbols-stay', 'abi/modules'),
  seen('edge-dropped', 'modules/state'),
  seen('reference-leaked', 'modules/state'),
  seen('old-data-shows', 'modules/extends'),
  seen('unloaded-in-use', 'modules/stays-while-used'),
  seen('unloaded-under-others', 'modules/stays-while-used'),
  seen('text-stays-writable', 'modules/write-xor-execute'),
  inModules(
    { routines: { use: withoutReference } },
    {
      id: 'module-used-without-reference',
      description: 'Who has a module do something takes no reference on it meanwhile.',
      killedBy: 'modules/stays-while-used',
      bug: 'CVE-2019-19537: in Linux unregistering a USB character device raced with its open',
    },
  ),
  inModules(
    {
      routines: {
        protect: (loader, entry) => {
          userRoutines.protect?.(loader, entry);
          showAll(loader);
        },
      },
    },
    {
      id: 'module-sees-all',
      description: 'A module in user space has the pages of all modules in its tables.',
      killedBy: 'modules/stay-in-user-space',
      home: 'user',
    },
  ),
];
