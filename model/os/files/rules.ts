/** The rules of the calls on files. */
import type { Rules } from '../rule.ts';

export const FILE_RULES: Rules = {};
