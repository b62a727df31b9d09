/**
 * Builds dist/, marks the command as executable (the compiler does not, and `npx kernelcheck` in a clone starts the file
 * itself), and leaves there what only sources tell: how many lines each component has.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = `${root}node_modules/typescript/bin/tsc`;
const command = `${root}dist/cli/main.js`;

const build = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (existsSync(command)) chmodSync(command, 0o755);
if (build.status === 0) {
  await writeSourceLines();
  await copyModuleFacts();
}
process.exitCode = build.status ?? 1;

/** The package has no sources: how many lines each component has is counted now. */
async function writeSourceLines() {
  const counting = new URL('../dist/properties/claims/source-lines.js', import.meta.url);
  const { countSourceLines, SOURCE_LINES_FILE } = await import(counting.href);
  const lines = countSourceLines(`${root}kernels/`);
  writeFileSync(new URL(SOURCE_LINES_FILE, counting), `${JSON.stringify(lines, undefined, 2)}\n`);
}

/** The compiler copies no data. */
async function copyModuleFacts() {
  const facts = new URL('../dist/trees/embedded/index.js', import.meta.url);
  const { EMBEDDED_FILE } = await import(facts.href);
  copyFileSync(`${root}trees/embedded/${EMBEDDED_FILE}`, new URL(EMBEDDED_FILE, facts));
}
