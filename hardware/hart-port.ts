/**
 * What a kernel sees of a hart: the port behind the interface of contract.ts. Everything internal is private, prototypes
 * and objects are frozen, so that a kernel cannot reach the log or another hart's state.
 *
 * Rules: a port works only while its own hart runs kernel code (all do during boot); anything else stops the kernel
 * with a sentence. A machine of an earlier boot is dead.
 *
 * Kernels read and write these registers at every trap: the accessors are so short that they cost no call.
 */
import { RecordKind } from '../spec/records.ts';
import { A0, A7, type HartId, Mode, type VirtualAddress, type Word } from '../spec/riscv.ts';
import { callComponent } from './component.ts';
import type { Context, Hart } from './contract.ts';
import { copyBytes } from './copy.ts';
import type { Core } from './core.ts';
import type { HartState, Reach } from './hart-state.ts';
import { Access } from './mmu.ts';

const A1 = A0 + 1;
const A2 = A0 + 2;

/** Faster than a loop, and not to be replaced by a kernel, which must not get hold of what it copies. */
const setWords = Uint32Array.prototype.set;

export class HartPort implements Hart {
  readonly #core: Core;
  readonly #reach: Reach;
  readonly id: HartId;

  constructor(core: Core, { id, reach }: HartState) {
    this.#core = core;
    this.#reach = reach;
    this.id = id;
    Object.freeze(this);
  }

  #spend(): HartState {
    const state = this.#reach.state;
    this.#core.burn(state);
    return state;
  }

  /** The same for what a story may tell, with the line that did it. */
  #spendOn(what: string): HartState {
    const state = this.#spend();
    this.#core.tracer?.call(this.#core, state, what);
    return state;
  }

  /** A context is 32 words: one that reaches beyond its frame must not be cut off in silence. */
  #within(words: Uint32Array, at: number): void {
    if (at >= 0 && at + 32 <= words.length) return;
    const core = this.#core;
    core.stop(
      this.#reach.state,
      'handler-threw',
      `a context of 32 words does not fit at word ${at}`,
    );
  }

  get time(): number {
    return this.#reach.state.time;
  }
  get scause(): Word {
    return this.#reach.state.scause;
  }
  get stval(): Word {
    return this.#reach.state.stval;
  }
  get spp(): Mode {
    return this.#reach.state.spp;
  }
  set spp(mode: Mode) {
    this.#reach.state.spp = mode === Mode.S ? Mode.S : Mode.U;
  }
  get sepc(): VirtualAddress {
    return this.#reach.state.sepc;
  }
  set sepc(pc: VirtualAddress) {
    this.#reach.state.sepc = pc >>> 0;
  }
  get a0(): Word {
    return this.#reach.state.registers[A0] as number;
  }
  set a0(value: Word) {
    this.#reach.state.registers[A0] = value;
  }
  get a1(): Word {
    return this.#reach.state.registers[A1] as number;
  }
  set a1(value: Word) {
    this.#reach.state.registers[A1] = value;
  }
  get a2(): Word {
    return this.#reach.state.registers[A2] as number;
  }
  set a2(value: Word) {
    this.#reach.state.registers[A2] = value;
  }
  get a7(): Word {
    return this.#reach.state.registers[A7] as number;
  }
  get stvec(): VirtualAddress {
    return this.#reach.state.stvec;
  }
  set stvec(va: VirtualAddress) {
    this.#reach.state.stvec = va >>> 0;
  }
  get satp(): Word {
    return this.#reach.state.satp;
  }
  set satp(value: Word) {
    const state = this.#spendOn('satp');
    const word = value >>> 0;
    state.satp = word;
    state.rootBase = (word & 0x3f_ffff) << 10;
    state.asidBits = ((word >>> 22) & 0x1ff) << 20;
    state.cycle += this.#core.costs.satp;
    this.#core.log?.record(RecordKind.satp, state, word, 0, 0, 0, 0);
  }
  get scontext(): number {
    return this.#reach.state.scontext;
  }
  set scontext(tid: number) {
    const state = this.#spendOn('scontext');
    const next = tid >>> 0;
    this.#core.log?.record(RecordKind.context, state, next, 0, 0, 0, 0);
    state.scontext = next;
  }
  get sscratch(): Word {
    return this.#reach.state.sscratch;
  }
  set sscratch(value: Word) {
    this.#reach.state.sscratch = value >>> 0;
  }
  get stimecmp(): number {
    return this.#reach.state.stimecmp;
  }
  set stimecmp(time: number) {
    this.#reach.state.stimecmp = time >= 0 ? Math.floor(time) : Number.POSITIVE_INFINITY;
  }
  get sum(): boolean {
    return this.#reach.state.sum;
  }
  set sum(value: boolean) {
    this.#reach.state.sum = value === true;
  }
  get mxr(): boolean {
    return this.#reach.state.mxr;
  }
  set mxr(value: boolean) {
    this.#reach.state.mxr = value === true;
  }

  save(): Context {
    const state = this.#spend();
    const context = state.registers.slice();
    context[0] = state.sepc;
    return context;
  }

  restore(context: ArrayLike<Word>): void {
    const state = this.#spend();
    for (let i = 1; i < 32; i++) state.registers[i] = context[i] ?? 0;
    state.sepc = (context[0] ?? 0) >>> 0;
    state.spp = Mode.U;
    state.idleRequested = false;
  }

  saveTo(words: Uint32Array, at: number): void {
    const state = this.#spend();
    this.#within(words, at);
    const { registers } = state;
    if (this.#core.tracer) for (let i = 1; i < 32; i++) words[at + i] = registers[i] as number;
    else setWords.call(words, registers, at);
    words[at] = state.sepc;
  }

  restoreFrom(words: Uint32Array, at: number): void {
    const state = this.#spend();
    this.#within(words, at);
    const { registers } = state;
    state.sepc = (words[at] ?? 0) >>> 0;
    state.spp = Mode.U;
    for (let i = 1; i < 32; i++) registers[i] = words[at + i] as number;
  }

  fence(va?: VirtualAddress, asid?: number): void {
    const state = this.#spendOn('fence');
    const core = this.#core;
    const address = va === undefined ? undefined : va >>> 0;
    const space = asid === undefined ? undefined : asid >>> 0;
    core.mmu.fence(state, address, space);
    state.cycle += core.costs.fence;
    const given = (va === undefined ? 0 : 1) + (asid === undefined ? 0 : 2);
    core.log?.record(RecordKind.fence, state, address ?? 0, space ?? 0, given, 0, 0);
  }

  idle(atMost?: number): void {
    const state = this.#spendOn('idle');
    const steps = Number(atMost ?? Number.POSITIVE_INFINITY);
    state.idleRequested = true;
    state.wakeAt = this.#core.now + (steps >= 1 ? steps : 1);
  }

  load(va: VirtualAddress): Word {
    const state = this.#spend();
    return this.#core.loadWord(state, va >>> 0);
  }

  store(va: VirtualAddress, value: Word): void {
    const state = this.#spend();
    this.#core.storeWord(state, va >>> 0, value >>> 0);
  }

  loadByte(va: VirtualAddress): number {
    const state = this.#spend();
    const physical = this.#core.supervisorAccess(state, va >>> 0, Access.read, 0);
    if (this.#core.owners) this.#core.watch(state, physical, va >>> 0, 1, 0);
    return ((this.#core.ram[physical >>> 2] as number) >>> ((va & 3) * 8)) & 0xff;
  }

  storeByte(va: VirtualAddress, value: number): void {
    const state = this.#spend();
    const core = this.#core;
    const at = core.supervisorAccess(state, va >>> 0, Access.write, 0);
    if (core.owners) core.watch(state, at, va >>> 0, 1, 1);
    const shift = (at & 3) * 8;
    const word = core.ram[at >>> 2] as number;
    core.ram[at >>> 2] = (word & ~(0xff << shift)) | ((value & 0xff) << shift);
    core.tracer?.wrote(core, at >>> 2);
  }

  copy(from: VirtualAddress, to: VirtualAddress, bytes: number): void {
    copyBytes(this.#core, this.#spend(), from >>> 0, to >>> 0, bytes >>> 0);
  }

  call(va: VirtualAddress, ...args: Word[]): number | Generator<unknown, number, void> {
    const state = this.#spend();
    return callComponent(this.#core, state, this, va >>> 0, args);
  }

  onRemoteFence(routine: (hart: Hart) => void): void {
    this.#reach.state.remoteFence = routine;
  }
}

Object.freeze(HartPort.prototype);
Object.freeze(HartPort);
