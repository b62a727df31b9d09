/**
 * Runs after `npm ci` in a clone and before `npm pack`: builds dist/, so that `npx kernelcheck` works
 * at once. Does nothing where the compiler was not installed (`npm ci --omit=dev`).
 */
import { existsSync } from 'node:fs';

const stands = (file) => existsSync(new URL(`../${file}`, import.meta.url));

if (stands('node_modules/typescript/bin/tsc') && stands('index.ts')) await import('./build.mjs');
