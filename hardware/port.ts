/**
 * What a kernel sees of the machine: the two ports behind the interfaces of contract.ts. Everything internal is
 * private, prototypes and objects are frozen, so that a kernel cannot reach the log or another hart's state.
 *
 * Rules: a port works only while its own hart runs kernel code (all do during boot); anything else stops the kernel
 * with a sentence. A machine of an earlier boot is dead.
 */
import type { DeviceId } from '../spec/devices.ts';
import { RecordKind } from '../spec/records.ts';
import { A0, A7, Cause, Mode, type VirtualAddress, type Word } from '../spec/riscv.ts';
import { callComponent } from './component.ts';
import type { ComponentEntry, Context, Hart, Machine, Routine, UserRoutine } from './contract.ts';
import { copyBytes } from './copy.ts';
import type { Core } from './core.ts';
import type { HartState } from './hart-state.ts';
import { Access } from './mmu.ts';
import { type Code, userCode } from './text.ts';

const A1 = A0 + 1;
const A2 = A0 + 2;

/** What every generator function inherits from. */
const GENERATOR: unknown = Object.getPrototypeOf(function* () {});

/** Faster than a loop, and not to be replaced by a kernel, which must not get hold of what it copies. */
const setWords = Uint32Array.prototype.set;

export class HartPort implements Hart {
  readonly #core: Core;
  readonly #state: HartState;

  constructor(core: Core, state: HartState) {
    this.#core = core;
    this.#state = state;
    Object.freeze(this);
  }

  /** The state, if this hart may be touched now. */
  #own(): HartState {
    const core = this.#core;
    const state = this.#state;
    if (core.current !== state && !core.booting) this.#refuse();
    return state;
  }

  #refuse(): never {
    const { current, halted } = this.#core;
    if (current && !halted) {
      this.#core.stop(
        current,
        'handler-threw',
        `the handler on hart ${current.id} touched hart ${this.#state.id}: it can only send that hart an interrupt (machine.sendIpi)`,
      );
    }
    throw new Error('this machine does not run any more');
  }

  #spend(what: string): HartState {
    const state = this.#own();
    this.#core.burn(state);
    if (this.#core.tracer) this.#core.tracer.call(this.#core, state, what);
    return state;
  }

  /** A context is 32 words: one that reaches beyond its frame must not be cut off in silence. */
  #within(words: Uint32Array, at: number): void {
    if (at >= 0 && at + 32 <= words.length) return;
    const core = this.#core;
    core.stop(this.#state, 'handler-threw', `a context of 32 words does not fit at word ${at}`);
  }

  get id(): number {
    return this.#state.id;
  }
  get time(): number {
    return this.#own().time;
  }
  get scause(): Word {
    return this.#own().scause;
  }
  get stval(): Word {
    return this.#own().stval;
  }
  get spp(): Mode {
    return this.#own().spp;
  }
  set spp(mode: Mode) {
    this.#own().spp = mode === Mode.S ? Mode.S : Mode.U;
  }
  get sepc(): VirtualAddress {
    return this.#own().sepc;
  }
  set sepc(pc: VirtualAddress) {
    this.#own().sepc = pc >>> 0;
  }
  get a0(): Word {
    return this.#own().registers[A0] as number;
  }
  set a0(value: Word) {
    this.#own().registers[A0] = value;
  }
  get a1(): Word {
    return this.#own().registers[A1] as number;
  }
  set a1(value: Word) {
    this.#own().registers[A1] = value;
  }
  get a2(): Word {
    return this.#own().registers[A2] as number;
  }
  set a2(value: Word) {
    this.#own().registers[A2] = value;
  }
  get a7(): Word {
    return this.#own().registers[A7] as number;
  }
  get stvec(): VirtualAddress {
    return this.#own().stvec;
  }
  set stvec(va: VirtualAddress) {
    this.#own().stvec = va >>> 0;
  }
  get satp(): Word {
    return this.#own().satp;
  }
  set satp(value: Word) {
    const state = this.#spend('satp');
    const word = value >>> 0;
    state.satp = word;
    state.rootBase = (word & 0x3f_ffff) << 10;
    state.asidBits = ((word >>> 22) & 0x1ff) << 20;
    state.cycle += this.#core.costs.satp;
    this.#core.log?.record(RecordKind.satp, state, word, 0, 0, 0, 0);
  }
  get scontext(): number {
    return this.#own().scontext;
  }
  set scontext(tid: number) {
    const state = this.#spend('scontext');
    const next = tid >>> 0;
    this.#core.log?.record(RecordKind.context, state, next, 0, 0, 0, 0);
    state.scontext = next;
  }
  get sscratch(): Word {
    return this.#own().sscratch;
  }
  set sscratch(value: Word) {
    this.#own().sscratch = value >>> 0;
  }
  get stimecmp(): number {
    return this.#own().stimecmp;
  }
  set stimecmp(time: number) {
    this.#own().stimecmp = time >= 0 ? Math.floor(time) : Number.POSITIVE_INFINITY;
  }
  get sum(): boolean {
    return this.#own().sum;
  }
  set sum(value: boolean) {
    this.#own().sum = value === true;
  }
  get mxr(): boolean {
    return this.#own().mxr;
  }
  set mxr(value: boolean) {
    this.#own().mxr = value === true;
  }

  save(): Context {
    const state = this.#spend('save');
    const context = state.registers.slice();
    context[0] = state.sepc;
    return context;
  }

  restore(context: ArrayLike<Word>): void {
    const state = this.#spend('restore');
    for (let i = 1; i < 32; i++) state.registers[i] = context[i] ?? 0;
    state.sepc = (context[0] ?? 0) >>> 0;
    state.spp = Mode.U;
  }

  saveTo(words: Uint32Array, at: number): void {
    const state = this.#spend('saveTo');
    this.#within(words, at);
    const { registers } = state;
    if (this.#core.tracer) for (let i = 1; i < 32; i++) words[at + i] = registers[i] as number;
    else setWords.call(words, registers, at);
    words[at] = state.sepc;
  }

  restoreFrom(words: Uint32Array, at: number): void {
    const state = this.#spend('restoreFrom');
    this.#within(words, at);
    const { registers } = state;
    state.sepc = (words[at] ?? 0) >>> 0;
    state.spp = Mode.U;
    for (let i = 1; i < 32; i++) registers[i] = words[at + i] as number;
  }

  fence(va?: VirtualAddress, asid?: number): void {
    const state = this.#spend('fence');
    const core = this.#core;
    const address = va === undefined ? undefined : va >>> 0;
    const space = asid === undefined ? undefined : asid >>> 0;
    core.mmu.fence(state, address, space);
    state.cycle += core.costs.fence;
    const given = (va === undefined ? 0 : 1) + (asid === undefined ? 0 : 2);
    core.log?.record(RecordKind.fence, state, address ?? 0, space ?? 0, given, 0, 0);
  }

  idle(atMost?: number): void {
    const state = this.#spend('idle');
    const steps = Number(atMost ?? Number.POSITIVE_INFINITY);
    state.idleRequested = true;
    state.wakeAt = this.#core.now + (steps >= 1 ? steps : 1);
  }

  load(va: VirtualAddress): Word {
    const state = this.#spend('load');
    return this.#core.loadWord(state, va >>> 0);
  }

  store(va: VirtualAddress, value: Word): void {
    const state = this.#spend('store');
    this.#core.storeWord(state, va >>> 0, value >>> 0);
  }

  loadByte(va: VirtualAddress): number {
    const state = this.#spend('loadByte');
    const physical = this.#core.supervisorAccess(state, va >>> 0, Access.read, 0);
    if (this.#core.owners) this.#core.watch(state, physical, va >>> 0, 1, 0);
    return ((this.#core.ram[physical >>> 2] as number) >>> ((va & 3) * 8)) & 0xff;
  }

  storeByte(va: VirtualAddress, value: number): void {
    const state = this.#spend('storeByte');
    const core = this.#core;
    const at = core.supervisorAccess(state, va >>> 0, Access.write, 0);
    if (core.owners) core.watch(state, at, va >>> 0, 1, 1);
    const shift = (at & 3) * 8;
    const word = core.ram[at >>> 2] as number;
    core.ram[at >>> 2] = (word & ~(0xff << shift)) | ((value & 0xff) << shift);
    core.tracer?.wrote(core, at >>> 2);
  }

  copy(from: VirtualAddress, to: VirtualAddress, bytes: number): void {
    const state = this.#spend('copy');
    copyBytes(this.#core, state, from >>> 0, to >>> 0, bytes >>> 0);
  }

  call(va: VirtualAddress, ...args: Word[]): number | Generator<unknown, number, void> {
    const state = this.#spend('call');
    return callComponent(this.#core, state, this, va >>> 0, args);
  }

  onRemoteFence(routine: (hart: Hart) => void): void {
    this.#own().remoteFence = routine;
  }
}

export class MachinePort implements Machine {
  readonly #core: Core;
  readonly #words: Uint32Array[] = [];
  readonly #bytes: Uint8Array[] = [];
  readonly harts: readonly Hart[];
  readonly frames: number;

  constructor(core: Core, harts: readonly Hart[]) {
    this.#core = core;
    this.harts = harts;
    this.frames = core.frames;
    const { buffer, byteOffset } = core.ram;
    for (let frame = 0; frame < core.frames; frame++) {
      this.#words.push(core.ram.subarray(frame * 1024, frame * 1024 + 1024));
      this.#bytes.push(new Uint8Array(buffer, byteOffset + frame * 4096, 4096));
    }
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

  frame(number: number): Uint32Array {
    const core = this.#core;
    const hart = core.current ?? this.#running();
    core.burn(hart);
    const words = this.#words[number];
    if (words === undefined) return this.#beyond(number);
    return core.tracer ? core.tracer.view(core, words) : words;
  }

  bytes(number: number): Uint8Array {
    const core = this.#core;
    core.burn(core.current ?? this.#running());
    const bytes = this.#bytes[number];
    if (bytes === undefined) return this.#beyond(number);
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

  claim(): DeviceId | -1 {
    const core = this.#core;
    core.burn(core.current ?? this.#running());
    return core.claim() as DeviceId | -1;
  }

  install(name: string, routine: Routine, frame = 0): number {
    return this.#install(`install('${String(name)}')`, [routine], frame, typeof routine);
  }

  installComponent(name: string, entry: ComponentEntry, frame: number, component: number): number {
    const what = `installComponent('${String(name)}')`;
    const waits = typeof entry === 'function' && Object.getPrototypeOf(entry) === GENERATOR;
    const code = { component: component & 0x7fff, entry, waits };
    return this.#install(what, [code], frame, typeof entry);
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

Object.freeze(HartPort.prototype);
Object.freeze(MachinePort.prototype);
Object.freeze(HartPort);
Object.freeze(MachinePort);
