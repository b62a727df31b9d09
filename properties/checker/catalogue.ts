/**
 * Everything that ships to be checked, and the way from a name to a kernel that runs: `monolithic`, `mutant:<id>`,
 * `variant:<id>`, or the path of a kernel file. Shipped kernels are trusted and run on this thread; a file runs in a
 * process of its own.
 */
import type { Kernel } from '../../hardware/contract.ts';
import { hybrid } from '../../kernels/hybrid/index.ts';
import { layered } from '../../kernels/layered/index.ts';
import { microkernel } from '../../kernels/microkernel/index.ts';
import { monolithic } from '../../kernels/monolithic/index.ts';
import { BadInput } from '../execute/bad-input.ts';
import type { Executor } from '../execute/executor.ts';
import { nearest } from '../execute/facts.ts';
import { localExecutor } from '../execute/local.ts';
import { fileExecutor } from '../execute/worker-executor.ts';
import { type Mutant, mutants } from '../mutants/index.ts';
import { type Variant, variants } from '../variants/index.ts';

export interface Catalogue {
  readonly kernels: readonly Kernel[];
  readonly mutants: readonly Mutant[];
  readonly variants: readonly Variant[];
}

export const catalogue: Catalogue = {
  kernels: [monolithic, microkernel, hybrid, layered],
  mutants,
  variants,
};

const WANTED =
  'give a shipped kernel (npx kernelcheck list names them) or the path of a .ts or .js file whose default export is a kernel';

/** @throws {BadInput} if nothing has that name, or the file is not a kernel that can be run */
export const openKernel = async (name: string): Promise<Executor> => {
  const [, kind, id = ''] = /^(mutant|variant):(.*)$/s.exec(name) ?? [];
  if (kind === 'mutant') return openMutant(called(name, 'mutant', id, catalogue.mutants));
  if (kind === 'variant') {
    return localExecutor(called(name, 'variant', id, catalogue.variants).kernel);
  }
  const kernel = catalogue.kernels.find((one) => one.name === name);
  if (kernel) return localExecutor(kernel);
  if (isPath(name)) return fileExecutor(name);
  throw new BadInput(
    name,
    `there is no kernel ${quoted(name)}${hint(name, allNames())}; ${WANTED}.`,
  );
};

/** @throws {BadInput} if no kernel of that name ships */
export const shippedKernel = (name: string): Kernel => {
  const kernel = catalogue.kernels.find((one) => one.name === name);
  if (kernel) return kernel;
  const names = catalogue.kernels.map((one) => one.name);
  throw new BadInput(
    name,
    `there is no kernel ${quoted(name)} that ships${hint(name, names)}; there are ${names.join(', ')}.`,
  );
};

export const openMutant = ({ kernel, fresh }: Mutant): Executor => localExecutor(kernel, fresh);

/** A word without a dot and a slash is the name of a kernel that ships. */
const isPath = (name: string): boolean => /[./\\]/.test(name);

const called = <Shipped extends { readonly id: string }>(
  name: string,
  kind: string,
  id: string,
  shipped: readonly Shipped[],
): Shipped => {
  const found = shipped.find((one) => one.id === id);
  if (found) return found;
  const ids = shipped.map((one) => one.id);
  const near = nearest(id.slice(0, 80), ids);
  const meant = near === undefined ? '' : ` (did you mean \`${kind}:${near}\`?)`;
  throw new BadInput(
    name,
    `there is no ${kind} ${quoted(id)}${meant}; npx kernelcheck list names all ${ids.length}.`,
  );
};

const quoted = (name: string): string => JSON.stringify(name.slice(0, 80));

const hint = (name: string, names: readonly string[]): string => {
  const near = nearest(name.slice(0, 80), names);
  return near === undefined ? '' : ` (did you mean \`${near}\`?)`;
};

const allNames = (): readonly string[] => [
  ...catalogue.kernels.map(({ name }) => name),
  ...catalogue.mutants.map(({ id }) => `mutant:${id}`),
  ...catalogue.variants.map(({ id }) => `variant:${id}`),
];
