/** Fewer loadable modules, simpler ones, and a kernel that insists on less. */
import { MODULE_CALLS } from '../../../spec/calls/modules.ts';
import type { ModuleFacts, ModuleSetup } from '../../../spec/modules.ts';
import type { Argument, Operation, Workload } from '../../../spec/workload.ts';
import { bodiesOf, type Neighbour, replaced, without } from './neighbour.ts';

const NAMING: ReadonlySet<unknown> = new Set(
  MODULE_CALLS.filter(({ args }) => args[0] === 'module').map(({ name }) => name),
);

const isNaming = (operation: Operation): operation is Operation & { readonly op: 'call' } =>
  operation.op === 'call' && NAMING.has(operation.call);

/** Does a call name the module, or one that nobody knows before the run? */
const isNamed = (workload: Workload, module: number): boolean =>
  bodiesOf(workload).some(({ operations }) =>
    operations.some(
      (operation) =>
        isNaming(operation) &&
        (operation.args[0] === module || typeof operation.args[0] === 'string'),
    ),
  );

const renumbered = (argument: Argument, gone: number): Argument =>
  typeof argument === 'number' && argument > gone ? argument - 1 : argument;

const withoutModule = (workload: Workload, setup: ModuleSetup, gone: number): Workload => ({
  ...workload,
  modules: { ...setup, files: without(setup.files, gone) },
  programs: workload.programs.map((program) => ({
    ...program,
    bodies: program.bodies.map((body) =>
      body.map((operation) =>
        isNaming(operation)
          ? {
              ...operation,
              args: operation.args.map((one, at) => (at === 0 ? renumbered(one, gone) : one)),
            }
          : operation,
      ),
    ),
  })),
});

/** What the plainest module says of itself. */
const PLAIN = {
  licence: 'GPL',
  writableText: false,
  exit: true,
  init: 0,
  signature: 'valid',
} as const satisfies Partial<ModuleFacts>;

function* simplerFiles(file: ModuleFacts, { vermagic }: ModuleSetup): Generator<ModuleFacts> {
  for (const [key, plain] of Object.entries({ ...PLAIN, vermagic }))
    if (file[key as keyof ModuleFacts] !== plain) yield { ...file, [key]: plain };
  if (file.program === 'sleeper') yield { ...file, program: 'counter' };
  for (const index of file.imports.keys()) yield { ...file, imports: without(file.imports, index) };
  for (const [index, { name }] of file.imports.entries())
    if (file.imports[index]?.crc !== undefined)
      yield { ...file, imports: replaced(file.imports, index, { name }) };
  for (const index of file.exports.keys()) yield { ...file, exports: without(file.exports, index) };
  for (const [index, { name, gplOnly, crc }] of file.exports.entries())
    if (gplOnly || crc !== undefined)
      yield { ...file, exports: replaced(file.exports, index, { name, gplOnly: false }) };
  for (const section of ['text', 'rodata', 'data', 'init'] as const) {
    const least = section === 'init' ? 0 : 1;
    if (file.pages[section] > least)
      yield { ...file, pages: { ...file.pages, [section]: file.pages[section] - 1 } };
  }
}

function* simplerSetups(setup: ModuleSetup): Generator<readonly [string, ModuleSetup]> {
  const { faults, ...rest } = setup;
  if (faults && faults.length === 0) yield ['modules that do not go wrong', rest];
  for (const index of (faults ?? []).keys())
    yield [
      `without fault ${index + 1} of modules`,
      { ...setup, faults: without(faults ?? [], index) },
    ];
  if (setup.policy !== 'linux') yield ['the policy of Linux', { ...setup, policy: 'linux' }];
  if (setup.disabled) yield ['modules that may be loaded', { ...setup, disabled: false }];
  if (setup.enforceSignatures)
    yield ['signatures that are not enforced', { ...setup, enforceSignatures: false }];
  if (setup.blacklist.length > 0) yield ['no blacklist', { ...setup, blacklist: [] }];
  for (const [index, file] of setup.files.entries())
    for (const simpler of simplerFiles(file, setup))
      yield [
        `a simpler module ${file.name}`,
        { ...setup, files: replaced(setup.files, index, simpler) },
      ];
}

export function* fewerModules(workload: Workload): Generator<Neighbour> {
  const { modules: setup, ...rest } = workload;
  if (!setup) return;
  yield { change: 'without modules', workload: rest };
  for (const [index, { name }] of setup.files.entries())
    if (!isNamed(workload, index))
      yield { change: `without module ${name}`, workload: withoutModule(workload, setup, index) };
  for (const [change, simpler] of simplerSetups(setup))
    yield { change, workload: { ...workload, modules: simpler } };
}
