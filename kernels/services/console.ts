/**
 * The console driver: the calls `write` and `input`. It copies what the caller may read into the first page of its
 * segment, and hands it to the device byte by byte. What has been typed it keeps in its second page until it is asked for:
 *
 *     page 0    bytes to send
 *     page 1    word 0: how many bytes have been typed and not been read, then those bytes
 *
 * Left out: a device that is ever busy; editing of a line before it is read. At most a page is sent per call, as the call
 * table allows.
 */
import { MAX_LINE } from '../../spec/calls/terminal.ts';
import { ConsoleRegister } from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import { PAGE_SIZE, type Word } from '../../spec/riscv.ts';
import {
  type Client,
  NOT_YET,
  type Request,
  type Service,
  type Steps,
  type World,
} from './contract.ts';
import { copyReadable } from './copying.ts';
import { deviceOf } from './given.ts';

const LINE_END = 10;

/** Answers how many bytes were sent: up to the first that the caller may not read, at least one, or −EFAULT. */
function* write(world: World, client: Client, va: Word, length: Word): Steps<number> {
  const { memory, segment } = world;
  if (length === 0) return 0;
  const sent = yield* copyReadable(client, va, segment, Math.min(length, PAGE_SIZE));
  const register = deviceOf(world, 'console') + ConsoleRegister.data;
  for (let at = 0; at < sent; at++) memory.store(register, memory.loadByte(segment + at));
  return sent > 0 ? sent : -Errno.EFAULT;
}

/** Takes bytes from the device up to the end of a line, or until the line can be no longer. False: more must come. */
const completeLine = (world: World): boolean => {
  const { memory } = world;
  const registers = deviceOf(world, 'console');
  const kept = world.segment + PAGE_SIZE;
  let count = memory.load(kept);
  let ended = count > 0 && memory.loadByte(kept + 3 + count) === LINE_END;
  while (!ended && count < MAX_LINE && memory.load(registers + ConsoleRegister.waiting) > 0) {
    const byte = memory.load(registers + ConsoleRegister.received) & 0xff;
    memory.storeByte(kept + 4 + count, byte);
    count += 1;
    memory.store(kept, count);
    ended = byte === LINE_END;
  }
  return ended || count >= MAX_LINE;
};

/** The first bytes of the line, as many as asked for; the rest stays. A line that cannot be stored stays whole. */
function* input(world: World, client: Client, va: Word, bytes: Word): Steps<number> {
  const { memory, segment } = world;
  if (bytes === 0) return 0;
  if (!completeLine(world)) return NOT_YET;
  const kept = segment + PAGE_SIZE;
  const count = memory.load(kept);
  const given = Math.min(bytes, count);
  if ((yield* client.write(kept + 4, va, given)) !== 0) return -Errno.EFAULT;
  for (let at = given; at < count; at++) {
    memory.storeByte(kept + 4 + at - given, memory.loadByte(kept + 4 + at));
  }
  memory.store(kept, count - given);
  return given;
}

function* handle(world: World, { operation, args: [va, length], client }: Request): Steps<number> {
  switch (operation) {
    case 0:
      return yield* write(world, client, va, length);
    case 1:
      return yield* input(world, client, va, length);
    default:
      return -Errno.ENOSYS;
  }
}

export const consoleService: Service = {
  name: 'console',
  operations: ['write', 'input'],
  uses: [],
  devices: ['console'],
  pages: 2,
  *start(world) {
    return { handle: (request) => handle(world, request) };
  },
};
