/**
 * Executes script operations: the machine's hottest loop. One operation is one user instruction.
 *
 * Fetch, load and store try the TLB's tag first (one compare) and walk only on a miss. Nothing is allocated. The
 * first trap ends the burst. A fault changes no register, so that the operation can run again after the return.
 */

import { TextKind } from '../spec/layout.ts';
import { NO_ADDRESS, RecordKind } from '../spec/records.ts';
import { A0, A7, Cause, Mode } from '../spec/riscv.ts';
import type { Costs } from './costs.ts';
import { DEVICE_BASE } from './devices/devices.ts';
import type { HartState } from './hart-state.ts';
import type { EventLog } from './log.ts';
import { Access, type Mmu } from './mmu.ts';
import type { Probe } from './probe.ts';
import { Op, ROW } from './text.ts';

/** What executing needs of the machine around it. */
export interface Surroundings {
  readonly ram: Uint32Array;
  readonly mmu: Mmu;
  readonly operations: Int32Array;
  readonly log: EventLog | undefined;
  readonly probe: Probe | undefined;
  readonly costs: Costs;
  /** A native routine was fetched in user mode from where the hart is. */
  runNative(hart: HartState, word: number, steps: number): void;
  loadDevice(hart: HartState, physical: number): number;
  storeDevice(hart: HartState, physical: number, value: number, steps: number): void;
  /** @param steps machine steps of this burst, the trapping one included */
  trap(hart: HartState, cause: number, tval: number, steps: number): void;
}

/** Makes every tag miss: supervisor mode never takes the fast path of user mode. */
const NEVER = 1 << 30;

/** @returns machine steps taken, 1 to limit */
export const runScript = (core: Surroundings, hart: HartState, limit: number): number => {
  const { ram, mmu, operations, log, probe, costs } = core;
  const { registers, tlb, mode } = hart;
  const { mask, tagX, tagR, tagW, base } = tlb;
  const tags = mode === Mode.U ? hart.asidBits : NEVER;
  const { instruction, access, walk } = costs;
  let { pc, cycle, time } = hart;
  let done = 0;
  let cause = 0;
  let tval = 0;
  burst: for (;;) {
    if (done === limit) {
      hart.pc = pc;
      hart.cycle = cycle;
      hart.time = time;
      return done;
    }
    done += 1;
    cycle += instruction;
    const page = pc >>> 12;
    const slot = page & mask;
    let word = 0;
    if (tagX[slot] === (tags | page)) {
      word = ram[(base[slot] as number) + ((pc & 0xfff) >>> 2)] as number;
    } else {
      const physical = mmu.translate(hart, pc, Access.execute, mode);
      cycle += walk;
      if (physical < 0) {
        cause = ~physical;
        tval = pc;
        break;
      }
      word = ram[physical >>> 2] as number;
    }
    const row = (word & 0x0fff_ffff) * ROW;
    if (word >>> 28 !== TextKind.script || row >= operations.length) {
      if (word >>> 28 === TextKind.native && mode === Mode.U) {
        hart.pc = pc;
        hart.cycle = cycle;
        hart.time = time;
        core.runNative(hart, word, done);
        return done;
      }
      cause = Cause.illegalInstruction;
      tval = word;
      break;
    }
    const first = operations[row + 1] as number;
    const second = operations[row + 2] as number;
    let va = 0;
    let at = -1;
    let value = 0;
    let next = pc + 4;
    switch (operations[row]) {
      case Op.set:
        value = second >>> 0;
        registers[first] = value;
        break;
      case Op.move:
        value = registers[second] as number;
        registers[first] = value;
        break;
      case Op.load: {
        va = first >>> 0;
        const vpn = va >>> 12;
        const entry = vpn & mask;
        cycle += access;
        if (tagR[entry] === (tags | vpn) && (va & 3) === 0) {
          at = (base[entry] as number) + ((va & 0xfff) >>> 2);
        } else {
          const physical =
            va & 3 ? ~Cause.loadMisaligned : mmu.translate(hart, va, Access.read, mode);
          if (physical < 0) {
            cause = ~physical;
            tval = va;
            break burst;
          }
          cycle += walk;
          at = physical >>> 2;
          if (physical >= DEVICE_BASE) {
            hart.cycle = cycle;
            value = core.loadDevice(hart, physical);
            cycle = hart.cycle;
            registers[second] = value;
            break;
          }
        }
        value = ram[at] as number;
        registers[second] = value;
        break;
      }
      case Op.store:
      case Op.storeRegister: {
        va = first >>> 0;
        const vpn = va >>> 12;
        const entry = vpn & mask;
        cycle += access;
        value = operations[row] === Op.store ? second >>> 0 : (registers[second] as number);
        if (tagW[entry] === (tags | vpn) && (va & 3) === 0) {
          at = (base[entry] as number) + ((va & 0xfff) >>> 2);
        } else {
          const physical =
            va & 3 ? ~Cause.storeMisaligned : mmu.translate(hart, va, Access.write, mode);
          if (physical < 0) {
            cause = ~physical;
            tval = va;
            break burst;
          }
          cycle += walk;
          at = physical >>> 2;
          if (physical >= DEVICE_BASE) {
            hart.cycle = cycle;
            core.storeDevice(hart, physical, value, done);
            cycle = hart.cycle;
            limit = done; // what is due next may have changed
            break;
          }
        }
        ram[at] = value;
        if (probe !== undefined) probe.wrote(at);
        break;
      }
      case Op.call:
        setArguments(registers, operations, row);
        time += 1;
        cause = mode === Mode.U ? Cause.userEcall : Cause.supervisorEcall;
        break burst;
      case Op.jump:
        va = first >>> 0;
        next = va;
        if (va & 3) {
          cause = Cause.instructionMisaligned;
          tval = va;
          break burst;
        }
        break;
      case Op.loop:
        next = pc;
        break;
      default:
        cause = Cause.illegalInstruction;
        tval = word;
        break burst;
    }
    registers[0] = 0;
    time += 1;
    if (log !== undefined) {
      hart.cycle = cycle;
      log.record(RecordKind.retire, hart, pc, word, va, at < 0 ? NO_ADDRESS : at * 4, value);
      if (log.full) limit = done;
    }
    pc = next >>> 0;
  }
  hart.pc = pc;
  hart.cycle = cycle;
  hart.time = time;
  core.trap(hart, cause, tval, done);
  return done;
};

/** All arguments are read before any register is written. */
const setArguments = (registers: Uint32Array, operations: Int32Array, row: number): void => {
  const count = operations[row + 2] as number;
  const fromRegister = operations[row + 3] as number;
  let a0 = operations[row + 4] as number;
  let a1 = operations[row + 5] as number;
  let a2 = operations[row + 6] as number;
  if (fromRegister & 1) a0 = registers[a0] as number;
  if (fromRegister & 2) a1 = registers[a1] as number;
  if (fromRegister & 4) a2 = registers[a2] as number;
  registers[A7] = operations[row + 1] as number;
  if (count > 0) registers[A0] = a0;
  if (count > 1) registers[A0 + 1] = a1;
  if (count > 2) registers[A0 + 2] = a2;
};
