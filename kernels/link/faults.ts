/**
 * Services that go wrong, as a workload wants it: the fault happens in the service's own domain, with its own loads and
 * stores. What it does to others is not decided here.
 */
import {
  DiskCommand,
  DiskRegister,
  MAX_NETWORK_FRAME,
  NetworkCommand,
  NetworkRegister,
} from '../../spec/devices.ts';
import { PAGE_SIZE } from '../../spec/riscv.ts';
import type { ServiceFault } from '../../spec/workload.ts';
import type { Request, Running, Service, Steps, World } from '../services/contract.ts';
import { MemoryOperation } from '../services/memory.ts';

/** What a garbage reply says: no result of any call is as large, and it is no errno. */
export const GARBAGE = 0x7bad_f00d;

/** What depends on where the service is. */
export interface Surroundings {
  /** One turn of an endless loop. */
  spin(): Steps<void>;
  /** Does nothing for a while. */
  rest(): Steps<void>;
  /** Answers the request, and goes on as if it had not. */
  replyEarly(result: number): Steps<void>;
}

/** A service with what goes wrong in it. Requests are counted from 0, over all its lives within a run. */
export interface Faulty {
  readonly service: Service;
  readonly faults: readonly ServiceFault[];
  /** Says that one of them begins. */
  readonly strike: (fault: ServiceFault) => void;
  requests: number;
}

/** Handles a request, or goes wrong with it. */
export function* handleWithFaults(
  faulty: Faulty,
  surroundings: Surroundings,
  world: World,
  running: Running,
  request: Request,
): Steps<number> {
  const number = faulty.requests;
  faulty.requests = number + 1;
  const fault = faulty.faults.find((one) => one.request === number);
  if (!fault) return yield* running.handle(request);
  faulty.strike(fault);
  switch (fault.kind) {
    case 'wild store':
      world.memory.store(fault.va ?? 0, fault.value ?? 0);
      return yield* running.handle(request);
    case 'null dereference':
      world.memory.load(0);
      return yield* running.handle(request);
    case 'endless loop':
      for (;;) {
        world.memory.load(world.segment);
        yield* surroundings.spin();
      }
    case 'silence':
      for (;;) yield* surroundings.rest();
    case 'garbage reply':
      return GARBAGE;
    case 'leak':
      yield* leak(faulty.service, world, running, request);
      return yield* running.handle(request);
    case 'wild dma':
      yield* transferWildly(world, fault.va ?? 0);
      return yield* running.handle(request);
    case 'double reply': {
      const result = yield* running.handle(request);
      yield* surroundings.replyEarly(result);
      return result;
    }
  }
}

/** Its device is given an address that is not the service's: the disk to write to, the network card to read from. */
function* transferWildly({ devices, memory, interrupt }: World, address: number): Steps<void> {
  const { disk, network } = devices;
  if (disk !== undefined) {
    memory.store(disk + DiskRegister.sector, 0);
    memory.store(disk + DiskRegister.address, address);
    memory.store(disk + DiskRegister.command, DiskCommand.read);
    yield* interrupt('disk');
  } else if (network !== undefined) {
    memory.store(network + NetworkRegister.transmitAddress, address);
    memory.store(network + NetworkRegister.transmitLength, MAX_NETWORK_FRAME);
    memory.store(network + NetworkRegister.command, NetworkCommand.transmit);
    yield* interrupt('network');
  }
}

/** The pager loses all its frames; any other service fills what is empty in its segment. */
function* leak(service: Service, world: World, running: Running, request: Request): Steps<void> {
  if (service.name === 'memory') {
    const take: Request = { ...request, operation: MemoryOperation.take };
    for (const _ of world.frames) yield* running.handle(take);
    return;
  }
  const end = world.segment + service.pages * PAGE_SIZE;
  for (let at = world.segment; at < end; at += 4) {
    if (world.memory.load(at) === 0) world.memory.store(at, 1);
  }
}
