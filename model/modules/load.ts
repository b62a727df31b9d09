/** How a module comes: UNFORMED, COMING, LIVE. */
import { Errno } from '../../spec/errno.ts';
import type { ParameterValue } from '../../spec/module-parameters.ts';
import {
  type FormRefusal,
  isGplCompatible,
  type LoadRefusal,
  type ModuleFacts,
} from '../../spec/modules.ts';
import { relocationBytes } from '../../spec/relocations.ts';
import { PAGE_SIZE } from '../../spec/riscv.ts';
import { behaviourOf } from './behaviours/index.ts';
import { register, strikes } from './extensions.ts';
import { setParameters } from './parameters.ts';
import { type LoadedModule, type ModulesState, pagesOf, raise } from './state.ts';
import { exporterOf, ownersOf, symbolError } from './symbols.ts';
import { forget } from './unload.ts';

const LOAD: Readonly<Record<LoadRefusal, (state: ModulesState, facts: ModuleFacts) => boolean>> = {
  disabled: ({ settings }) => settings.disabled,
  signature: ({ settings }, { signature }) => settings.enforceSignatures && signature !== 'valid',
  blacklisted: ({ settings }, { name }) => settings.blacklist.includes(name),
  vermagic: ({ settings }, { vermagic }) => settings.vermagic !== vermagic,
  loaded: ({ loaded }, { name }) => loaded.get(name)?.state === 'live',
  'not live': ({ loaded }, { name }) => loaded.has(name) && loaded.get(name)?.state !== 'live',
  'writable text': (_, { writableText }) => writableText,
  memory: (state, facts) => state.pagesUsed + pagesOf(facts, 'unformed') > state.pages,
};

const FORM: Readonly<Record<FormRefusal, (state: ModulesState, facts: ModuleFacts) => boolean>> = {
  symbols: (state, facts) => symbolError(state, facts) !== 0,
  relocations: (state, facts) =>
    relocationBytes(ownersOf(state, facts).length) > facts.pages.rodata * PAGE_SIZE,
  'exported twice': (state, { exports }) =>
    exports.some(({ name }) => exporterOf(state, name) !== undefined),
};

/** Behaviour and data are those of a module that imports from nobody until it is formed. */
const unformed = (
  number: number,
  facts: ModuleFacts,
  brought: readonly ParameterValue[],
): LoadedModule => {
  const behaviour = behaviourOf(facts, 0);
  return {
    facts,
    behaviour,
    inner: behaviour.initial,
    number,
    over: false,
    state: 'unformed',
    users: 0,
    loads: 1,
    uses: [],
    dependants: 0,
    brought,
    parameters: (facts.parameters ?? []).map(({ initial }) => initial),
    forced: false,
  };
};

export const prepare = (
  state: ModulesState,
  facts: ModuleFacts,
  brought: readonly ParameterValue[],
): number => {
  const { policy, disabled } = state.settings;
  const present = state.loaded.get(facts.name);
  if (policy.counts && present?.state === 'live' && !disabled) {
    raise(state, present, 'loads');
    return 0;
  }
  const refused = policy.load.find(({ unless }) => LOAD[unless](state, facts));
  if (refused) return -refused.errno;
  state.loads += 1;
  state.loaded.set(facts.name, unformed(state.loads, facts, brought));
  state.pagesUsed += pagesOf(facts, 'unformed');
  if (!isGplCompatible(facts.licence)) state.taints.add('proprietary');
  if (facts.signature !== 'valid') state.taints.add('unsigned');
  return 0;
};

export const form = (state: ModulesState, module: LoadedModule | undefined): number => {
  if (module?.state !== 'unformed') return -Errno.EINVAL;
  const { facts } = module;
  const refused = state.settings.policy.form.find(({ unless }) => FORM[unless](state, facts));
  if (refused) {
    const errno = refused.unless === 'symbols' ? symbolError(state, facts) : refused.errno;
    forget(state, module);
    return -errno;
  }
  module.uses = ownersOf(state, facts);
  for (const name of module.uses) {
    const owner = state.loaded.get(name);
    if (owner) owner.dependants += 1;
  }
  for (const { name } of facts.exports) state.exporters.set(name, facts.name);
  module.behaviour = behaviourOf(facts, module.uses.length);
  module.inner = module.behaviour.initial;
  module.state = 'coming';
  return 0;
};

/** Both at once, but where a load is only counted. */
export const load = (
  state: ModulesState,
  facts: ModuleFacts,
  brought: readonly ParameterValue[],
): number => {
  const answer = prepare(state, facts, brought);
  const module = state.loaded.get(facts.name);
  return answer === 0 && module?.state === 'unformed' ? form(state, module) : answer;
};

const runInit = (state: ModulesState, module: LoadedModule): number =>
  strikes(state, module.facts.name, 'init') ? -Errno.EIO : register(state, module);

export const init = (state: ModulesState, module: LoadedModule | undefined): number => {
  if (module?.state !== 'coming') return -Errno.EINVAL;
  const { facts } = module;
  const error = setParameters(state, module) || runInit(state, module);
  if (error < 0) {
    forget(state, module);
    return error;
  }
  if (facts.init < 0) {
    strikes(state, facts.name, 'exit'); // what its init did is undone
    forget(state, module);
    return facts.init;
  }
  if (facts.init > 0) state.warnings.add('init above zero');
  module.state = 'live';
  state.pagesUsed -= facts.pages.init;
  return 0;
};
