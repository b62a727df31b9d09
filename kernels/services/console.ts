/**
 * The console driver: the call `write`. It copies what the caller may read into the page that is its segment, and hands
 * it to the device byte by byte.
 *
 * Left out: a device that is ever busy. At most a page is sent per call, as the call table allows.
 */
import { ConsoleRegister } from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import { PAGE_SIZE, type Word } from '../../spec/riscv.ts';
import type { Client, Request, Service, Steps, World } from './contract.ts';
import { copyReadable } from './copying.ts';
import { deviceOf } from './given.ts';

/** Answers how many bytes were sent: up to the first that the caller may not read, at least one, or −EFAULT. */
function* write(world: World, client: Client, va: Word, length: Word): Steps<number> {
  const { memory, segment } = world;
  if (length === 0) return 0;
  const sent = yield* copyReadable(client, va, segment, Math.min(length, PAGE_SIZE));
  const register = deviceOf(world, 'console') + ConsoleRegister.data;
  for (let at = 0; at < sent; at++) memory.store(register, memory.loadByte(segment + at));
  return sent > 0 ? sent : -Errno.EFAULT;
}

function* handle(world: World, { operation, args: [va, length], client }: Request): Steps<number> {
  return operation === 0 ? yield* write(world, client, va, length) : -Errno.ENOSYS;
}

export const consoleService: Service = {
  name: 'console',
  operations: ['write'],
  uses: [],
  devices: ['console'],
  pages: 1,
  *start(world) {
    return { handle: (request) => handle(world, request) };
  },
};
