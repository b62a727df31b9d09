/** Where a call on files or datagrams stores in its caller's memory. */
import type { CallName } from '../../../spec/abi.ts';
import { MAX_DATAGRAM } from '../../../spec/calls/datagrams.ts';
import { MAX_TRANSFER } from '../../../spec/files.ts';
import type { Args } from '../rule.ts';

/** Where the call stores in the caller's memory: address and bytes, at most. 0 bytes: nowhere. */
export const bufferOf = (name: CallName, [, a1, a2]: Args): { va: number; bytes: number } => {
  if (name === 'read') return { va: a1, bytes: Math.min(a2, MAX_TRANSFER) };
  if (name === 'receiveFrom') return { va: a1, bytes: Math.min(a2, MAX_DATAGRAM) };
  return { va: a1, bytes: name === 'stat' ? 8 : 0 };
};
