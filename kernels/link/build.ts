/** How the reference kernels are built: a name and a placement; all else may be replaced, routine by routine. */
import type { Kernel } from '../../hardware/contract.ts';
import type { CoreBuild } from '../core/build.ts';
import type { IpcRoutines } from '../ipc/kernel.ts';
import type { ModulesIn } from '../modules/kernel.ts';
import { SERVICE_NAMES, type Service } from '../services/contract.ts';
import { linkKernel, type Place, type Placement } from './index.ts';
import type { ProcessRoutines } from './linkage.ts';

/** What a variant or a mutant of a reference kernel does differently: `build({ unmapPage })` has another `unmapPage`. */
export interface Build extends CoreBuild {
  readonly services?: readonly Service[];
  readonly processes?: Partial<ProcessRoutines>;
  readonly ipc?: Partial<IpcRoutines>;
  readonly modules?: ModulesIn;
}

/** All services in one place. */
export const everyService = (place: Place): Required<Placement> => ({
  ...(Object.fromEntries(SERVICE_NAMES.map((name) => [name, place])) as Required<Placement>),
});

export const builderOf =
  (reference: string, placement: Placement) =>
  ({
    name = reference,
    fairness,
    services,
    processes,
    ipc,
    modules,
    ...routines
  }: Build = {}): Kernel =>
    linkKernel({
      name,
      placement,
      routines,
      ...(fairness === undefined ? {} : { fairness }),
      ...(services === undefined ? {} : { services }),
      ...(processes === undefined ? {} : { processes }),
      ...(ipc === undefined ? {} : { ipc }),
      ...(modules === undefined ? {} : { modules }),
    });
