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

/** A module that has given back its last reference while it was at work goes behind that (kld). */
const atItsEnd = (state: ModulesState, answer: number): number => {
  if (state.settings.policy.counts)
    for (const module of [...state.loaded.values()]) leaveAlone(state, module, false);
  return answer;
};

/** Does the operation, and answers as the kernel must: where several answers are allowed, as it did. */
export const step = (state: ModulesState, operation: ModuleOperation, seen?: Seen): number => {
  state.caller = 'caller' in operation ? (operation.caller ?? 0) : 0;
  state.refusals = [];
  const answer = answerTo(state, operation, seen);
  for (const name of state.released) {
    const module = state.loaded.get(name);
    if (module) leaveAlone(state, module, false);
  }
  state.released.clear();
  return answer;
};

const answerTo = (state: ModulesState, operation: ModuleOperation, seen: Seen): number => {
  if (operation.op === 'tick') return tick(state);
  if (operation.op === 'ask') {
    const { point, request, argument } = operation;
    return atItsEnd(state, ask(state, point, request, argument, seen));
  }
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
      return atItsEnd(state, runHeld(state, module, 'use', request, argument, seen));
    }
  }
};
