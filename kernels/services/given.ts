/** What a service declares, the linker gives it: a service that lacks something was linked wrongly. */
import type { DeviceName } from '../../spec/devices.ts';
import type { VirtualAddress } from '../../spec/riscv.ts';
import type { Port, ServiceName, World } from './contract.ts';

/** Where the registers of a device of the service are. */
export const deviceOf = ({ devices }: World, name: DeviceName): VirtualAddress => {
  const registers = devices[name];
  if (registers === undefined) throw new Error(`a service is linked without its device: ${name}`);
  return registers;
};

/** The port to a service that it uses. */
export const portOf = ({ ports }: World, name: ServiceName): Port => {
  const port = ports[name];
  if (!port) throw new Error(`a service is linked without a service that it uses: ${name}`);
  return port;
};
