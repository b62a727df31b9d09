/** What the services keep for all tasks, and what a call on it does: files and datagrams in one form. */
import { outcomeOf, settled } from './apply.ts';
import type { FileCall, Outcome } from './call.ts';
import { type DatagramCall, datagramOutcome, type Network, unbindAll } from './network.ts';
import { closeAll, emptyFileSystem, type FileSystem, type Owner } from './tree.ts';

export interface Served {
  readonly files: FileSystem;
  readonly network: Network;
}

export const nothingServed = (): Served => ({ files: emptyFileSystem(), network: new Map() });

export type ServiceCall = FileCall | DatagramCall;

/** The outcome of a call, with all that the services keep afterwards. */
export interface ServiceOutcome extends Omit<Outcome, 'fs'> {
  readonly after: Served;
}

const isDatagramCall = (call: ServiceCall): call is DatagramCall =>
  call.call === 'bind' || call.call === 'sendTo' || call.call === 'receiveFrom';

export const serviceOutcome = (
  { files, network }: Served,
  owner: Owner,
  call: ServiceCall,
): ServiceOutcome => {
  if (isDatagramCall(call)) {
    const outcome = datagramOutcome(network, owner, call);
    const { result } = outcome;
    const after = { files, network: outcome.network };
    return { ...outcome, least: result, most: result, loose: 0, after };
  }
  const outcome = outcomeOf({ fs: files, owner }, call);
  return { ...outcome, after: { files: outcome.fs, network } };
};

/** The same where the result was this one, which the outcome allows. */
export const outcomeWith = (
  served: Served,
  owner: Owner,
  call: ServiceCall,
  result: number,
): ServiceOutcome =>
  serviceOutcome(served, owner, isDatagramCall(call) ? call : settled(call, result));

/** An address space has ended. */
export const forgetOwner = ({ files, network }: Served, owner: Owner): Served => ({
  files: closeAll(files, owner),
  network: unbindAll(network, owner),
});
