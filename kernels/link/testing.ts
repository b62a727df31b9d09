/** What the tests of the linker share: small services, and runs of a kernel that is linked of them. */
import { assemble, boot, type Run, runWorkload } from '../../hardware/run.ts';
import { workloadOf } from '../../hardware/testing.ts';
import { Device, type DeviceName } from '../../spec/devices.ts';
import type { Operation, Workload } from '../../spec/workload.ts';
import type { Routines } from '../core/kernel.ts';
import type { Request, Service, ServiceName, Steps, World } from '../services/contract.ts';
import { linkKernel, type Place, type Placement } from './index.ts';

interface Made extends Partial<Omit<Service, 'name' | 'start'>> {
  readonly start?: (world: World) => void;
  readonly handle?: (world: World, request: Request) => Steps<number> | number;
  readonly forget?: (world: World, client: number) => void;
}

/** A service that answers with its first argument, unless it is given a way to handle requests. */
export const serviceCalled = (name: ServiceName, made: Made = {}): Service => {
  const { start, handle, forget, ...rest } = made;
  return {
    name,
    operations: [],
    uses: [],
    devices: [],
    pages: 1,
    ...rest,
    // biome-ignore lint/correctness/useYield: it has nothing to wait for.
    *start(world) {
      start?.(world);
      return {
        *handle(request) {
          const answer = handle ? handle(world, request) : request.args[0];
          return typeof answer === 'number' ? answer : yield* answer;
        },
        ...(forget && {
          // biome-ignore lint/correctness/useYield: it has nothing to wait for.
          *forget(client: number) {
            forget(world, client);
          },
        }),
      };
    },
  };
};

const kernelOf = (
  services: readonly Service[],
  routines: Partial<Routines> = {},
  place: Place = 'kernel',
) =>
  linkKernel({
    name: 'linked',
    services,
    placement: Object.fromEntries(services.map(({ name }) => [name, place] as const)) as Placement,
    routines,
  });

/** The same as `runLinked` does, with every service in user space. */
export const runOutside = (
  services: readonly Service[],
  bodies: readonly (readonly Operation[])[],
  over: Partial<Workload> = {},
): Run =>
  runWorkload(
    kernelOf(services, {}, 'user'),
    workloadOf(bodies, { frames: 32, steps: 4000, ...over }),
  );

/** Runs program 0 (its bodies), and the other programs when they are spawned, on a kernel linked of these services. */
export const runLinked = (
  services: readonly Service[],
  bodies: readonly (readonly Operation[])[],
  over: Partial<Workload> = {},
  routines: Partial<Routines> = {},
): Run => runWorkload(kernelOf(services, routines), workloadOf(bodies, { frames: 32, ...over }));

/** The same, with a device that interrupts whenever nothing can move any more, so many times. */
export const runWithInterrupts = (
  services: readonly Service[],
  workload: Workload,
  device: DeviceName,
  times: number,
): Pick<Run, 'words' | 'length'> => {
  const kernel = kernelOf(services);
  const { core, machine, image } = assemble(workload, {}, kernel.serviceFrames);
  boot(core, kernel, machine, image);
  core.run();
  for (let time = 0; time < times; time++) {
    core.raise(Device[device]);
    core.run();
  }
  const { words = new Uint32Array(0), length = 0 } = core.log ?? {};
  return { words, length };
};
