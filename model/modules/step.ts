/** What each operation on modules does to what is loaded, and what it answers: the rules of the settings' policy. */
import { Errno } from '../../spec/errno.ts';
import {
  type ExportedSymbol,
  isGplCompatible,
  type LoadRefusal,
  type ModuleFacts,
  type ModuleOperation,
  SYMBOL_ERRNO,
  type UnloadRefusal,
} from '../../spec/modules.ts';
import { behaviourOf } from './behaviours/index.ts';
import { ask, register, run, type Seen, strikes, tick, unregister } from './extensions.ts';
import { type LoadedModule, type ModulesState, pagesOf } from './state.ts';

// ---- symbols

/** Who exports a symbol; no owner: the kernel itself. */
const exporterOf = (
  { settings, exporters, loaded }: ModulesState,
  name: string,
): { readonly owner?: LoadedModule; readonly symbol: ExportedSymbol } | undefined => {
  const same = (one: ExportedSymbol): boolean => one.name === name;
  const own = settings.kernelExports.find(same);
  if (own) return { symbol: own };
  const owner = loaded.get(exporters.get(name) ?? '');
  const symbol = owner?.facts.exports.find(same);
  return owner && symbol && { owner, symbol };
};

/** What is wrong with the first import that cannot be resolved; 0: nothing. */
const symbolError = (state: ModulesState, { imports, licence }: ModuleFacts): number => {
  for (const { name, crc } of imports) {
    const found = exporterOf(state, name);
    if (!found || found.owner?.state === 'going') return SYMBOL_ERRNO.unresolved;
    if (found.symbol.gplOnly && !isGplCompatible(licence)) return SYMBOL_ERRNO.unresolved;
    if (crc !== undefined && found.symbol.crc !== undefined && crc !== found.symbol.crc)
      return SYMBOL_ERRNO.version;
    if (found.owner?.state === 'coming') return SYMBOL_ERRNO.coming;
  }
  return 0;
};

const ownersOf = (state: ModulesState, { imports }: ModuleFacts): readonly string[] => [
  ...new Set(imports.flatMap(({ name }) => exporterOf(state, name)?.owner?.facts.name ?? [])),
];

// ---- loading

const LOAD: Readonly<Record<LoadRefusal, (state: ModulesState, facts: ModuleFacts) => boolean>> = {
  disabled: ({ settings }) => settings.disabled,
  signature: ({ settings }, { signature }) => settings.enforceSignatures && signature !== 'valid',
  'writable text': (_, { writableText }) => writableText,
  blacklisted: ({ settings }, { name }) => settings.blacklist.includes(name),
  vermagic: ({ settings }, { vermagic }) => settings.vermagic !== vermagic,
  loaded: ({ loaded }, { name }) => loaded.get(name)?.state === 'live',
  'not live': ({ loaded }, { name }) => loaded.has(name) && loaded.get(name)?.state !== 'live',
  memory: (state, facts) => state.pagesUsed + pagesOf(facts, 'coming') > state.pages,
  symbols: (state, facts) => symbolError(state, facts) !== 0,
  'exported twice': (state, { exports }) =>
    exports.some(({ name }) => exporterOf(state, name) !== undefined),
};

const load = (state: ModulesState, facts: ModuleFacts): number => {
  const { policy, disabled } = state.settings;
  const present = state.loaded.get(facts.name);
  if (policy.counts && present?.state === 'live' && !disabled) {
    present.loads += 1;
    return 0;
  }
  for (const { unless, errno } of policy.load) {
    if (!LOAD[unless](state, facts)) continue;
    return -(unless === 'symbols' ? symbolError(state, facts) : errno);
  }
  const uses = ownersOf(state, facts);
  state.loads += 1;
  for (const owner of uses) addDependants(state, owner, 1);
  for (const { name } of facts.exports) state.exporters.set(name, facts.name);
  const behaviour = behaviourOf(facts, uses.length);
  state.loaded.set(facts.name, {
    facts,
    behaviour,
    inner: behaviour.initial,
    number: state.loads,
    over: false,
    state: 'coming',
    users: 0,
    loads: 1,
    uses,
    dependants: 0,
  });
  state.pagesUsed += pagesOf(facts, 'coming');
  if (!isGplCompatible(facts.licence)) state.taints.add('proprietary');
  if (facts.signature !== 'valid') state.taints.add('unsigned');
  return 0;
};

const addDependants = ({ loaded }: ModulesState, name: string, by: number): void => {
  const owner = loaded.get(name);
  if (owner) owner.dependants += by;
};

const init = (state: ModulesState, module: LoadedModule | undefined): number => {
  if (module?.state !== 'coming') return -Errno.EINVAL;
  const { facts } = module;
  const wrong = strikes(state, facts.name, 'init') ? -Errno.EIO : 0;
  const error = wrong || register(state, module);
  if (error < 0) {
    forget(state, module);
    return error;
  }
  if (facts.init < 0) {
    strikes(state, facts.name, 'exit'); // what its init did is undone
    forget(state, module);
    return facts.init;
  }
  module.state = 'live';
  state.pagesUsed -= facts.pages.init;
  return 0;
};

// ---- unloading

/** It is no more, and refers to nobody. */
const forget = (state: ModulesState, module: LoadedModule): void => {
  const { facts, uses } = module;
  unregister(state, module);
  state.loaded.delete(facts.name);
  state.before.add(facts.name);
  state.pagesUsed -= pagesOf(facts, module.state);
  for (const { name } of facts.exports) state.exporters.delete(name);
  for (const owner of uses) {
    addDependants(state, owner, -1);
    leaveAlone(state, state.loaded.get(owner));
  }
};

/** Whatever becomes of it, the module goes. */
const runExit = (state: ModulesState, { facts, over }: LoadedModule): void => {
  if (facts.exit && !over) strikes(state, facts.name, 'exit');
};

/** Under kld a module that nobody refers to any more goes by itself. */
const leaveAlone = (state: ModulesState, module: LoadedModule | undefined): void => {
  if (!state.settings.policy.counts || module?.state !== 'live') return;
  if (module.loads + module.users + module.dependants > 0) return;
  runExit(state, module);
  forget(state, module);
};

const UNLOAD: Readonly<
  Record<UnloadRefusal, (state: ModulesState, module: LoadedModule | undefined) => boolean>
> = {
  disabled: ({ settings }) => settings.disabled,
  unknown: (_, module) => module === undefined,
  'depended on': (_, module) => (module?.dependants ?? 0) > 0,
  'not live': (_, module) => module?.state !== 'live',
  'not loaded by a user': (_, module) => module?.loads === 0,
  'no exit': (_, module) => module?.facts.exit === false,
  'in use': (_, module) => (module?.users ?? 0) > 0,
};

/** Refusals that are about the last reference only. */
const OF_THE_LAST: readonly UnloadRefusal[] = ['no exit', 'in use'];

const unload = (state: ModulesState, module: LoadedModule | undefined, force: boolean): number => {
  const { policy } = state.settings;
  const others = module ? module.loads - 1 + module.dependants : 0;
  const stays = policy.counts && others > 0;
  for (const { unless, errno, forcible } of policy.unload) {
    if (stays && OF_THE_LAST.includes(unless)) continue;
    if (UNLOAD[unless](state, module) && !(force && forcible)) return -errno;
  }
  if (!module) return -Errno.ENOENT;
  if (stays) {
    module.loads -= 1;
    return 0;
  }
  if (force && (!module.facts.exit || module.users > 0)) state.taints.add('forced');
  module.state = 'going';
  module.loads = 0;
  return 0;
};

const exit = (state: ModulesState, module: LoadedModule | undefined): number => {
  if (module?.state !== 'going') return -Errno.EINVAL;
  runExit(state, module);
  forget(state, module);
  return 0;
};

// ---- using

/** Fails where the module is GOING, and only there: also one that is COMING can be held. */
const get = (module: LoadedModule | undefined): number => {
  if (!module || module.state === 'going') return -Errno.ENOENT;
  module.users += 1;
  return 0;
};

const put = (state: ModulesState, module: LoadedModule | undefined): number => {
  if (!module || module.users === 0) return -Errno.EINVAL;
  module.users -= 1;
  leaveAlone(state, module);
  return 0;
};

/** A module that has given back its last reference while it was at work goes behind that (kld). */
const atItsEnd = (state: ModulesState, answer: number): number => {
  if (state.settings.policy.counts)
    for (const module of [...state.loaded.values()]) leaveAlone(state, module);
  return answer;
};

/** Does the operation, and answers as the kernel must: where several answers are allowed, as it did. */
export const step = (state: ModulesState, operation: ModuleOperation, seen?: Seen): number => {
  state.caller = 'caller' in operation ? (operation.caller ?? 0) : 0;
  state.refusals = [];
  const answer = answerTo(state, operation, seen);
  for (const name of state.released) leaveAlone(state, state.loaded.get(name));
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
      return facts ? load(state, facts) : -Errno.ENOENT;
    case 'init':
      return init(state, module);
    case 'unload':
      return unload(state, module, operation.force);
    case 'exit':
      return exit(state, module);
    case 'get':
      return get(module);
    case 'put':
      return put(state, module);
    case 'use': {
      if (module?.state !== 'live') return -Errno.ENOENT;
      const { request = 0, argument = 0 } = operation;
      return atItsEnd(state, run(state, module, 'use', request, argument, seen));
    }
  }
};
