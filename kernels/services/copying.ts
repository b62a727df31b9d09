/** Moving bytes: from a client whose buffer may end early, and within a service's own segment. */
import { PAGE_SIZE, type VirtualAddress } from '../../spec/riscv.ts';
import type { Client, Memory, Steps } from './contract.ts';

/**
 * Copies from the client what it may read of a range, up to the first byte that it may not. The range is 1 to 4096 bytes:
 * two pages at most, so what can be read is all of it or what lies in the first page. A range that can be read is copied
 * in one go, at one moment.
 * @returns bytes copied, 0 to `bytes`
 */
export function* copyReadable(
  client: Client,
  from: VirtualAddress,
  to: VirtualAddress,
  bytes: number,
): Steps<number> {
  if ((yield* client.read(from, to, bytes)) === 0) return bytes;
  const first = PAGE_SIZE - (from % PAGE_SIZE);
  if (first >= bytes) return 0;
  return (yield* client.read(from, to, first)) === 0 ? first : 0;
}

/** Copies within the segment. Both addresses have the same remainder by 4, so that words can be moved as words. */
export const copyWithin = (
  memory: Memory,
  from: VirtualAddress,
  to: VirtualAddress,
  bytes: number,
): void => {
  let at = 0;
  for (; at < bytes && (to + at) % 4 !== 0; at++)
    memory.storeByte(to + at, memory.loadByte(from + at));
  for (; at + 4 <= bytes; at += 4) memory.store(to + at, memory.load(from + at));
  for (; at < bytes; at++) memory.storeByte(to + at, memory.loadByte(from + at));
};

/** Zeroes bytes of the segment. */
export const clear = (memory: Memory, from: VirtualAddress, bytes: number): void => {
  let at = 0;
  for (; at < bytes && (from + at) % 4 !== 0; at++) memory.storeByte(from + at, 0);
  for (; at + 4 <= bytes; at += 4) memory.store(from + at, 0);
  for (; at < bytes; at++) memory.storeByte(from + at, 0);
};
