/**
 * The files of a layered kernel, each evaluated on its own, put together. What is wrong with them is said in a sentence
 * that names the file.
 */
import type { Kernel } from '../../hardware/contract.ts';
import type { Layer } from '../../kernels/layered/link/contract.ts';
import { type Layering, linkLayers } from '../../kernels/layered/link/index.ts';

type Exports = { readonly default?: unknown };
/** A file's name, and the function that evaluates it. */
export type Part = readonly [file: string, evaluate: (api: object) => Exports];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const layeringOf = (file: string, value: unknown): Omit<Layering, 'layers'> => {
  if (isRecord(value) && typeof value['name'] === 'string' && Array.isArray(value['implements']))
    return value as unknown as Omit<Layering, 'layers'>;
  throw new Error(`${file} must end with \`export default defineLayered({ name, implements })\``);
};

const layerOf = (file: string, value: unknown): Layer => {
  const { name, offers, uses, start } = isRecord(value) ? value : {};
  const wrong =
    (typeof name !== 'string' && 'name') ||
    (!isRecord(offers) && 'offers') ||
    (!Array.isArray(uses) && 'uses') ||
    (typeof start !== 'function' && 'start');
  if (!wrong) return value as Layer;
  const has = isRecord(value) ? `its layer has no \`${wrong}\`` : 'it has no default export';
  throw new Error(
    `${file}: ${has}; end it with \`export default defineLayer({ name, offers, uses, start })\``,
  );
};

/** @throws {Error} if they are not a kernel and its layers, or these cannot be linked */
export const linkParts = (parts: readonly Part[], api: object): Kernel => {
  const [[kernelFile, kernel], ...layers] = parts as [Part, ...Part[]];
  return linkLayers({
    ...layeringOf(kernelFile, kernel(api).default),
    layers: layers.map(([file, evaluate]) => layerOf(file, evaluate(api).default)),
  });
};
