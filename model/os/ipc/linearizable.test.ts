/**
 * Random runs of a system whose calls on messages take effect at random moments while their hart is in the kernel: the
 * judge accepts every one of them, and follows few states. A message that nobody sent is refused in every one.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { IpcCallName } from '../../../spec/calls/ipc.ts';
import { Errno } from '../../../spec/errno.ts';
import { A0, Cause, type Word } from '../../../spec/riscv.ts';
import type { Operation } from '../../../spec/workload.ts';
import { broken } from '../invariants.ts';
import { call, Run, workload } from '../testing.ts';
import { carryOut, type World } from './calls.ts';
import { type Ipc, nothingSent, type Outcome, workOn } from './endpoints.ts';
import { leave } from './unblock.ts';

const slot = fc.integer({ min: 0, max: 2 });
const word = fc.integer({ min: 1, max: 9 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: slot.map((at) => call('receive', at)) },
  { weight: 3, arbitrary: fc.tuple(slot, word).map(([at, one]) => call('send', at, one, one)) },
  { weight: 4, arbitrary: fc.tuple(slot, word).map(([at, one]) => call('call', at, one, one)) },
  { weight: 3, arbitrary: word.map((one) => call('reply', one, one)) },
  {
    weight: 3,
    arbitrary: fc.tuple(slot, word).map(([at, one]) => call('replyReceive', at, one, one)),
  },
  slot.map((at) => call('notify', at)),
  fc.tuple(slot, word).map(([at, rights]) => call('mint', at, rights, 3)),
  fc.tuple(slot, fc.constantFrom(1, 2, 3, 9)).map(([at, to]) => call('give', at, to)),
  slot.map((at) => call('drop', at)),
  slot.map((at) => call('revoke', at)),
  fc.constant(call('exit', 0)),
  fc.constantFrom(2, 3).map((tid) => call('kill', tid)),
);

const TASKS = 3;
const CALLS = 5;
const scenario = fc.record({
  bodies: fc.array(fc.array(operation, { minLength: CALLS, maxLength: CALLS }), {
    minLength: TASKS,
    maxLength: TASKS,
  }),
  moves: fc.array(fc.integer({ min: 0, max: TASKS - 1 }), { minLength: 40, maxLength: 60 }),
  threads: fc.boolean(),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** Task 1 has an endpoint, and two children that hold it too: threads, or tasks that it gave it to. */
const family = ([first = [], ...others]: Operation[][], threads: boolean): Run => {
  const starts = others.map((_, at) =>
    threads ? call('thread', 0x1100 + at * 0x100) : call('spawn', at + 1),
  );
  const gives = threads ? [] : [call('give', 0, 2), call('give', 0, 3)];
  const own = [call('endpoint'), ...starts, ...gives, ...first];
  const programs = threads
    ? [{ bodies: [own, ...others] }]
    : [own, ...others].map((body) => ({ bodies: [body] }));
  const run = new Run({ ...workload(TASKS, []), programs }).wake().back(1);
  for (const a0 of [0, 2, 3, ...gives.map(() => 0)]) run.calls(1).back(1, { a0 });
  return run.wake(1).back(2, { hart: 1 }).wake(2).back(3, { hart: 2 });
};

interface Player {
  /** killed: in the kernel, its hart has not left it; dying: killed while in user mode. */
  phase: 'user' | 'asked' | 'done' | 'blocked' | 'leaving' | 'killed' | 'dying' | 'gone';
  calls: number;
  /** What its kill returns. */
  result: Word;
  left: boolean;
}

/** A kernel that does what the call table says, at moments that the moves choose. */
class System {
  readonly run: Run;
  readonly players: Player[];
  most = 0;
  spoilt = false;
  #ipc: Ipc = nothingSent();
  readonly #given: Scenario;
  readonly #spoil: boolean;

  constructor(given: Scenario, spoil: boolean) {
    this.#given = given;
    this.#spoil = spoil;
    this.run = family(given.bodies, given.threads);
    this.players = given.bodies.map(() => ({
      phase: 'user',
      calls: 0,
      result: 0,
      left: false,
    }));
    this.#ipc = this.run.state.ipc;
  }

  #space(index: number): number {
    return this.run.state.tasks.get(index + 1)?.space ?? 0;
  }

  get #world(): World {
    const present = this.players
      .map(({ left }, index) => ({ tid: index + 1, space: this.#space(index), left }))
      .filter(({ left }) => !left);
    return {
      present,
      childErrors: (caller, tid) => {
        const there = present.some((one) => one.tid === tid);
        const child = caller === 1 && (tid === 2 || tid === 3);
        const known = tid >= 1 && tid <= TASKS;
        return [...(there ? [] : [Errno.ESRCH]), ...(known && !child ? [Errno.EPERM] : [])];
      },
    };
  }

  move(index: number): void {
    const player = this.players[index];
    if (!player) return;
    this.#step(player, index);
    this.most = Math.max(this.most, this.run.judge.size);
  }

  #step(player: Player, index: number): void {
    const tid = index + 1;
    const operation = this.#given.bodies[index]?.[player.calls];
    if (player.phase === 'user' && operation?.op === 'call') {
      this.run.calls(tid, index);
      player.phase = operation.call === 'exit' ? 'leaving' : 'asked';
    } else if (player.phase === 'asked' && operation?.op === 'call') {
      if (operation.call === 'kill') player.result = this.#kill(tid, Number(operation.args[0]));
      else this.#effect(tid, index, operation);
      player.phase = 'done';
    } else if (player.phase === 'dying') {
      this.run.trap(tid, Cause.timerInterrupt, 0, index);
      player.phase = 'leaving';
    } else if (player.phase === 'leaving' && !player.left) {
      this.#leave(player, index);
    } else if (player.phase === 'leaving' || player.phase === 'killed') {
      this.run.idle(index);
      player.phase = 'gone';
    } else if (player.phase === 'done' && operation?.op === 'call' && operation.call === 'kill') {
      this.run.back(tid, { a0: player.result, hart: index });
      player.phase = 'user';
      player.calls += 1;
    } else if (player.phase === 'done' || player.phase === 'blocked') this.#goOn(player, index);
  }

  #leave(player: Player, index: number): void {
    player.left = true;
    const work = workOn(this.#ipc);
    const space = this.#space(index);
    const last = this.#world.present.every((one) => one.space !== space);
    leave(work, index + 1, last ? space : undefined, () => undefined);
    this.#ipc = work;
  }

  /** A victim in user mode leaves at once, or at its next trap. */
  #kill(killer: number, tid: number): Word {
    const player = this.players[tid - 1];
    if (killer !== 1) return -Errno.EPERM >>> 0;
    if (!player || ['leaving', 'killed', 'dying', 'gone'].includes(player.phase)) {
      return -Errno.ESRCH >>> 0;
    }
    const running = player.phase === 'user';
    if (!running || player.calls % 2 === 0) this.#leave(player, tid - 1);
    player.phase = running ? 'dying' : player.phase === 'blocked' ? 'gone' : 'killed';
    return 0;
  }

  #effect(tid: number, index: number, { call: name, args }: Operation & { op: 'call' }): void {
    const registers = this.run.state.tasks.get(tid)?.registers ?? [];
    const [a0, a1, a2] = [0, 1, 2].map((at) => Number(args[at] ?? registers[A0 + at]));
    const work = workOn(this.#ipc);
    carryOut(
      work,
      {
        tid,
        space: this.#space(index),
        name: name as IpcCallName,
        args: [a0 ?? 0, a1 ?? 0, a2 ?? 0],
        noRoom: false,
      },
      this.#world,
      () => undefined,
    );
    this.#ipc = work;
  }

  /** Its call returns if it can; else its hart idles. */
  #goOn(player: Player, index: number): void {
    const outcome = this.#ipc.outcomes.get(index + 1);
    if (!outcome) {
      if (player.phase === 'done') this.run.idle(index);
      player.phase = 'blocked';
      return;
    }
    if (player.phase === 'blocked') {
      this.run.show({ kind: 'ipi', hart: 0, tid: 0, to: index }).wake(index);
    }
    const work = workOn(this.#ipc);
    work.outcomes.delete(index + 1);
    this.#ipc = work;
    this.#back(index, outcome);
    player.phase = 'user';
    player.calls += 1;
  }

  #back(index: number, { errors: [errno], result, words }: Outcome): void {
    const a0: Word = errno === undefined ? result : -errno >>> 0;
    const spoil = this.#spoil && !this.spoilt && words !== undefined;
    if (spoil) this.spoilt = true;
    const registers: Record<number, Word> =
      errno === undefined && words
        ? { [A0 + 1]: spoil ? 0xdead : words[0], [A0 + 2]: words[1] }
        : {};
    this.run.back(index + 1, { a0, hart: index, registers });
  }
}

const play = (given: Scenario, spoil = false): System => {
  const system = new System(given, spoil);
  for (const index of given.moves) system.move(index);
  return system;
};

test('calls on messages that take effect at any moment are accepted, in few states', () => {
  let most = 0;
  let blocked = 0;
  fc.assert(
    fc.property(scenario, (given) => {
      const system = play(given);
      expect(system.run.violation).toBeUndefined();
      expect(broken(system.run.state)).toEqual([]);
      most = Math.max(most, system.most);
      if (system.players.some(({ phase }) => phase === 'blocked')) blocked += 1;
    }),
    { numRuns: 1000, seed: 7 },
  );
  expect(most).toBeLessThanOrEqual(12);
  expect(blocked).toBeGreaterThan(100);
});

test('a message or reply that nobody sent is refused', () => {
  let spoilt = 0;
  fc.assert(
    fc.property(scenario, (given) => {
      const system = play(given, true);
      if (!system.spoilt) return;
      spoilt += 1;
      expect(system.run.violation).toBeDefined();
    }),
    { numRuns: 500, seed: 8 },
  );
  expect(spoilt).toBeGreaterThan(50);
});
