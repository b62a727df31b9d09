/** Properties of loadable modules, as tasks and the hardware see them. */
import type { Property } from './property.ts';

const linux = 'Linux, kernel/module/main.c';
const textbook =
  'Textbook, loadable kernel modules: they extend the kernel without rebooting or recompiling it';

export const MODULE_PROPERTIES: readonly Property[] = [
  {
    id: 'abi/modules',
    statement:
      'Every call on modules returns what the policy says: by the first refusal that applies.',
    formula:
      '∀ return(t) from loadModule, unloadModule, holdModule, releaseModule: a0 = policy(state at the moments when it took effect)',
    source: `${linux}; FreeBSD, sys/kern/kern_linker.c`,
    clauses: ['wrong-result-modules'],
    groups: ['modules'],
    exercise: [
      'loadModule',
      'loadModuleRefused',
      'unloadModule',
      'unloadModuleRefused',
      'holdModule',
      'releaseModuleRefused',
    ],
    todo: 'Look at refusals in the order of the policy, before anything changes; undo everything where init fails.',
    knownAs:
      'Signatures were said to be enforced, and the check was compiled out: CVE-2021-35039 (Linux).',
  },
  {
    id: 'modules/state',
    statement:
      'Which modules are there, in which state, with how many references, is what was done and not undone.',
    formula:
      '∀ moduleState(m) = s: s = (state(m), users(m) + dependants(m)), after some order of the steps under way',
    source: `${linux}: one edge and one reference for each pair`,
    clauses: ['module-state-differs'],
    groups: ['modules'],
    exercise: ['moduleState', 'moduleStateRefused', 'moduleLoadedAgain'],
    todo: 'Count one reference for each pair of modules and each user; take it back on every way out, those of errors too.',
    knownAs: 'A reference leaked on the way of an error: CVE-2016-0728 (Linux).',
  },
  {
    id: 'modules/extends',
    statement:
      'What a module does for a task is what its code does, with data that was fresh when it was loaded; once it is gone nothing of it answers.',
    formula:
      '∀ useModule(m) = a, ask(p) = a: a = behaviour(m, state since its last load); no hook of a module that is gone is asked',
    source: textbook,
    clauses: ['module-answer-differs'],
    groups: ['modules'],
    exercise: ['useModule', 'useModuleRefused', 'ask', 'askRefused', 'moduleLoadedAgain'],
    todo: 'Clear its frames before its sections are filled; take hooks back in exit; give the pages back last.',
    knownAs: 'A device could be opened while its module came and went: CVE-2019-19537 (Linux).',
  },
  {
    id: 'modules/stays-while-used',
    statement: 'No module goes while somebody uses it, holds it, or imports from it.',
    formula: '∀ unloadModule(m) = 0 without force: users(m) = 0 ∧ dependants(m) = 0 at that moment',
    source: `${linux}: try_stop_module; semantics of try_module_get`,
    clauses: ['module-gone-in-use'],
    groups: ['modules'],
    exercise: ['moduleInUseKept', 'concurrentModules'],
    todo: 'Take the reference and look at the state in one step; let a module become GOING only where nobody has one.',
    knownAs: 'A lookup did not try to get a reference: CVE-2020-0305 (Linux, chrdev_open).',
  },
  {
    id: 'modules/write-xor-execute',
    statement: 'No frame can be written through one page of modules and executed through another.',
    formula:
      '∀ return, ∀ frame f of modules: ¬(X(f) ∧ W(f)) over all entries of the live tables but those of the direct map, through which the loader itself writes before text becomes executable',
    source: 'Linux, kernel/module/strict_rwx.c',
    clauses: ['module-writable-and-executable'],
    groups: ['modules'],
    exercise: ['moduleWindowSeen'],
    todo: 'Fill and relocate sections while nothing of them can be executed; then take the right to write away, and fence.',
    knownAs: 'W^X came to Linux’s modules in 2.6.38 (CONFIG_DEBUG_SET_MODULE_RONX).',
  },
  {
    id: 'modules/stay-in-user-space',
    statement:
      'A module in user space reaches its own pages only; when it goes wrong, the kernel goes on, and who asked it gets an error.',
    formula:
      '∀ return to a module: mode = U ∧ every translation leads to its own frames; ∀ fault of it: no halt, its callers get −EIO',
    source: 'Textbook, microkernel: a driver crash doesn’t bring down the entire system',
    clauses: ['module-privileged', 'module-reach'],
    groups: ['modules'],
    needsModulesOutside: true,
    exercise: ['moduleRan', 'moduleFailed'],
    todo: 'Give each module tables of its own; end it when it faults or does not answer, and take back what it had registered.',
    knownAs:
      'Windows user-mode drivers: outstanding requests end with an error, the system goes on.',
  },
];
