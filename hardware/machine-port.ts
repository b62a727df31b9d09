/**
 * What a kernel sees of the machine: the port behind the interface of contract.ts, as closed as that of a hart
 * (hart-port.ts) and under the same rules.
 */
import type { DeviceId } from '../spec/devices.ts';
import { RecordKind } from '../spec/records.ts';
import { Cause } from '../spec/riscv.ts';
import type { ComponentEntry, Hart, Machine, Routine, UserRoutine } from './contract.ts';
import type { Core } from './core.ts';
import type { HartState } from './hart-state.ts';
import { type Code, userCode } from './text.ts';

export class MachinePort implements Machine {
  readonly #core: Core;
  /** Not the machine's own view of it: what a kernel does to the object changes nothing here. */
  readonly #ram: Uint32Array;
  /** Views of frames, made when they are asked for. */
  readonly #words: (Uint32Array | undefined)[];
  readonly #bytes: (Uint8Array | undefined)[] = [];
  readonly harts: readonly Hart[];
  readonly frames: number;

  /** Faults of the workload, and those of them that have begun. */
  readonly #faults: number;
  readonly #struck = new Set<number>();

  constructor(core: Core, harts: readonly Hart[], faults = 0) {
    this.#core = core;
    this.#faults = faults;
    this.harts = harts;
    this.frames = core.frames;
    this.#ram = core.ram.subarray();
    this.#words = new Array<undefined>(core.frames).fill(undefined);
    Object.freeze(this);
  }

  /** The hart that runs; the first one during boot. */
  #running(): HartState {
    const core = this.#core;
    const hart = core.current;
    if (!hart) throw new Error('this machine does not run any more');
    return hart;
  }

  #beyond(frame: number): never {
    const core = this.#core;
    const hart = this.#running();
    core.log?.messages.push(
      `frame ${frame} does not exist: the machine has frames 0 to ${core.frames - 1}`,
    );
    return core.supervisorFault(hart, Cause.loadAccess, (frame << 12) >>> 0);
  }

  get ram(): Uint32Array {
    const core = this.#core;
    core.burn(core.current ?? this.#running());
    return core.tracer ? core.tracer.view(core, this.#ram) : this.#ram;
  }

  /** The frame's words; undefined: there is no such frame. */
  #frame(number: number): Uint32Array | undefined {
    const known = this.#words[number];
    if (known || !(Number.isInteger(number) && number >= 0 && number < this.frames)) return known;
    const words = this.#core.ram.subarray(number * 1024, number * 1024 + 1024);
    this.#words[number] = words;
    return words;
  }

  frame(number: number): Uint32Array {
    const core = this.#core;
    const hart = core.current ?? this.#running();
    core.burn(hart);
    const words = this.#frame(number);
    if (words === undefined) return this.#beyond(number);
    return core.tracer ? core.tracer.view(core, words) : words;
  }

  bytes(number: number): Uint8Array {
    const core = this.#core;
    core.burn(core.current ?? this.#running());
    const words = this.#frame(number);
    if (words === undefined) return this.#beyond(number) as never;
    let bytes = this.#bytes[number];
    if (bytes === undefined) {
      bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
      this.#bytes[number] = bytes;
    }
    return core.tracer ? core.tracer.view(core, bytes) : bytes;
  }

  transmit(byte: number): void {
    const core = this.#core;
    const hart = core.current ?? this.#running();
    core.burn(hart);
    core.tracer?.call(core, hart, 'transmit');
    core.transmit(hart, byte & 0xff);
  }

  sendIpi(target: number): void {
    const core: Core = this.#core;
    const hart = core.current ?? this.#running();
    core.burn(hart);
    const id = Number(target);
    const state = core.harts[id];
    if (!state) {
      core.stop(
        hart,
        'handler-threw',
        `sendIpi(${id}): the machine has harts 0 to ${core.harts.length - 1}`,
      );
    }
    hart.cycle += core.costs.ipi;
    core.tracer?.call(core, hart, 'sendIpi');
    core.log?.record(RecordKind.ipi, hart, id, 0, 0, 0, 0);
    core.sendIpi(state);
  }

  assign(frame: number, component: number): void {
    const core = this.#core;
    const hart = this.#running();
    core.burn(hart);
    if (!(Number.isInteger(frame) && frame >= 0 && frame < core.frames)) this.#beyond(frame);
    core.assign(hart, frame, component & 0x7fff);
  }

  /** Services in user mode go wrong as well: no hart need be in the kernel. */
  strike(fault: number): void {
    const known = Number.isInteger(fault) && fault >= 0 && fault < this.#faults;
    if (!known || this.#struck.has(fault)) return;
    this.#struck.add(fault);
    const core = this.#core;
    core.log?.record(RecordKind.strike, core.harts[0] as HartState, fault, 0, 0, 0, 0);
  }

  claim(): DeviceId | -1 {
    const core = this.#core;
    core.burn(core.current ?? this.#running());
    return core.claim() as DeviceId | -1;
  }

  install(name: string, routine: Routine, frame = 0): number {
    return this.#install(`install('${String(name)}')`, [routine], frame, typeof routine);
  }

  installComponent(
    name: string,
    entry: ComponentEntry,
    frame: number,
    component: number,
    atOnce = false,
  ): number {
    const code = { component: component & 0x7fff, entry, waits: !atOnce };
    return this.#install(`installComponent('${String(name)}')`, [code], frame, typeof entry);
  }

  installUser(name: string, routine: UserRoutine, frame: number, component: number): number {
    const parts = userCode(routine, component & 0x7fff);
    return this.#install(`installUser('${String(name)}')`, parts, frame, typeof routine);
  }

  #install(what: string, code: readonly Code[], frame: number, type: string): number {
    const core = this.#core;
    const hart = this.#running();
    core.burn(hart);
    if (type !== 'function' || !(Number.isInteger(frame) && frame >= 0 && frame < core.frames)) {
      const needs = `${what}: needs a function and a frame below ${core.frames}`;
      core.stop(hart, 'handler-threw', needs);
    }
    const offset = core.install(code, frame);
    if (offset < 0) core.stop(hart, 'handler-threw', `${what}: frame ${frame} is full`);
    return offset;
  }
}

Object.freeze(MachinePort.prototype);
Object.freeze(MachinePort);
