/** Layer 3, the operator's console: what programs write is copied into its own page, then sent. */
import { Errno } from '../../../spec/errno.ts';
import { PAGE_SIZE, type VirtualAddress } from '../../../spec/riscv.ts';
import { defineLayer, type Self } from '../link/contract.ts';
import { CONSOLE, MEMORY, passedOn, type Segments } from './interfaces.ts';

/** Interrupts wait meanwhile: a longer write is cut short, as the call table allows. */
const LONGEST_WRITE = PAGE_SIZE;

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

export const operatorConsole = defineLayer({
  name: 'console',
  offers: CONSOLE,
  uses: [...Object.keys(MEMORY), 'send'],
  pages: 1,
  start: (below: Segments, self) => ({
    ...passedOn(below, MEMORY),
    write: (from = 0, bytes = 0) => write(below, self, from, bytes),
  }),
});
