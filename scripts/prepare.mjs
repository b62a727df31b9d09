/**
 * Runs after `npm ci` in a clone and before `npm pack`: builds dist/, so that `npx kernelcheck` works
 * at once. Does nothing where the compiler was not installed (`npm ci --omit=dev`).
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = `${root}node_modules/typescript/bin/tsc`;

if (existsSync(compiler) && existsSync(`${root}index.ts`)) {
  const build = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  process.exitCode = build.status ?? 1;
}
