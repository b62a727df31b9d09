/**
 * Builds dist/ and marks the command as executable: the compiler does not, and `npx kernelcheck` in a
 * clone starts the file itself.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = `${root}node_modules/typescript/bin/tsc`;
const command = `${root}dist/cli/main.js`;

const build = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (existsSync(command)) chmodSync(command, 0o755);
process.exitCode = build.status ?? 1;
