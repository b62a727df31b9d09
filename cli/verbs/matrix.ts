/** `kernelcheck matrix`: which property catches which mutant, and that no correct kernel is rejected. */
import { killMatrix } from '../../properties/checker/matrix.ts';
import { renderMatrix } from '../../properties/render/matrix.ts';
import { ExitCode } from '../exit-codes.ts';
import { progressView } from '../progress.ts';
import type { Shell } from '../shell.ts';

/** The matrix is the same each time, unless another seed is asked for. */
export const MATRIX_SEED = 1;

export const matrixVerb = async (
  shell: Shell,
  { seed = MATRIX_SEED, quiet }: { readonly seed?: number; readonly quiet?: boolean },
): Promise<ExitCode> => {
  const progress = progressView(shell, quiet);
  const matrix = await killMatrix({
    seed,
    clock: () => performance.now(),
    onProgress: ({ done, total }) => progress.show(`kill matrix: ${done} of ${total} kernels`),
  });
  progress.stop();
  shell.out(`${renderMatrix(matrix, shell)}seed ${seed}\n`);
  return matrix.rows.every(({ ok }) => ok) ? ExitCode.passed : ExitCode.failed;
};
