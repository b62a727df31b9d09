/**
 * A real kernel’s tree of modules, read from its ELF files, against depmod, which reads the same ones and writes its
 * tables. Both start afresh each time, in turn; ratios of one run hold on a busy machine, too.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { checkTree } from '../properties/modules/on-tree.ts';
import { debianKernel, NoPackages } from '../scripts/debian-kernel.ts';
import { planLoad } from '../trees/ask/plan.ts';
import { embeddedTree } from '../trees/embedded/index.ts';
import { type Line, median } from './report.ts';

const ROUNDS = 5;
const SCRIPT = fileURLToPath(new URL('./index-modules.ts', import.meta.url));
const LOADER = fileURLToPath(new URL('../scripts/typescript.mjs', import.meta.url));

const milliseconds = async (work: () => unknown): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** In a process of its own, without the time that Node and the loader of TypeScript take to start. */
const indexing = (folder: string): number => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', LOADER, SCRIPT, folder],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
};

const againstDepmod = async (): Promise<Line[]> => {
  const kernel = debianKernel();
  try {
    const depmod = () => kernel.kmod('depmod', ['-b', kernel.base, kernel.version]);
    await depmod(); // both then find the files in memory
    const [theirs, ours] = [[] as number[], [] as number[]];
    for (let round = 0; round < ROUNDS; round++) {
      theirs.push(await milliseconds(depmod));
      ours.push(indexing(kernel.modules));
    }
    const ratio = median(ours) / median(theirs);
    return [
      { what: 'depmod, the whole tree', figure: median(theirs), unit: 'ms' },
      { what: 'index of the whole tree from ELF', figure: median(ours), unit: 'ms' },
      { what: '…as a multiple of depmod', figure: ratio, unit: '×', target: 1.2, atMost: true },
    ];
  } finally {
    kernel.remove();
  }
};

export const moduleLines = async (): Promise<Line[]> => {
  const lines: Line[] = [];
  const loading = await milliseconds(embeddedTree);
  const tree = embeddedTree();
  const first = await milliseconds(() => planLoad(tree, 'amdgpu'));
  const all = await milliseconds(() => {
    for (const { name } of tree.modules) planLoad(tree, name);
  });
  const operations = 100_000;
  const checked = await milliseconds(() => {
    if (!checkTree(tree, { seed: 1, operations }).restored) throw new Error('not restored');
  });
  lines.push(
    {
      what: '100,000 operations, checked',
      figure: checked,
      unit: 'ms',
      target: 20_000,
      atMost: true,
    },
    { what: 'facts that ship, unpacked', figure: loading, unit: 'ms' },
    { what: 'first plan from an index', figure: first, unit: 'ms', target: 100, atMost: true },
    { what: 'plans of all modules', figure: all, unit: 'ms' },
  );
  try {
    return [...(await againstDepmod()), ...lines];
  } catch (error) {
    if (!(error instanceof NoPackages)) throw error;
    process.stderr.write(`bench: depmod is left out: ${error.message}\n`);
    return lines;
  }
};
