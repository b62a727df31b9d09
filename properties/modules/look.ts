/** What can be seen of the modules that are there, held against the model. */
import type { Modules } from '../../kernels/modules/loader.ts';
import { limitOf, listOf, type ModulesState, registeredOf } from '../../model/modules/state.ts';
import type { ModuleStatus } from '../../spec/modules.ts';
import type { Frame } from '../../spec/riscv.ts';
import type { ModulePropertyId } from './properties.ts';
import type { Hardware } from './world.ts';
import { type Breach, breachOf } from './write-xor-execute.ts';

export interface Finding {
  readonly property: ModulePropertyId;
  readonly expected: string;
  readonly observed: string;
}

const differ = (
  property: ModulePropertyId,
  what: string,
  expected: unknown,
  observed: unknown,
): Finding | undefined => {
  const [wanted, seen] = [JSON.stringify(expected), JSON.stringify(observed)];
  if (wanted === seen) return undefined;
  return { property, expected: `${what}: ${wanted}`, observed: `${what}: ${seen}` };
};

const breachText = ({ frame, executed, written }: Breach): Finding => {
  const at = ({ va, by }: Breach['executed']): string => `0x${va.toString(16)} (${by})`;
  return {
    property: 'modules/write-xor-execute',
    expected: `frame ${frame} is executable at ${at(executed)}, so nobody can write it`,
    observed: `it is writable at ${at(written)}`,
  };
};

/** Whether a frame can be both written and executed, now. */
export const lookAtRights = ({ core, kernelRoot }: Hardware): Finding | undefined => {
  const breach = breachOf(core, kernelRoot);
  return breach && breachText(breach);
};

/** A count that has come to its limit, and is less again. */
const wrapped = (model: ModulesState, listed: readonly ModuleStatus[]): Finding | undefined => {
  const limit = limitOf(model);
  for (const { name, references } of listed) {
    const users = model.loaded.get(name)?.users ?? 0;
    if (users < limit || references >= users) continue;
    return {
      property: 'modules/counts-never-wrap',
      expected: `${name} has been held ${limit} times or more, and counts so many for good`,
      observed: `it counts ${references}`,
    };
  }
  return undefined;
};

const lookAtFrames = (
  model: ModulesState,
  modules: Modules,
  atBoot: readonly Frame[],
): Finding | undefined => {
  const free = modules.freeFrames();
  const mapped = modules.mappings();
  const known = new Set(free);
  const stale = mapped.find(({ frame }) => known.has(frame));
  if (stale)
    return {
      property: 'modules/nothing-outlives',
      expected: `frame ${stale.frame} is free, so no page leads to it`,
      observed: `the page at 0x${stale.va.toString(16)} does`,
    };
  return (
    differ('modules/nothing-outlives', 'pages that are mapped', model.pagesUsed, mapped.length) ??
    (model.loaded.size === 0
      ? differ('modules/restored', 'the free frames', atBoot, free)
      : differ(
          'modules/restored',
          'frames that are free',
          atBoot.length - model.pagesUsed,
          free.length,
        ))
  );
};

/** Everything that can be seen. */
export const look = (
  model: ModulesState,
  modules: Modules,
  atBoot: readonly Frame[],
  hardware: Hardware,
): Finding | undefined => {
  const listed = modules.list();
  return (
    wrapped(model, listed) ??
    differ('modules/list', 'the modules that are there', listOf(model), listed) ??
    differ(
      'modules/registrations',
      'what is registered',
      registeredOf(model),
      modules.registered(),
    ) ??
    differ('modules/list', 'the taint', [...model.taints].sort(), modules.taints()) ??
    differ('modules/list', 'the warnings', [...model.warnings].sort(), modules.warnings()) ??
    lookAtRights(hardware) ??
    lookAtFrames(model, modules, atBoot)
  );
};
