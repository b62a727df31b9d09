/** What each operation on modules does to what is loaded, and what it answers: the rules of the settings' policy. */
import { Errno } from '../../spec/errno.ts';
import type { ModuleOperation } from '../../spec/modules.ts';
import { ask, runHeld, type Seen, tick } from './extensions.ts';
import { form, init, load, prepare } from './load.ts';
import { type LoadedModule, lower, type ModulesState, raise } from './state.ts';
import { exit, leaveAlone, unload } from './unload.ts';

/** Fails where the module is GOING, and only there: also one that is UNFORMED or COMING can be held. */
const get = (state: ModulesState, module: LoadedModule | undefined): number => {
  if (!module || module.state === 'going') return -Errno.ENOENT;
  raise(state, module, 'users');
  return 0;
};

const put = (state: ModulesState, module: LoadedModule | undefined): number => {
  if (!module || !lower(state, module, 'users')) return -Errno.EINVAL;
  leaveAlone(state, module, false);
  return 0;
};

/** Does the operation, and answers as the kernel must: where several answers are allowed, as it did. */
export const step = (state: ModulesState, operation: ModuleOperation, seen?: Seen): number => {
  if (operation.op === 'tick') return tick(state);
  if (operation.op === 'ask')
    return ask(state, operation.point, operation.request, operation.argument, seen);
  const module = state.loaded.get(operation.module);
  const facts = state.files.get(operation.module);
  switch (operation.op) {
    case 'load':
      return facts ? load(state, facts, operation.parameters ?? []) : -Errno.ENOENT;
    case 'prepare':
      return facts ? prepare(state, facts, operation.parameters ?? []) : -Errno.ENOENT;
    case 'form':
      return form(state, module);
    case 'init':
      return init(state, module);
    case 'unload':
      return unload(state, module, operation.force);
    case 'exit':
      return exit(state, module);
    case 'get':
      return get(state, module);
    case 'put':
      return put(state, module);
    case 'use': {
      if (module?.state !== 'live') return -Errno.ENOENT;
      const { request = 0, argument = 0 } = operation;
      return runHeld(state, module, 'use', request, argument, seen);
    }
  }
};
