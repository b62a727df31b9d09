/** The record of the packet filter's named routines: they call each other through it only. */
import type { VirtualAddress, Word } from '../../../../spec/riscv.ts';
import type { ModuleSteps, Place } from '../../program.ts';

export interface FilterRoutines {
  // ---- index.ts: what is asked by `use`
  begin(place: Place): number;
  policy(place: Place, request: Word): number;
  append(place: Place, request: Word, criteria: Word): number;
  /** A word of a rule of the live table. */
  entry(place: Place, index: number, word: number): number;

  // ---- table.ts
  /** Rules of each chain are linked in their order, jumps to the chain that they are about. */
  link(place: Place, table: VirtualAddress): void;
  /** The table that was built is live from now on. */
  exchange(place: Place): void;
  policyOf(place: Place, table: VirtualAddress, chain: number): number;

  // ---- walk.ts
  /** Whether a packet is as the criteria say, its match aside. */
  meets(criteria: Word, request: Word): boolean;
  /** 1: the rule is about this packet. 0: it is not. An error: its match cannot say. */
  matches(
    routines: FilterRoutines,
    place: Place,
    at: VirtualAddress,
    request: Word,
    argument: Word,
  ): ModuleSteps;
  /** What becomes of a packet. */
  walk(
    routines: FilterRoutines,
    place: Place,
    table: VirtualAddress,
    request: Word,
    argument: Word,
  ): ModuleSteps;

  // ---- replace.ts
  hasLoop(place: Place, table: VirtualAddress): boolean;
  holdMatch(key: number): ModuleSteps;
  releaseMatch(key: number): ModuleSteps;
  /** A reference for each rule of a table that has a match; if one is missing, none. */
  take(routines: FilterRoutines, place: Place, table: VirtualAddress): ModuleSteps;
  give(routines: FilterRoutines, place: Place, table: VirtualAddress): ModuleSteps;
  /** Waits until no packet goes through the table any more. */
  drained(place: Place, table: VirtualAddress): ModuleSteps;
  commit(routines: FilterRoutines, place: Place): ModuleSteps;
}
