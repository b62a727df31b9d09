/**
 * Does `kernelcheck modules` agree with the real tools, on every module of a real kernel? Prints what was compared;
 * fails at any difference. Where Debian’s packages cannot be had it says so, and fails in CI.
 *
 * - the graph from the ELF files = depmod’s modules.dep, byte for byte
 * - plan = modprobe --show-depends, from the ELF files and from depmod’s tables alone
 * - the facts that ship = the ELF files, if it is the same kernel
 */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { planLoad } from '../trees/ask/plan.ts';
import { EMBEDDED_KERNEL, embeddedTree } from '../trees/embedded/index.ts';
import { readModuleTree } from '../trees/read/index.ts';
import type { ModuleFacts, ModuleTree } from '../trees/tree.ts';
import { type DebianKernel, debianKernel, NoPackages } from './debian-kernel.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
let differences = 0;

/** @param different one line each */
const compared = (what: string, all: number, different: readonly string[]): void => {
  say(`${what}: ${all - different.length} of ${all} equal`);
  for (const line of different.slice(0, 5)) say(`  ${line}`);
  if (all === 0) say('  nothing was compared');
  differences += different.length + (all === 0 ? 1 : 0);
};

const compareGraph = ({ modules }: ModuleTree, folder: string): void => {
  const path = new Map(modules.map((module) => [module.name, module.path]));
  const theirs = readFileSync(join(folder, 'modules.dep'), 'utf8').trimEnd().split('\n');
  const ours = modules.map(
    (one) => `${one.path}:${one.needs.map((name) => ` ${path.get(name)}`).join('')}`,
  );
  const all = Math.max(ours.length, theirs.length);
  const different = Array.from({ length: all }, (_, at) => at)
    .filter((at) => ours[at] !== theirs[at])
    .map((at) => `line ${at + 1}: depmod ${theirs[at]}, here ${ours[at]}`);
  compared('lines of modules.dep, in order', all, different);
};

/** `insmod /…/name.ko` and `builtin name`, one a line. */
const modprobePlans = async (
  { base, version, kmod }: DebianKernel,
  { modules }: ModuleTree,
): Promise<ReadonlyMap<string, string>> => {
  const name = new Map(
    modules.map((one) => [`${base}/lib/modules/${version}/${one.path}`, one.name]),
  );
  const plans = new Map<string, string>();
  const waiting = [...modules];
  const worker = async (): Promise<void> => {
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const args = ['-C', '/dev/null', '-d', base, '-S', version, '--show-depends', one.name];
      const lines = (await kmod('modprobe', args)).split('\n').map((line) => line.trim());
      const loads = lines.filter((line) => line !== '' && !line.startsWith('builtin '));
      plans.set(
        one.name,
        loads.map((line) => name.get(line.replace(/^insmod /, '')) ?? line).join(' '),
      );
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return plans;
};

const comparePlans = (what: string, tree: ModuleTree, plans: ReadonlyMap<string, string>): void => {
  const different = tree.modules.flatMap(({ name }) => {
    const [ours, theirs] = [planLoad(tree, name).join(' '), plans.get(name)];
    return ours === theirs ? [] : `${name}: modprobe ${theirs}, here ${ours}`;
  });
  compared(what, tree.modules.length, different);
};

const TABLES = /^modules\.(dep|symbols|softdep|alias|builtin|order)$/;

const fromTables = async (folder: string): Promise<ModuleTree> => {
  const copy = mkdtempSync(join(tmpdir(), 'kernelcheck-tables-'));
  try {
    for (const name of readdirSync(folder)) {
      if (TABLES.test(name)) copyFileSync(join(folder, name), join(copy, name));
    }
    return await readModuleTree(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
};

const compareFacts = (tree: ModuleTree): void => {
  if (tree.label !== EMBEDDED_KERNEL) {
    say(`facts that ship are of ${EMBEDDED_KERNEL}, this is ${tree.label}: not compared`);
    return;
  }
  const shipped = embeddedTree().modules;
  const different = tree.modules.flatMap((one, at) =>
    isDeepStrictEqual(comparable(one), comparable(shipped[at])) ? [] : one.name,
  );
  compared('facts that ship, module by module', tree.modules.length, different);
};

/** The order of exports means nothing. */
const comparable = (module: ModuleFacts | undefined): unknown =>
  module && {
    ...module,
    exports: [...module.exports].sort((a, b) => (a.name < b.name ? -1 : 1)),
  };

const compareAll = async (kernel: DebianKernel): Promise<void> => {
  await kernel.kmod('depmod', ['-b', kernel.base, kernel.version]);
  const tree = await readModuleTree(kernel.modules);
  const exports = tree.modules.reduce((sum, module) => sum + module.exports.length, 0);
  say(`Linux ${kernel.version}: ${tree.modules.length} modules, ${exports} exports`);
  compareGraph(tree, kernel.modules);
  const plans = await modprobePlans(kernel, tree);
  comparePlans('plans from the ELF files', tree, plans);
  comparePlans('plans from the tables alone', await fromTables(kernel.modules), plans);
  compareFacts(tree);
};

try {
  const kernel = debianKernel();
  try {
    await compareAll(kernel);
  } finally {
    kernel.remove();
  }
  say(differences === 0 ? 'agreed' : `${differences} differences`);
  if (differences > 0) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof NoPackages)) throw error;
  say(`nothing was compared with the real tools: ${error.message}`);
  if (process.env['CI']) process.exitCode = 1;
}
