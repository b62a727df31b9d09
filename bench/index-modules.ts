/** Reads a tree once and prints how many milliseconds that took: what a fresh process needs. */
import { readModuleTree } from '../trees/read/index.ts';

const [folder = ''] = process.argv.slice(2);
const start = performance.now();
await readModuleTree(folder);
process.stdout.write(String(performance.now() - start));
