/**
 * One step of the formal machine: `state × action → outcome`, the state changed in place; `next` is the same, pure.
 * An action that is not enabled is an error of whoever drives the model.
 */
import { enableMapSet, Immer } from 'immer';
import { match } from 'ts-pattern';
import { Cause, Mode } from '../../spec/riscv.ts';
import type { Action, Csr, Outcome } from './actions.ts';
import { tick } from './clock.ts';
import { isEnabled } from './enabled.ts';
import { execute } from './instruction.ts';
import { type Hart, type State, writeWord } from './state.ts';
import { fence } from './tlb.ts';
import { access, enter, goBack } from './trap.ts';

enableMapSet();
const immer = new Immer({ autoFreeze: false });

const DONE: Outcome = { kind: 'done' };

const setCsr = (hart: Hart, csr: Csr, value: number): Outcome => {
  match(csr)
    .with('spp', () => {
      hart.spp = value === 1 ? Mode.S : Mode.U;
    })
    .with('sum', 'mxr', (name) => {
      hart[name] = value === 1;
    })
    .with('stimecmp', () => {
      hart.stimecmp = value;
    })
    .with('satp', 'stvec', 'sepc', 'scontext', 'sscratch', (name) => {
      hart[name] = value >>> 0;
    })
    .exhaustive();
  return DONE;
};

const restore = (hart: Hart, context: readonly number[]): Outcome => {
  hart.registers = hart.registers.map((_, i) => (i === 0 ? 0 : (context[i] ?? 0)));
  hart.sepc = context[0] ?? 0;
  hart.spp = Mode.U;
  hart.idleRequested = false;
  return DONE;
};

const sendIpi = (state: State, to: number): Outcome => {
  const target = state.harts[to];
  if (target) target.ipiDue ??= state.clock.steps + state.setting.ipiDelay;
  return DONE;
};

const booted = (state: State): Outcome => {
  for (const hart of state.harts) {
    hart.status = 'idle';
    sendIpi(state, hart.id);
  }
  return DONE;
};

const onHart = (state: State, hart: Hart, action: Exclude<Action, { kind: 'booted' }>): Outcome =>
  match(action)
    .with({ kind: 'execute' }, () => {
      tick(state);
      return execute(state, hart);
    })
    .with({ kind: 'softwareInterrupt' }, () => {
      tick(state);
      hart.ipiDue = null;
      return enter(state, hart, Cause.softwareInterrupt, 0);
    })
    .with({ kind: 'forcedInterrupt' }, () => {
      tick(state);
      hart.forced.shift();
      return enter(state, hart, Cause.timerInterrupt, 0);
    })
    .with({ kind: 'timerInterrupt' }, () => {
      tick(state);
      hart.stimecmp = Number.POSITIVE_INFINITY;
      return enter(state, hart, Cause.timerInterrupt, 0);
    })
    .with({ kind: 'resume' }, () => {
      tick(state);
      hart.status = 'kernel';
      return DONE;
    })
    .with({ kind: 'remoteFence' }, () => {
      tick(state);
      hart.ipiDue = null;
      hart.status = 'fencing';
      return DONE;
    })
    .with({ kind: 'load' }, { kind: 'loadByte' }, ({ kind, va }) =>
      access(state, hart, { kind, va, value: 0 }),
    )
    .with({ kind: 'store' }, ({ kind, va, value }) => access(state, hart, { kind, va, value }))
    .with({ kind: 'write' }, ({ frame, index, value }) => {
      writeWord(state, frame * 1024 + index, value);
      return DONE;
    })
    .with({ kind: 'csr' }, ({ csr, value }) => setCsr(hart, csr, value))
    .with({ kind: 'register' }, ({ register, value }) => {
      hart.registers[register] = value;
      return DONE;
    })
    .with({ kind: 'restore' }, ({ context }) => restore(hart, context))
    .with({ kind: 'fence' }, ({ va, asid }) => {
      fence(hart, va, asid);
      return DONE;
    })
    .with({ kind: 'sendIpi' }, ({ to }) => sendIpi(state, to))
    .with({ kind: 'onRemoteFence' }, () => {
      hart.remoteFence = true;
      return DONE;
    })
    .with({ kind: 'idle' }, () => {
      hart.idleRequested = hart.status === 'fencing' ? hart.idleRequested : true;
      return DONE;
    })
    .with({ kind: 'wait' }, ({ until }) => {
      hart.status = 'waiting';
      hart.condition = until;
      return DONE;
    })
    .with({ kind: 'return' }, () => goBack(state, hart))
    .exhaustive();

export const step = (state: State, action: Action): Outcome => {
  if (!isEnabled(state, action)) throw new Error(`not enabled: ${JSON.stringify(action)}`);
  if (action.kind === 'booted') return booted(state);
  const hart = state.harts[action.hart];
  return hart ? onHart(state, hart, action) : DONE;
};

/** The same step as a pure function. */
export const next = (
  state: State,
  action: Action,
): { readonly state: State; readonly outcome: Outcome } => {
  let outcome: Outcome = DONE;
  const after = immer.produce(state, (draft: State) => {
    outcome = step(draft, action);
  });
  return { state: after, outcome };
};
