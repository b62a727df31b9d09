/**
 * The optimised machine and the model, played side by side. A puppet kernel runs on the real machine, through the real
 * ports; its handler does what the play says, each deed first in the model and then on the machine, and compares.
 * Between two traps the model catches up with the machine, and the machine's event log is compared record by record.
 */
import type { Hart as HartPort, Machine, Routine, Wait } from '../../hardware/contract.ts';
import type { Core } from '../../hardware/core.ts';
import { type Arena, assemble, boot } from '../../hardware/run.ts';
import type { Action, Deed, Move, Outcome } from '../../model/hardware/actions.ts';
import { nextMove } from '../../model/hardware/clock.ts';
import { type Hart, initialState, type State } from '../../model/hardware/state.ts';
import { step } from '../../model/hardware/step.ts';
import type { EndReason } from '../../spec/records.ts';
import { Cause, satp } from '../../spec/riscv.ts';
import { hartDifference, stateDifference } from './difference.ts';
import { type Row, readRows, rowsOf } from './records.ts';
import { type Activation, honestTables, type Play, ROOT_A } from './world.ts';

/** What one comparison was about: how often each thing happened. */
export type Counts = Map<string, number>;

export interface Stage {
  readonly arena?: Arena;
  /** Changes the machine or the model before the play: shows that the comparison can fail. */
  readonly sabotage?: (core: Core) => void;
  readonly modelStep?: (state: State, action: Action) => Outcome;
  readonly counts?: Counts;
}

/** More than this many words of RAM are compared at the end only. */
const SMALL = 1 << 16;

class Mismatch extends Error {}

class Puppet {
  readonly #play: Play;
  readonly #core: Core;
  readonly #state: State;
  readonly #step: (state: State, action: Action) => Outcome;
  readonly #counts: Counts;
  #machine: Machine | undefined;
  #activation = 0;
  #nestedActivation = 0;
  #remote = 0;
  /** Log words that are compared, and records of the model that are not yet. */
  #seen = 0;
  #expected: Row[] = [];
  /** The outcome of the last step of the model. */
  #last: Outcome = { kind: 'done' };
  #end: EndReason | undefined;
  difference: string | undefined;

  constructor(play: Play, core: Core, stage: Stage) {
    this.#play = play;
    this.#core = core;
    this.#state = initialState(play.workload);
    this.#step = stage.modelStep ?? step;
    this.#counts = stage.counts ?? new Map();
  }

  boot(machine: Machine): Routine {
    this.#machine = machine;
    const [port] = machine.harts;
    if (!port) throw new Error('a machine has a hart');
    for (const write of this.#tables()) this.#perform(port, { kind: 'write', ...write });
    for (const write of this.#play.tables) this.#perform(port, { kind: 'write', ...write });
    return (hart) => this.#handle(hart);
  }

  booted(): void {
    this.#model({ kind: 'booted' });
  }

  /** The machine has come to its end: so must the model. */
  finish(reason: EndReason): void {
    if (this.difference !== undefined) return;
    try {
      if (!this.#state.halted) {
        const entry = this.#catchUp();
        if (entry !== undefined && !this.#state.halted)
          this.#fail(`the model goes on with ${entry.kind}`);
      }
      this.#equal('the end', this.#end ?? 'halted', reason);
      this.#compare();
      if (!this.#state.halted) this.#equal('steps', this.#state.clock.steps, this.#core.steps);
      this.#count(`end: ${this.#state.halted ?? reason}`);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
    }
  }

  // The handler.

  #handle(port: HartPort): void | Generator<Wait, void, void> {
    const hart = this.#hart(port.id);
    const isNested = hart.attempts.length > 0 && this.#last.kind === 'trapped';
    if (!isNested) {
      const entry = this.#catchUp();
      this.#equal('the trap', `trapped ${port.id}`, `${entry?.kind} ${entry?.hart}`);
    }
    this.#compare();
    this.#count(`${isNested ? 'S' : hart.spp === 0 ? 'U' : 'idle'}: cause ${hart.scause}`);
    const activation = isNested ? this.#nextNested() : this.#nextActivation();
    const deeds = this.#deeds(hart, activation, isNested);
    if (!isNested && deeds.some(({ kind }) => kind === 'wait'))
      return this.#playWaiting(port, deeds);
    for (const deed of deeds) if (deed.kind !== 'wait') this.#perform(port, deed);
    this.#model({ kind: 'return', hart: port.id });
  }

  *#playWaiting(port: HartPort, deeds: readonly Deed[]): Generator<Wait, void, void> {
    for (const deed of deeds) {
      if (deed.kind !== 'wait') {
        this.#perform(port, deed);
        continue;
      }
      this.#model({ ...deed, hart: port.id });
      const { until } = deed;
      if (until === null) yield;
      else yield () => this.#machine?.frame(until.frame)[until.index] === until.value;
      const entry = this.#catchUp();
      this.#equal('what goes on', `resume ${port.id}`, `${entry?.kind} ${entry?.hart}`);
      this.#count('resumed');
    }
    this.#model({ kind: 'return', hart: port.id });
  }

  #fenceRemotely(port: HartPort): void {
    const entry = this.#catchUp();
    this.#equal('the interrupt', `remoteFence ${port.id}`, `${entry?.kind} ${entry?.hart}`);
    this.#count('remote fence while waiting');
    const deeds = this.#play.remote[this.#remote++ % this.#play.remote.length] ?? [];
    for (const deed of deeds) if (deed.kind !== 'wait') this.#perform(port, deed);
    this.#model({ kind: 'return', hart: port.id });
  }

  #nextActivation(): Activation | undefined {
    return this.#play.activations[this.#activation++ % this.#play.activations.length];
  }

  #nextNested(): Activation | undefined {
    return this.#play.nested[this.#nestedActivation++ % this.#play.nested.length];
  }

  /** What the handler does: find a way on for the task, then what the play says. */
  #deeds(hart: Hart, activation: Activation | undefined, isNested: boolean): readonly Deed[] {
    if (!activation) return [];
    const { deeds, repair, skip, entry } = activation;
    const lost =
      hart.scause === Cause.instructionPageFault || hart.scause === Cause.instructionAccess;
    const mend: Deed[] =
      repair || lost ? this.#tables().map((write) => ({ kind: 'write', ...write })) : [];
    if (mend.length > 0) mend.push(lost ? { kind: 'fence', va: hart.stval } : { kind: 'fence' });
    if (isNested) {
      return [
        ...mend,
        ...(repair ? [{ kind: 'csr', csr: 'sum', value: 1 } as const] : []),
        ...deeds,
      ];
    }
    if (hart.spp === 1) {
      const root: Deed = { kind: 'csr', csr: 'satp', value: satp(ROOT_A, hart.id) };
      const context = [entry, ...hart.registers.slice(1)];
      return [...mend, root, { kind: 'restore', context }, ...deeds];
    }
    const atEnd = hart.scause === Cause.illegalInstruction && hart.stval === 0;
    const isInterrupt = hart.scause >= Cause.interrupt;
    const value = lost || atEnd ? entry : isInterrupt && !skip ? hart.sepc : (hart.sepc + 4) >>> 0;
    return [...mend, { kind: 'csr', csr: 'sepc', value }, ...deeds];
  }

  #tables(): ReturnType<typeof honestTables> {
    return honestTables(this.#play.workload.frames);
  }

  // One deed, in the model and on the machine.

  #perform(port: HartPort, deed: Deed): void {
    const { harts } = this.#play.workload;
    const possible: Deed = deed.kind === 'sendIpi' ? { ...deed, to: deed.to % harts } : deed;
    const hart = this.#hart(port.id);
    const remembered = hart.tlb.filter((entry) => entry !== null).length;
    this.#model({ ...possible, hart: port.id });
    if (possible.kind === 'fence') this.#countFence(hart, possible, remembered);
    let value: number | undefined;
    try {
      value = this.#touch(port, possible);
    } catch (error) {
      if (this.#last.kind !== 'stopped')
        this.#fail(`the machine refused ${possible.kind}: ${String(error)}`);
      throw error;
    }
    if (value !== undefined) {
      this.#equal(
        possible.kind,
        this.#last.kind === 'accessed' ? this.#last.value : 'a fault',
        value,
      );
    }
    const machine = this.#core.harts[port.id];
    if (machine && possible.kind !== 'write')
      this.#report(hartDifference(this.#hart(port.id), machine));
  }

  /** @returns what an access read or stored */
  #touch(port: HartPort, deed: Deed): number | undefined {
    switch (deed.kind) {
      case 'load':
        return port.load(deed.va);
      case 'loadByte':
        return port.loadByte(deed.va);
      case 'store':
        port.store(deed.va, deed.value);
        return deed.value;
      case 'write': {
        const words = this.#machine?.frame(deed.frame);
        if (words) words[deed.index] = deed.value;
        return undefined;
      }
      case 'csr':
        if (deed.csr === 'sum' || deed.csr === 'mxr') port[deed.csr] = deed.value === 1;
        else if (deed.csr === 'spp') port.spp = deed.value === 1 ? 1 : 0;
        else port[deed.csr] = deed.value;
        return undefined;
      case 'register':
        if (deed.register === 10) port.a0 = deed.value;
        else if (deed.register === 11) port.a1 = deed.value;
        else port.a2 = deed.value;
        return undefined;
      case 'restore':
        port.restore(deed.context);
        return undefined;
      case 'fence':
        port.fence(deed.va, deed.asid);
        return undefined;
      case 'sendIpi':
        this.#machine?.sendIpi(deed.to);
        return undefined;
      case 'onRemoteFence':
        port.onRemoteFence((hart) => this.#fenceRemotely(hart));
        return undefined;
      case 'idle':
        port.idle();
        return undefined;
      case 'wait':
      case 'return':
        return undefined;
    }
  }

  // The model.

  #hart(id: number): Hart {
    const hart = this.#state.harts[id];
    return hart ?? this.#fail(`the model has no hart ${id}`);
  }

  #model(action: Action): Outcome {
    const id = action.kind === 'booted' ? 0 : action.hart;
    const before = this.#hart(id).scontext;
    const outcome = this.#step(this.#state, action);
    this.#last = outcome;
    this.#expected.push(...rowsOf(action, outcome, this.#hart(id), before));
    return outcome;
  }

  /** Lets the model move until kernel code runs, and says how that began; `undefined`: the run is over. */
  #catchUp(): { readonly kind: string; readonly hart: number } | undefined {
    for (;;) {
      const move: Move | EndReason = nextMove(this.#state);
      if (typeof move === 'string') {
        this.#end = move;
        return undefined;
      }
      const outcome = this.#model(move);
      if (outcome.kind === 'retired') this.#count('retired');
      else if (outcome.kind === 'done') return move;
      else return { kind: outcome.kind, hart: move.hart };
    }
  }

  // Comparing.

  #compare(): void {
    const { log } = this.#core;
    if (log) {
      const rows = readRows(log.words, this.#seen, log.length);
      this.#seen = log.length;
      for (let i = 0; i < Math.max(rows.length, this.#expected.length); i++) {
        this.#equal('the log', this.#expected[i]?.join(' '), rows[i]?.join(' '));
      }
    }
    this.#expected = [];
    if (this.#core.ram.length <= SMALL || this.#end)
      this.#report(stateDifference(this.#state, this.#core));
  }

  #equal(what: string, model: unknown, machine: unknown): void {
    if (model !== machine)
      this.#fail(`${what}: the model has ${String(model)}, the machine ${String(machine)}`);
  }

  #report(difference: string | undefined): void {
    if (difference !== undefined) this.#fail(difference);
  }

  #fail(difference: string): never {
    this.difference ??= `step ${this.#state.clock.steps}: ${difference}`;
    throw new Mismatch(difference);
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  #countFence(hart: Hart, { va, asid }: Deed & { kind: 'fence' }, before: number): void {
    const after = hart.tlb.filter((entry) => entry !== null).length;
    const form = `fence${va === undefined ? '' : ' va'}${asid === undefined ? '' : ' asid'}`;
    if (after < before) this.#count(`${form}: forgets`);
    if (after > 0) this.#count(`${form}: keeps`);
  }
}

/** Plays on machine and model; the first difference, or `undefined`. */
export const compare = (play: Play, stage: Stage = {}): string | undefined => {
  const { core, machine, image } = assemble(
    play.workload,
    stage.arena ? { arena: stage.arena } : {},
  );
  stage.sabotage?.(core);
  const puppet = new Puppet(play, core, stage);
  boot(core, { boot: () => puppet.boot(machine) }, machine, image);
  puppet.booted();
  puppet.finish(core.run());
  return puppet.difference;
};
