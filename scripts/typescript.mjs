/**
 * `node --import ./scripts/typescript.mjs file.ts` runs TypeScript from source, in worker threads too:
 * a worker inherits the flag. (`tsx file.ts` alone leaves workers without TypeScript on Node 20.)
 */
import { register } from 'tsx/esm/api';

register();
