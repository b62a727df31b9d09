/**
 * What runs in user mode where a service is a process: the same operations as in the kernel, inside a loop that takes
 * requests and answers them. Whatever leaves the process is a system call.
 */
import type { UserCpu, UserRoutine, UserWait } from '../../../hardware/contract.ts';
import { Call } from '../../../spec/abi.ts';
import { Device } from '../../../spec/devices.ts';
import { serviceSegment } from '../../../spec/layout.ts';
import type { Word } from '../../../spec/riscv.ts';
import type { Client, Port, Steps, World } from '../../services/contract.ts';
import { handleWithFaults, type Surroundings } from '../faults.ts';
import { FORGET, type Linked } from '../linkage.ts';
import { OWN_SLOT, registersInProcess, ServiceCall, slotToAsk } from './layout.ts';

/** a7, the number of a call. */
const A7 = 7;

/** A system call, from user mode. */
function* ecall(cpu: UserCpu, call: number, ...args: readonly Word[]): Steps<number> {
  for (const [index, value] of args.entries()) cpu.setArgument(index, value);
  cpu.setArgument(A7, call);
  yield 'ecall';
  return cpu.argument(0) | 0;
}

export const routineOf =
  (linked: Linked, frames: readonly number[]): UserRoutine =>
  (cpu) =>
    serve(cpu, linked, worldOf(cpu, linked, frames)) as Generator<UserWait, void, void>;

/** Where it yields, it has made a system call, or lets interrupts in (`UserWait`). */
function* serve(cpu: UserCpu, linked: Linked, world: World): Steps<never> {
  const running = yield* linked.service.start(world);
  const surroundings = surroundingsOf(cpu);
  let result = 0;
  for (;;) {
    cpu.setArgument(0, OWN_SLOT);
    cpu.setArgument(1, result);
    cpu.setArgument(A7, Call.replyReceive);
    yield 'ecall';
    const id = cpu.argument(0);
    const operation = cpu.argument(1);
    const args = [cpu.argument(2), cpu.argument(3), cpu.argument(4)] as const;
    const request = { operation, args, client: clientOf(cpu, id) };
    if (operation === FORGET) {
      if (running.forget) yield* running.forget(args[0]);
      result = 0;
    } else if (linked.faults.length === 0) result = yield* running.handle(request);
    else result = yield* handleWithFaults(linked, surroundings, world, running, request);
  }
}

const clientOf = (cpu: UserCpu, id: number): Client => ({
  id,
  read: (from, to, bytes) => ecall(cpu, ServiceCall.copyIn, from, to, bytes),
  write: (from, to, bytes) => ecall(cpu, ServiceCall.copyOut, from, to, bytes),
});

/** It can be interrupted wherever it loops; who rests gives its hart up again and again. */
const surroundingsOf = (cpu: UserCpu): Surroundings => ({
  *spin() {
    yield undefined;
  },
  *rest() {
    yield* ecall(cpu, Call.yield);
  },
  *replyEarly(result) {
    yield* ecall(cpu, Call.reply, result);
  },
});

const worldOf = (cpu: UserCpu, { service, index }: Linked, frames: readonly number[]): World => ({
  memory: cpu,
  segment: serviceSegment(index),
  ports: Object.fromEntries(
    service.uses.map((name) => [name, portTo(cpu, slotToAsk(service, name))]),
  ),
  devices: Object.fromEntries(
    service.devices.map((name) => [name, registersInProcess(index, name)]),
  ),
  dmaAddress: (va) => va,
  *interrupt(device) {
    yield* ecall(cpu, ServiceCall.awaitInterrupt, Device[device]);
  },
  frames: service.name === 'memory' ? frames : [],
});

const portTo =
  (cpu: UserCpu, slot: number): Port =>
  (operation, a0, a1 = 0, a2 = 0) =>
    ecall(cpu, ServiceCall.ask, slot, operation, a0, a1, a2);
