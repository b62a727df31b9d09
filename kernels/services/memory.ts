/**
 * The pager: hands out the frames of its pool, next fit: the first free one behind the one handed out last. So a frame
 * that comes back rests as long as possible, and who refuses a frame is offered another.
 *
 * Its segment: a word that says where to search next, and one byte per frame of the pool, 1 while it is out.
 * After a restart it takes all frames for free; the kernel, which knows better, refuses those in use and asks again.
 */
import { Errno } from '../../spec/errno.ts';
import { type Frame, PAGE_SIZE, wordIn } from '../../spec/riscv.ts';
import type { Request, Service, Steps, World } from './contract.ts';

/** `take()` answers a frame, 0: none is left. `give(frame)` answers 0; −EINVAL: it is none of the pool's, or not out. */
export const MemoryOperation = { take: 0, give: 1 } as const;

const NEXT = 0;
const OUT = 4;
const PAGES = 2;
/** Frames that it can keep track of: what a machine has at most is less. */
const MAX_POOL = PAGES * PAGE_SIZE - OUT;

const poolOf = ({ frames }: World): number => Math.min(frames.length, MAX_POOL);

const take = (world: World): Frame => {
  const { memory, segment, frames } = world;
  const pool = poolOf(world);
  const next = memory.load(segment + NEXT);
  for (let i = 0; i < pool; i++) {
    const index = (next + i) % pool;
    if (memory.loadByte(segment + OUT + index) !== 0) continue;
    memory.storeByte(segment + OUT + index, 1);
    memory.store(segment + NEXT, (index + 1) % pool);
    return wordIn(frames, index);
  }
  return 0;
};

const give = (world: World, frame: Frame): number => {
  const { memory, segment, frames } = world;
  const index = frames.indexOf(frame);
  if (index < 0 || index >= poolOf(world)) return -Errno.EINVAL;
  if (memory.loadByte(segment + OUT + index) === 0) return -Errno.EINVAL;
  memory.storeByte(segment + OUT + index, 0);
  return 0;
};

// biome-ignore lint/correctness/useYield: it has nothing to wait for.
function* handle(world: World, { operation, args: [frame] }: Request): Steps<number> {
  if (operation === MemoryOperation.take) return take(world);
  return operation === MemoryOperation.give ? give(world, frame) : -Errno.ENOSYS;
}

export const memoryService: Service = {
  name: 'memory',
  operations: Object.keys(MemoryOperation),
  uses: [],
  devices: [],
  pages: PAGES,
  *start(world) {
    return { handle: (request) => handle(world, request) };
  },
};
