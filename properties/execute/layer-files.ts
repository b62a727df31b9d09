/**
 * A layered kernel as a folder: `kernel.ts` says its name and what it promises, and each layer has a file that begins with
 * its number: `1-processor.ts`, `2-….ts`, …. Other files are helpers of the layers that import them.
 *
 * Imports go downward: a layer may import files of layers below it (which it then has for itself: two layers share no
 * variable), never of one above.
 */
import { join, normalize } from 'node:path';
import { MAX_LAYERS, MIN_LAYERS, OUTER_LAYERS } from '../../spec/layering.ts';
import { BadInput } from './bad-input.ts';

const KERNEL = /^kernel\.(ts|mts|cts|js|mjs|cjs)$/;
const LAYER = /^(\d+)-[^/]*\.(ts|mts|cts|js|mjs|cjs)$/;
const TEST = /\.test\.\w+$/;

const numberOf = (file: string): number => Number(LAYER.exec(file)?.[1] ?? 0);

const WANTED =
  'a layered kernel is a folder with kernel.ts and a file for each layer, 1-….ts, 2-….ts, and so on';

/** @throws {BadInput} if they are not those of a layered kernel */
export const layerFiles = (
  folder: string,
  names: readonly string[],
): { readonly kernel: string; readonly layers: readonly string[] } => {
  const kernel = names.find((name) => KERNEL.test(name));
  if (!kernel) throw new BadInput(folder, `${folder} is a folder without kernel.ts: ${WANTED}.`);
  const layers = names
    .filter((name) => LAYER.test(name) && !TEST.test(name))
    .sort((a, b) => numberOf(a) - numberOf(b));
  for (const [index, file] of layers.entries()) requireNumber(folder, layers, file, index + 1);
  const count = layers.length + OUTER_LAYERS;
  if (count < MIN_LAYERS || count > MAX_LAYERS) {
    throw new BadInput(
      folder,
      `${folder} has ${count} layers, counting the hardware (0) and the user programs (${count - 1}): ${MIN_LAYERS} to ${MAX_LAYERS} are possible; ${WANTED}.`,
    );
  }
  return { kernel, layers };
};

const requireNumber = (
  folder: string,
  layers: readonly string[],
  file: string,
  wanted: number,
): void => {
  const number = numberOf(file);
  if (number === wanted) return;
  const twin = layers.find((other) => other !== file && numberOf(other) === number);
  const what = twin
    ? `${join(folder, twin)} and ${file} are both layer ${number}`
    : `${join(folder, file)} is layer ${number}, and there is no layer ${wanted}`;
  throw new BadInput(folder, `${what}: number the files of layers 1, 2, 3 and so on.`);
};

/** @throws {BadInput} if the file imports one of a layer above it */
export const requireDownward = (
  folder: string,
  files: readonly string[],
  index: number,
  inputs: readonly string[],
): void => {
  const file = files[index] ?? '';
  const above = inputs.map(normalize).find((input) => files.indexOf(input) > index);
  if (above === undefined || index === 0) return;
  throw new BadInput(
    folder,
    `${join(folder, file)} imports ${above}, a layer above it: a layer imports its own files and those of layers below.`,
  );
};
