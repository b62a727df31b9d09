/** `kernelcheck matrix`: which property catches which mutant, and that no correct kernel is rejected. */
import { killMatrix } from '../../properties/checker/matrix.ts';
import { killOf, MODULE_FAMILIES, rejectionOf } from '../../properties/modules/families.ts';
import { renderMatrix } from '../../properties/render/matrix.ts';
import { type ModuleKills, renderModuleKills } from '../../properties/render/module-kills.ts';
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
  const modules = moduleKills((family) => progress.show(`modules: ${family}`));
  progress.stop();
  shell.out(`${renderMatrix(matrix, shell)}seed ${seed}\n\n${renderModuleKills(modules, shell)}`);
  const good = modules.rejected.length === 0 && modules.kills.every(({ cases }) => cases > 0);
  return good && matrix.rows.every(({ ok }) => ok) ? ExitCode.passed : ExitCode.failed;
};

/** Cases of each family that a correct loader or program is judged by. */
const FOR_CORRECT = 60;

const moduleKills = (onFamily: (name: string) => void): ModuleKills => {
  const rejected: string[] = [];
  const kills = MODULE_FAMILIES.flatMap((family) => {
    onFamily(family.name);
    for (const variant of family.variants)
      if (rejectionOf(family, variant, FOR_CORRECT)) rejected.push(variant.id);
    return family.mistakes.map((mistake) => killOf(family, mistake));
  });
  const correct = MODULE_FAMILIES.reduce((sum, { variants }) => sum + variants.length, 0);
  return { kills, correct, rejected };
};
