/** What is loaded, as the model knows it: no pages, no addresses. Operations change it in place; `copyOf` keeps one. */
import { ModuleStateNumber, REFERENCES_SHIFT } from '../../spec/calls/modules.ts';
import type { DeviceName } from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import type { Hook } from '../../spec/extensions.ts';
import type { ParameterValue } from '../../spec/module-parameters.ts';
import {
  type ModuleFacts,
  type ModuleFault,
  type ModuleSettings,
  type ModuleStatus,
  type ModuleTaint,
  type ModuleWarning,
  REFERENCE_LIMIT,
  type Registrations,
} from '../../spec/modules.ts';
import type { Word } from '../../spec/riscv.ts';
import type { Behaviour } from './behaviour.ts';

/** A hook of a module that is there. */
interface RegisteredHook extends Hook {
  readonly module: string;
}
interface ArmedTimer {
  readonly module: string;
  readonly ticks: number;
}
interface HeldInterrupt {
  readonly module: string;
  readonly device: DeviceName;
}

export interface LoadedModule {
  readonly facts: ModuleFacts;
  state: ModuleStatus['state'];
  /** References of users. */
  users: number;
  /** How often it was loaded and not unloaded; 0: it is there for others only (kld). */
  loads: number;
  /** Whom it imports from, once it is formed; and how many import from it. */
  uses: readonly string[];
  dependants: number;
  /** What the load brought, and what its parameters hold, in the order of its file. */
  readonly brought: readonly ParameterValue[];
  parameters: readonly number[];
  /** It goes by force, and with it what nobody refers to any more. */
  forced: boolean;
  /** What it does, and the state that this is in. */
  behaviour: Behaviour;
  inner: unknown;
  /** No other load has the same. */
  readonly number: number;
  /** It has gone wrong in user space. */
  over: boolean;
}

export interface ModulesState {
  readonly settings: ModuleSettings;
  /** The files there are. */
  readonly files: ReadonlyMap<string, ModuleFacts>;
  readonly loaded: Map<string, LoadedModule>;
  /** The module that exports each symbol, of those that are loaded. */
  readonly exporters: Map<string, string>;
  readonly taints: Set<ModuleTaint>;
  readonly warnings: Set<ModuleWarning>;
  /** Pages that all modules together may have, and have. */
  readonly pages: number;
  pagesUsed: number;
  /** Modules run in user space: one that goes wrong is over, and nothing else is. */
  readonly outside: boolean;
  readonly faults: readonly ModuleFault[];
  /** How often each routine of each module was called: by `module routine`. */
  readonly counts: Map<string, number>;
  /** Modules that were there at some time and are not now. */
  readonly before: Set<string>;
  /** Loads so far. */
  loads: number;
  /** In the order in which they are asked. */
  hooks: readonly RegisteredHook[];
  timers: readonly ArmedTimer[];
  interrupts: readonly HeldInterrupt[];
  /** What drivers that are gone have left in their devices. */
  readonly left: Map<DeviceName, unknown>;
  /** The task for which the operation is done; 0: none. */
  caller: Word;
  /** What security modules have refused with during the operation: each errno below 0. */
  refusals: readonly number[];
  /** Modules that a module has let go during the operation. */
  readonly released: Set<string>;
}

export const nothingLoaded = (
  settings: ModuleSettings,
  files: readonly ModuleFacts[],
  pages = Number.POSITIVE_INFINITY,
  { outside, faults }: Pick<ModulesState, 'outside' | 'faults'> = { outside: false, faults: [] },
): ModulesState => ({
  settings,
  files: new Map(files.map((facts) => [facts.name, facts])),
  loaded: new Map(),
  exporters: new Map(),
  taints: new Set(),
  warnings: new Set(),
  pages,
  pagesUsed: 0,
  outside,
  faults,
  counts: new Map(),
  before: new Set(),
  loads: 0,
  hooks: [],
  timers: [],
  interrupts: [],
  left: new Map(),
  caller: 0,
  refusals: [],
  released: new Set(),
});

export const copyOf = (state: ModulesState): ModulesState => ({
  ...state,
  loaded: new Map([...state.loaded].map(([name, module]) => [name, { ...module }])),
  exporters: new Map(state.exporters),
  taints: new Set(state.taints),
  counts: new Map(state.counts),
  before: new Set(state.before),
  left: new Map(state.left),
  released: new Set(state.released),
  warnings: new Set(state.warnings),
});

/** Pages that a module has: those of init are freed once it is LIVE. */
export const pagesOf = ({ pages }: ModuleFacts, state: ModuleStatus['state']): number =>
  pages.text +
  pages.rodata +
  pages.data +
  (state === 'unformed' || state === 'coming' ? pages.init : 0);

// ---- counts of references: at their limit they stay

export const limitOf = ({ settings }: ModulesState): number =>
  settings.referenceLimit ?? REFERENCE_LIMIT;

export const raise = (
  state: ModulesState,
  module: LoadedModule,
  count: 'users' | 'loads',
): void => {
  const limit = limitOf(state);
  module[count] = Math.min(module[count] + 1, limit);
  if (module[count] === limit) state.warnings.add('count saturated');
};

/** False: there was none, and the kernel warns. */
export const lower = (
  state: ModulesState,
  module: LoadedModule,
  count: 'users' | 'loads',
): boolean => {
  if (module[count] === 0) {
    state.warnings.add('count below zero');
    return false;
  }
  if (module[count] < limitOf(state)) module[count] -= 1;
  return true;
};

/** What can be seen of one module. */
const statusOf = ({
  facts: { name },
  state,
  users,
  dependants,
  uses,
}: LoadedModule): ModuleStatus => ({
  name,
  state,
  references: users + dependants,
  uses: [...uses].sort(),
});

/** As the call moduleState returns it. */
export const numberOf = ({ loaded }: ModulesState, name: string): number => {
  const module = loaded.get(name);
  if (!module || module.state === 'unformed') return -Errno.ENOENT;
  return ModuleStateNumber[module.state] | ((module.users + module.dependants) << REFERENCES_SHIFT);
};

/** What can be seen of them all, by name. */
export const listOf = ({ loaded }: ModulesState): readonly ModuleStatus[] =>
  [...loaded.values()].map(statusOf).sort((a, b) => (a.name < b.name ? -1 : 1));

/** What modules have registered. */
export const registeredOf = ({ hooks, timers, interrupts }: ModulesState): Registrations => {
  const byName = (a: { module: string }, b: { module: string }): number =>
    a.module < b.module ? -1 : 1;
  return {
    hooks: hooks.map(({ point, priority, key, module }) => ({ point, priority, key, module })),
    timers: timers.map(({ module, ticks }) => ({ module, ticks })).sort(byName),
    interrupts: interrupts.map(({ module, device }) => ({ module, device })).sort(byName),
  };
};
