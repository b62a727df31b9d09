/**
 * The same loads in two orders, each of which has whom a module imports from before it: both lead to the same abstract
 * state. It leaves aside addresses, and in which order hooks came that are asked one after the other.
 */
import fc from 'fast-check';
import type { Modules } from '../../kernels/modules/loader.ts';
import type { ModuleFacts, ModuleOperation } from '../../spec/modules.ts';
import { worldArbitrary } from './arbitrary.ts';
import type { ModuleViolation } from './judge.ts';
import { type Changes, type ModuleWorld, runModules } from './world.ts';

export interface OrderCase {
  readonly world: ModuleWorld;
  /** Names of all modules. */
  readonly orders: readonly [readonly string[], readonly string[]];
}

const ownerOf = (symbol: string): string => symbol.split('_')[0] ?? '';
const KERNEL = 'kernel';

/** Each exports what it alone does, and imports only from those before it in the list. */
const acyclic = (files: readonly ModuleFacts[], vermagic: string): ModuleFacts[] =>
  files.map((facts, index) => {
    const before = new Set([KERNEL, ...files.slice(0, index).map(({ name }) => name)]);
    return {
      ...facts,
      vermagic,
      writableText: false,
      exports: facts.exports.filter(({ name }) => ownerOf(name) === facts.name),
      imports: facts.imports.filter(({ name }) => before.has(ownerOf(name))),
    };
  });

/** The first in the list of wishes of those that everyone whom it imports from is before. */
const sorted = (files: readonly ModuleFacts[], wishes: readonly number[]): string[] => {
  const order: string[] = [];
  const isThere = (owner: string): boolean => owner === KERNEL || order.includes(owner);
  const left = wishes.map((wish) => files[wish]).filter((facts) => facts !== undefined);
  while (left.length > 0) {
    const ready = left.findIndex(({ imports }) =>
      imports.every(({ name }) => isThere(ownerOf(name))),
    );
    const [next] = left.splice(ready, 1);
    if (next) order.push(next.name);
  }
  return order;
};

const PLENTY = 60;

export const orderCaseArbitrary: fc.Arbitrary<OrderCase> = worldArbitrary.chain((world) => {
  const settings = { ...world.settings, disabled: false, blacklist: [] };
  const files = acyclic(world.files, settings.vermagic);
  const indices = files.map((_, index) => index);
  const wishes = fc.shuffledSubarray(indices, { minLength: files.length });
  return fc.tuple(wishes, wishes).map(
    ([one, other]): OrderCase => ({
      world: { files, settings, pages: PLENTY },
      orders: [sorted(files, one), sorted(files, other)],
    }),
  );
});

/** What there is, in no order but that of names. */
const seenOf = (modules: Modules): Readonly<Record<string, unknown>> => {
  const { hooks, timers, interrupts } = modules.registered();
  return {
    'the modules that are there': modules.list(),
    'the taint': modules.taints(),
    'the warnings': modules.warnings(),
    'the hooks': hooks.map((hook) => JSON.stringify(hook)).sort(),
    'timers and interrupts': [timers, interrupts],
    'frames that are free': modules.freeFrames().length,
  };
};

/** Everything that can be told of a run: its answers by module, and what there is after loading and after all is gone. */
const told = (
  world: ModuleWorld,
  order: readonly string[],
  changed: Changes,
): Map<string, unknown> => {
  const names = [...order].sort();
  const steps: readonly (readonly [string, ModuleOperation])[] = [
    ...order.flatMap((module) => [
      [`load ${module}`, { op: 'load', module }] as const,
      [`init ${module}`, { op: 'init', module }] as const,
    ]),
    ...names.map((module) => [`use ${module}`, { op: 'use', module }] as const),
    ...names
      .toReversed()
      .flatMap((module) => [
        [`unload ${module}`, { op: 'unload', module, force: true }] as const,
        [`exit ${module}`, { op: 'exit', module }] as const,
      ]),
  ];
  const found = new Map<string, unknown>();
  const loaded = 2 * order.length;
  let done = 0;
  const stopped = runModules(
    world,
    steps.map(([, operation]) => operation),
    {
      after: (modules, answer) => {
        found.set(steps[done]?.[0] ?? '', answer);
        done += 1;
        if (done === loaded || done === steps.length)
          for (const [what, seen] of Object.entries(seenOf(modules)))
            found.set(`${what} after ${done === loaded ? 'loading' : 'unloading'}`, seen);
        return false;
      },
    },
    changed,
  );
  found.set('the kernel', stopped ?? 'goes on');
  return found;
};

export interface OrderJudgement {
  readonly violation: ModuleViolation | undefined;
  /** The orders differ, and so many modules are LIVE behind each of them. */
  readonly live: number;
}

export const judgeOrder = ({ world, orders }: OrderCase, changed: Changes = {}): OrderJudgement => {
  const [one, other] = [told(world, orders[0], changed), told(world, orders[1], changed)];
  const differs = orders[0].join() !== orders[1].join();
  const live = differs ? orders[0].filter((name) => one.get(`init ${name}`) === 0).length : 0;
  for (const [what, expected] of one) {
    const [first, second] = [JSON.stringify(expected), JSON.stringify(other.get(what))];
    if (first === second) continue;
    const violation: ModuleViolation = {
      property: 'modules/order-independence',
      expected: `${what}, whether ${orders[0].join(', ')} or ${orders[1].join(', ')} were loaded: ${first}`,
      observed: second ?? 'nothing',
      done: 2 * orders[0].length,
      operation: undefined,
    };
    return { violation, live };
  }
  return { violation: undefined, live };
};
