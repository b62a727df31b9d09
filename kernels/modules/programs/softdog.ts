/**
 * The watchdog at the point `device`, made of the module's timer: `spec/softdog.ts`.
 *
 *     word 0     ticks between two signs of life; 0: nobody is watched
 *     word 1     how often there was none in time
 */
import { Errno } from '../../../spec/errno.ts';
import { MAGIC_CLOSE, WATCHDOG, WatchdogRequest } from '../../../spec/softdog.ts';
import { callKernel, type ModuleProgram, type Place } from '../program.ts';
import { register, unregister } from './registering.ts';

const HOOK = { point: 'device', priority: 0, key: WATCHDOG } as const;
const TICKS = 0;
const BITES = 4;

function* start({ memory, data }: Place, ticks: number) {
  if (ticks === 0) return -Errno.EINVAL;
  memory.store(data + TICKS, ticks);
  return yield* callKernel('setTimer', ticks);
}

function* stop({ memory, data }: Place, magic: number) {
  if (magic !== MAGIC_CLOSE || memory.load(data + TICKS) === 0) return -Errno.EINVAL;
  memory.store(data + TICKS, 0);
  yield* callKernel('cancelTimer');
  return 0;
}

export const softdog: ModuleProgram = {
  init: () => register(HOOK),
  *exit() {
    yield* callKernel('cancelTimer');
    return yield* unregister(HOOK);
  },
  use: ({ memory, data }) => memory.load(data + BITES),
  hook: (place, request, argument) => {
    const { memory, data } = place;
    switch ((request >>> 20) & 0xf) {
      case WatchdogRequest.bites:
        return memory.load(data + BITES);
      case WatchdogRequest.start:
        return start(place, request & 0xffff);
      case WatchdogRequest.ping:
        return start(place, memory.load(data + TICKS));
      case WatchdogRequest.stop:
        return stop(place, argument);
      default:
        return -Errno.EINVAL;
    }
  },
  /** It goes on watching. */
  timer: ({ memory, data }) => {
    memory.store(data + BITES, memory.load(data + BITES) + 1);
    return callKernel('setTimer', memory.load(data + TICKS));
  },
};
