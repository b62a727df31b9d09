/** The calls on datagrams, over a loopback network. */
import type { CallDescription } from './call.ts';

export const DATAGRAM_CALLS: readonly CallDescription[] = [];
