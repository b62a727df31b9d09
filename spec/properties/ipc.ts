/** Properties of messages. */
import type { Property } from './property.ts';

export const IPC_PROPERTIES: readonly Property[] = [];
