/** The rules of the calls on messages. */
import type { Rules } from '../rule.ts';

export const IPC_RULES: Rules = {};
