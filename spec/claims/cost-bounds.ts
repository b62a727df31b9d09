/**
 * Between what costs a claim about speed has to hold: cycles for each kind of event, lowest and highest, with the reason.
 * A claim is judged for generated tables of costs within these bounds, not for one.
 */
export interface CostBounds {
  /** Cycles. */
  readonly low: number;
  readonly high: number;
  readonly reason: string;
}

/** For a kind of event that no bounds are given for: a quarter of its usual cost to four times as much. */
export const USUAL_SPREAD = 4;

export const COST_BOUNDS: Readonly<Record<string, CostBounds>> = {
  instruction: { low: 1, high: 1, reason: 'the unit: all other costs are relative to it' },
  access: {
    low: 1,
    high: 8,
    reason: 'from a hit in the first level of the cache to mostly hits in the second',
  },
  walk: {
    low: 4,
    high: 200,
    reason: 'two accesses: both in the cache, or both in memory',
  },
  trap: {
    low: 10,
    high: 400,
    reason:
      'a short pipeline without speculation to the system calls of old Pentiums (432 cycles, Linux Journal 6516)',
  },
  return: { low: 5, high: 400, reason: 'as a trap' },
  satp: {
    low: 2,
    high: 200,
    reason: 'writing a register, to a microcoded change of tables',
  },
  fence: { low: 1, high: 400, reason: 'one entry, to a flush that all later walks pay for' },
  ipi: {
    low: 10,
    high: 2000,
    reason: 'a register of the next core, to an interrupt controller across sockets',
  },
  device: { low: 1, high: 1000, reason: 'a register beside the core, to one behind a slow bus' },
  transmit: { low: 1, high: 1000, reason: 'a queue in memory, to a serial port' },
};
