/**
 * Native routines in user mode: TypeScript that stands at an address, for services that run as processes.
 *
 * A routine takes three slots of a text page: where it starts, where its system calls trap, and where it goes on behind
 * them. Its activation stays in the machine while it does not run, under a number that the hart holds in s11; so the
 * kernel saves and restores it with the registers, and can neither copy nor invent one. An activation belongs to the
 * tables and the address that it was started with. Going on with a number that is unknown, used up or of another place
 * is an illegal instruction.
 *
 * One stretch between two yields is one user instruction: nothing else moves meanwhile. After a fault the activation is
 * over: whatever it still does, every access of it throws.
 */
import { RecordKind } from '../spec/records.ts';
import { A0, Cause, Mode, type VirtualAddress, type Word } from '../spec/riscv.ts';
import type { UserCpu, UserRoutine, UserWait } from './contract.ts';
import { DEVICE_BASE } from './devices/devices.ts';
import type { HartState } from './hart-state.ts';
import { Access } from './mmu.ts';
import type { Surroundings } from './script.ts';
import { type UserCode, UserPart } from './text.ts';

/** The register that holds the number of the activation. */
const S11 = 27;
/** The log's word for: entered by a fetch, called by nobody. */
const NOBODY = 0xffff;
/** Accesses of one stretch; one that makes more is in a loop that no interrupt could end. */
const FUEL = 200_000;

/** Thrown through a routine that has faulted. */
class Poisoned extends Error {}

interface Fault {
  readonly cause: Word;
  readonly tval: Word;
}

class Cpu implements UserCpu {
  readonly #core: Surroundings;
  #hart: HartState | undefined;
  #fuel = 0;
  /** Machine steps of the burst under way. */
  #steps = 0;
  fault: Fault | undefined;

  constructor(core: Surroundings) {
    this.#core = core;
  }

  attach(hart: HartState, steps: number): void {
    this.#hart = hart;
    this.#fuel = FUEL;
    this.#steps = steps;
  }
  detach(): void {
    this.#hart = undefined;
  }

  #running(): HartState {
    const hart = this.#hart;
    if (!hart || this.fault) throw new Poisoned('this activation does not run');
    this.#fuel -= 1;
    if (this.#fuel < 0) this.#fail(Cause.illegalInstruction, 0);
    return hart;
  }

  #fail(cause: Word, tval: Word): never {
    this.fault ??= { cause, tval };
    throw new Poisoned(`fault ${cause} at ${tval}`);
  }

  argument(index: number): Word {
    return this.#running().registers[A0 + (index & 7)] as number;
  }
  setArgument(index: number, value: Word): void {
    this.#running().registers[A0 + (index & 7)] = value;
  }

  load(va: VirtualAddress): Word {
    const hart = this.#running();
    const physical = this.#access(hart, va >>> 0, Access.read, 3);
    return physical < DEVICE_BASE
      ? (this.#core.ram[physical >>> 2] as number)
      : this.#core.loadDevice(hart, physical);
  }

  store(va: VirtualAddress, value: Word): void {
    const hart = this.#running();
    const physical = this.#access(hart, va >>> 0, Access.write, 3);
    if (physical < DEVICE_BASE) this.#write(physical >>> 2, value);
    else this.#core.storeDevice(hart, physical, value >>> 0, this.#steps);
  }

  loadByte(va: VirtualAddress): number {
    const physical = this.#access(this.#running(), va >>> 0, Access.read, 0);
    return ((this.#core.ram[physical >>> 2] as number) >>> ((physical & 3) * 8)) & 0xff;
  }

  storeByte(va: VirtualAddress, value: number): void {
    const physical = this.#access(this.#running(), va >>> 0, Access.write, 0);
    const shift = (physical & 3) * 8;
    const old = this.#core.ram[physical >>> 2] as number;
    this.#write(physical >>> 2, (old & ~(0xff << shift)) | ((value & 0xff) << shift));
  }

  #write(index: number, value: Word): void {
    this.#core.ram[index] = value;
    this.#core.probe?.wrote(index);
  }

  #access(hart: HartState, va: VirtualAddress, access: Access, align: number): number {
    const { costs, mmu } = this.#core;
    hart.cycle += costs.instruction + costs.access;
    const writes = access === Access.write;
    if (va & align) this.#fail(writes ? Cause.storeMisaligned : Cause.loadMisaligned, va);
    const { walks } = mmu;
    const physical = mmu.translate(hart, va, access, Mode.U);
    if (mmu.walks !== walks) hart.cycle += costs.walk;
    if (physical < 0) this.#fail(~physical, va);
    if (physical >= DEVICE_BASE && align === 0)
      this.#fail(writes ? Cause.storeAccess : Cause.loadAccess, va);
    return physical;
  }
}

interface Activation {
  readonly steps: Generator<UserWait, void, void>;
  readonly cpu: Cpu;
  readonly routine: UserRoutine;
  /** Address of the first slot, and the tables: where it belongs. */
  readonly base: VirtualAddress;
  readonly root: number;
  /** It waits for the return of a system call. */
  calling: boolean;
}

/** The activations of one machine. */
export class Natives {
  readonly #core: Surroundings;
  readonly #activations = new Map<Word, Activation>();
  #last = 0;

  constructor(core: Surroundings) {
    this.#core = core;
  }

  /**
   * What was fetched from `hart.pc` in user mode runs, to its next yield or its end.
   * @param steps machine steps of the burst under way, this one included
   */
  run(hart: HartState, code: UserCode, steps: number): void {
    const activation = this.#activationFor(hart, code);
    hart.time += 1;
    if (!activation) this.#core.trap(hart, Cause.illegalInstruction, 0, steps);
    else if (code.part === UserPart.call) this.#core.trap(hart, Cause.userEcall, 0, steps);
    else this.#advance(hart, activation, code.component, steps);
  }

  #activationFor(hart: HartState, code: UserCode): Activation | undefined {
    if (code.part === UserPart.start) return this.#start(hart, code);
    const found = this.#activations.get(hart.registers[S11] as number);
    const base = (hart.pc - code.part * 4) >>> 0;
    const belongs =
      found?.routine === code.routine && found.base === base && found.root === hart.rootBase;
    return belongs && (found.calling || code.part === UserPart.goOn) ? found : undefined;
  }

  #start(hart: HartState, { routine }: UserCode): Activation {
    const cpu = new Cpu(this.#core);
    const { pc, rootBase } = hart;
    this.#last += 1;
    const number = numbered(this.#last);
    const activation = {
      steps: routine(cpu),
      cpu,
      routine,
      base: pc,
      root: rootBase,
      calling: false,
    };
    this.#activations.set(number, activation);
    hart.registers[S11] = number;
    return activation;
  }

  #advance(hart: HartState, activation: Activation, component: number, steps: number): void {
    const core = this.#core;
    const { cpu, base } = activation;
    core.log?.record(RecordKind.enter, hart, component, hart.pc, NOBODY, 0, 0);
    cpu.attach(hart, steps);
    const calls = this.#next(activation);
    cpu.detach();
    if (calls === undefined) {
      this.#activations.delete(hart.registers[S11] as number);
      const { cause, tval } = cpu.fault ?? { cause: Cause.illegalInstruction, tval: 0 };
      core.trap(hart, cause, tval, steps);
      return;
    }
    activation.calling = calls;
    hart.pc = base + (calls ? UserPart.call : UserPart.goOn) * 4;
    if (calls) core.trap(hart, Cause.userEcall, 0, steps);
  }

  /** Whether it stopped at a system call; undefined: it is over. */
  #next({ steps, cpu }: Activation): boolean | undefined {
    try {
      const { done, value } = steps.next();
      return done || cpu.fault ? undefined : value === 'ecall';
    } catch (error) {
      if (!(error instanceof Poisoned)) this.#core.log?.messages.push(String(error));
      return undefined;
    }
  }
}

/** Numbers that tell nothing of their order: a multiplication by an odd number, modulo 2^32; never 0. */
const numbered = (count: number): Word => Math.imul(count, 0x9e37_79b1) >>> 0;
