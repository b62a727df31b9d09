/** The calls on files: `spec/files.ts` says what flags, limits and paths are. Errors are those of Linux. */
import type { CallDescription } from './call.ts';

export const FILE_CALLS: readonly CallDescription[] = [];
