/**
 * Watching over services that are processes: one that faults is ended, and so is one that has a request in hand and gives
 * no sign of life: it has used up many slices, or nothing at all has happened for a long time. One that waits for
 * another service is not to blame.
 */
import type { Hart } from '../../../hardware/contract.ts';
import type { Link, Linked, Process } from '../linkage.ts';
import { isAsked } from './doors.ts';

/** Slices that a service may use for one request, its yields included. */
const MOST_SLICES = 16;
/** Machine steps without anything to do, after which a hart that waits looks after the services. */
export const HEARTBEAT = 256;

/** It has used up a slice, or given its hart up. True: that was too often, and it has been ended. */
export const usedSlice = (link: Link, hart: Hart, linked: Linked, process: Process): boolean => {
  process.patience += 1;
  if (!isAsked(link, linked) || process.patience <= MOST_SLICES) return false;
  link.k.routines.vacate(link.k, hart);
  link.processes.crashed(link, linked, process);
  return true;
};

/** Sleeps in the kernel, for an interrupt that may never come. */
const isSilent = (link: Link, linked: Linked, process: Process): boolean =>
  process.alive && linked.waiters.size > 0 && isAsked(link, linked);

/** Whether there is a service to look after. */
export const isAnyoneSilent = (link: Link): boolean =>
  link.services.some((linked) => linked.process && isSilent(link, linked, linked.process));

/** A hart has waited for a heartbeat: who is silent for more of them than there are harts is ended. */
export const heartbeat = (link: Link): void => {
  for (const linked of link.services) {
    const { process } = linked;
    if (!process || !isSilent(link, linked, process)) continue;
    process.heartbeats += 1;
    if (process.heartbeats > link.k.machine.harts.length)
      link.processes.crashed(link, linked, process);
  }
};

/** The process that a hart has is about to run: a sign of life. */
export const showsLife = (process: Process): void => {
  process.heartbeats = 0;
};
