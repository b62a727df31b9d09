/** What is loaded, as the model knows it: no pages, no addresses. Operations change it in place; `copyOf` keeps one. */
import type { DeviceName } from '../../spec/devices.ts';
import type { Hook } from '../../spec/extensions.ts';
import type {
  ModuleFacts,
  ModuleSettings,
  ModuleStatus,
  ModuleTaint,
  Registrations,
} from '../../spec/modules.ts';
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
  /** Whom it imports from, and how many import from it. */
  readonly uses: readonly string[];
  dependants: number;
  /** What it does, and the state that this is in. */
  readonly behaviour: Behaviour;
  inner: unknown;
}

export interface ModulesState {
  readonly settings: ModuleSettings;
  /** The files there are. */
  readonly files: ReadonlyMap<string, ModuleFacts>;
  readonly loaded: Map<string, LoadedModule>;
  /** The module that exports each symbol, of those that are loaded. */
  readonly exporters: Map<string, string>;
  readonly taints: Set<ModuleTaint>;
  /** Pages that all modules together may have, and have. */
  readonly pages: number;
  pagesUsed: number;
  /** In the order in which they are asked. */
  hooks: readonly RegisteredHook[];
  timers: readonly ArmedTimer[];
  interrupts: readonly HeldInterrupt[];
}

export const nothingLoaded = (
  settings: ModuleSettings,
  files: readonly ModuleFacts[],
  pages = Number.POSITIVE_INFINITY,
): ModulesState => ({
  settings,
  files: new Map(files.map((facts) => [facts.name, facts])),
  loaded: new Map(),
  exporters: new Map(),
  taints: new Set(),
  pages,
  pagesUsed: 0,
  hooks: [],
  timers: [],
  interrupts: [],
});

export const copyOf = (state: ModulesState): ModulesState => ({
  ...state,
  loaded: new Map([...state.loaded].map(([name, module]) => [name, { ...module }])),
  exporters: new Map(state.exporters),
  taints: new Set(state.taints),
});

/** Pages that a module has: those of init are freed once it is LIVE. */
export const pagesOf = ({ pages }: ModuleFacts, state: ModuleStatus['state']): number =>
  pages.text + pages.rodata + pages.data + (state === 'coming' ? pages.init : 0);

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
