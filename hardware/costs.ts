/**
 * What each event costs in cycles. A table is a parameter of the machine, so that a claim about speed can be checked
 * for every table within bounds and not for one.
 *
 * The figures are of the order that in-order RISC-V cores show (SiFive U54): a one-cycle instruction, a page walk of
 * two memory accesses, a trap that drains the pipeline.
 * @see https://sel4.systems/About/Performance (IPC of 694 cycles on the U54 bounds trap + switch + return)
 */
export interface Costs {
  /** Any user instruction. */
  readonly instruction: number;
  /** A load or store, beyond the instruction. */
  readonly access: number;
  /** A page walk after a TLB miss. */
  readonly walk: number;
  readonly trap: number;
  readonly return: number;
  readonly satp: number;
  readonly fence: number;
  readonly ipi: number;
  /** A byte to the console. */
  readonly transmit: number;
  /** A load or store of a device's register, which no cache holds. */
  readonly device: number;
}

export const DEFAULT_COSTS: Costs = {
  instruction: 1,
  access: 2,
  walk: 20,
  trap: 40,
  return: 20,
  satp: 10,
  fence: 15,
  ipi: 30,
  transmit: 10,
  device: 30,
};
