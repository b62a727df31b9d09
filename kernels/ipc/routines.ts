/** The routines of messages, by name (kernel.ts): a variant or a mutant replaces some of them. */
import * as calls from './calls.ts';
import * as capabilities from './capabilities.ts';
import type { IpcRoutines } from './kernel.ts';
import * as messages from './messages.ts';
import * as queue from './queue.ts';

export const ipcRoutines: IpcRoutines = { ...capabilities, ...queue, ...calls, ...messages };
