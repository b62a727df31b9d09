/**
 * `node --import ./scripts/typescript.mjs file.ts` runs TypeScript from source, in worker threads too:
 * a worker inherits the flag. Not `tsx`: on Node 20 it leaves workers without TypeScript, and it wraps
 * every named inner function in a call that costs 0.2 µs, which would distort what is measured.
 */
import { register } from 'node:module';

process.setSourceMapsEnabled(true);
register('./typescript-hooks.mjs', import.meta.url);
