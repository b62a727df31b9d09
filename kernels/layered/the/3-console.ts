/**
 * Layer 3, the operator's console: what programs write is copied into its own page, then sent. What is typed is kept in its
 * second page until a program asks for it; one at a time waits for a line, in the order in which they came.
 *
 *     own pages   [ bytes to send | who may wait for a line, where the kept bytes begin and end | kept bytes ]
 *                 0               1024                                                            1028
 */
import { MAX_LINE } from '../../../spec/calls/terminal.ts';
import { ConsoleRegister, Device } from '../../../spec/devices.ts';
import { Errno } from '../../../spec/errno.ts';
import { PAGE_SIZE, type VirtualAddress } from '../../../spec/riscv.ts';
import { defineLayer, type Self, type Steps } from '../link/contract.ts';
import type { Own } from '../link/own.ts';
import { CONSOLE, MEMORY, passedOn, type Segments, TERMINAL } from './interfaces.ts';

/** Interrupts wait meanwhile: a longer write is cut short, as the call table allows. */
const LONGEST_WRITE = PAGE_SIZE;

const LINE_END = 10;
/** Words of its own pages. */
const At = { mutex: 1024, first: 1025, end: 1026, kept: 1028 } as const;

/** Page by page, as far as the caller may read. */
const write = (below: Segments, { address }: Self, from: VirtualAddress, bytes: number): number => {
  const end = Math.min(bytes, LONGEST_WRITE);
  let sent = 0;
  while (sent < end) {
    const at = from + sent; // where it passes 2^32 it is beyond user space, and does not wrap
    const count = Math.min(end - sent, PAGE_SIZE - (at % PAGE_SIZE));
    if (below.copyIn(at, address, count) !== 0) break;
    below.send(address, count);
    sent += count;
  }
  return sent > 0 || bytes === 0 ? sent : -Errno.EFAULT;
};

const keptByte = (own: Own, at: number): number =>
  (own.get(At.kept + (at >>> 2)) >>> ((at % 4) * 8)) & 0xff;

/** Takes what was typed, up to the end of a line. False: more must come. */
const completeLine = (below: Segments, { own }: Self): boolean => {
  let end = own.get(At.end);
  let ended = own.get(At.first) > 0 || (end > 0 && keptByte(own, end - 1) === LINE_END);
  while (!ended && end < MAX_LINE) {
    if (below.readRegister(Device.console, ConsoleRegister.waiting) === 0) return false;
    const byte = below.readRegister(Device.console, ConsoleRegister.received) & 0xff;
    const at = At.kept + (end >>> 2);
    const before = end % 4 === 0 ? 0 : own.get(at);
    own.set(at, before | (byte << ((end % 4) * 8)));
    end += 1;
    own.set(At.end, end);
    ended = byte === LINE_END;
  }
  return true;
};

/** The first bytes of the line; the rest stays, and all of it where the caller cannot have it. */
const give = (
  below: Segments,
  { own, address }: Self,
  to: VirtualAddress,
  bytes: number,
): number => {
  const first = own.get(At.first);
  const end = own.get(At.end);
  const count = Math.min(bytes, end - first);
  if (below.copyOut(address + At.kept * 4 + first, to, count) !== 0) return -Errno.EFAULT;
  const isAll = first + count === end;
  own.set(At.first, isAll ? 0 : first + count);
  if (isAll) own.set(At.end, 0);
  return count;
};

/** A caller that has ended meanwhile takes nothing. */
function* input(below: Segments, self: Self, to: VirtualAddress, bytes: number): Steps {
  if (bytes === 0) return 0;
  const space = below.here();
  const mutex = self.own.get(At.mutex);
  yield* below.wait(mutex);
  while (below.here() === space && !completeLine(below, self)) yield* below.typed();
  const isThere = space !== 0 && below.here() === space;
  const result = isThere ? give(below, self, to, bytes) : -Errno.EIO;
  below.signal(mutex);
  return result;
}

export const operatorConsole = defineLayer({
  name: 'console',
  offers: CONSOLE,
  uses: [...Object.keys(MEMORY), ...Object.keys(TERMINAL)],
  pages: 2,
  start: (below: Segments, self) => {
    self.own.set(At.mutex, below.semaphore(1));
    return {
      ...passedOn(below, MEMORY),
      write: (from = 0, bytes = 0) => write(below, self, from, bytes),
      input: (to = 0, bytes = 0) => input(below, self, to, bytes),
    };
  },
});
