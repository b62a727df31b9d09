/**
 * Mistakes that one could make in the machine, or in its model. Each must be found by the comparison, or the
 * comparison proves nothing.
 */
import type { Core } from '../../hardware/core.ts';
import { INVALID, TlbFlag } from '../../hardware/hart-state.ts';
import { Access, type Mmu } from '../../hardware/mmu.ts';
import type { Action, Outcome } from '../../model/hardware/actions.ts';
import type { State } from '../../model/hardware/state.ts';
import { step } from '../../model/hardware/step.ts';
import { Mode, Pte } from '../../spec/riscv.ts';

/** Mistakes in the MMU. */
export const MMU_SABOTEURS: Readonly<Record<string, (mmu: Mmu, ram: Uint32Array) => void>> = {
  'a fence that ignores the asid': (mmu) => {
    const fence = mmu.fence.bind(mmu);
    mmu.fence = (hart, va) => fence(hart, va, undefined);
  },
  'a fence that ignores the address': (mmu) => {
    const fence = mmu.fence.bind(mmu);
    mmu.fence = (hart, _va, asid) => fence(hart, undefined, asid);
  },
  'a fence that forgets only one piece of a superpage': (mmu) => {
    const fence = mmu.fence.bind(mmu);
    mmu.fence = (hart, va, asid) => {
      const { flags } = hart.tlb;
      const kept = flags.slice();
      for (let slot = 0; slot < flags.length; slot++) {
        flags[slot] = (flags[slot] ?? 0) & ~TlbFlag.superpage;
      }
      fence(hart, va, asid);
      flags.set(kept);
    };
  },
  'a fence with an asid that takes global entries': (mmu) => {
    const fence = mmu.fence.bind(mmu);
    mmu.fence = (hart, va, asid) => {
      const { flags } = hart.tlb;
      const kept = flags.slice();
      if (asid !== undefined) flags.fill(0);
      fence(hart, va, asid);
      flags.set(kept);
    };
  },
  'D that is not set in the table': (mmu, ram) => {
    mmu.onTableWrite = (index) => {
      ram[index] = (ram[index] ?? 0) & ~Pte.D;
    };
  },
  'A that is not set in the table': (mmu, ram) => {
    mmu.onTableWrite = (index) => {
      ram[index] = (ram[index] ?? 0) & ~Pte.A;
    };
  },
  'a write tag on an entry without D': (mmu) => {
    const translate = mmu.translate.bind(mmu);
    mmu.translate = (hart, va, access, mode) => {
      const physical = translate(hart, va, access, mode);
      const { tlb } = hart;
      for (let slot = 0; slot <= tlb.mask; slot++) {
        const both = Pte.U | Pte.W;
        if (((tlb.entry[slot] ?? 0) & both) === both) tlb.tagW[slot] = tlb.key[slot] ?? INVALID;
      }
      return physical;
    };
  },
  'SUM that is always on': (mmu) => {
    const translate = mmu.translate.bind(mmu);
    mmu.translate = (hart, va, access, mode) => {
      const { sum } = hart;
      hart.sum = true;
      const physical = translate(hart, va, access, mode);
      hart.sum = sum;
      return physical;
    };
  },
  'supervisor mode that fetches like user mode': (mmu) => {
    const translate = mmu.translate.bind(mmu);
    mmu.translate = (hart, va, access, mode) => {
      const physical = translate(hart, va, access, mode);
      return physical < 0 && access === Access.execute && mode === Mode.S
        ? translate(hart, va, access, Mode.U)
        : physical;
    };
  },
  'global entries that only their own asid sees': (mmu) => {
    const translate = mmu.translate.bind(mmu);
    mmu.translate = (hart, va, access, mode) => {
      const { tlb } = hart;
      const slot = (va >>> 12) & tlb.mask;
      if ((tlb.key[slot] ?? INVALID) >>> 20 !== hart.asidBits >>> 20) {
        tlb.flags[slot] = (tlb.flags[slot] ?? 0) & ~TlbFlag.global;
      }
      return translate(hart, va, access, mode);
    };
  },
};

/** Mistakes elsewhere in the machine. */
export const CORE_SABOTEURS: Readonly<Record<string, (core: Core) => void>> = {
  'an interrupt that comes a step late': (core) => {
    const sendIpi = core.sendIpi.bind(core);
    core.sendIpi = (target) => {
      const wasPending = target.ipiPending;
      sendIpi(target);
      if (!wasPending) target.ipiDue += 1;
    };
  },
  'a trap that leaves the address of the one before': (core) => {
    const trap = core.trap.bind(core);
    core.trap = (hart, cause, _tval, steps) => trap(hart, cause, hart.stval, steps);
  },
  'a trap that forgets where it came from': (core) => {
    const trap = core.trap.bind(core);
    core.trap = (hart, cause, tval, steps) => {
      hart.pc = (hart.pc + 4) >>> 0;
      trap(hart, cause, tval, steps);
    };
  },
  'a supervisor access that skips the alignment check': (core) => {
    const access = core.supervisorAccess.bind(core);
    core.supervisorAccess = (hart, va, kind) => access(hart, va, kind, 0);
  },
};

/** Mistakes in the model. */
export const MODEL_SABOTEURS: Readonly<Record<string, (state: State, action: Action) => Outcome>> =
  {
    'a model whose fence of everything spares the first slot': (state, action) => {
      if (action.kind !== 'fence' || action.va !== undefined) return step(state, action);
      const hart = state.harts[action.hart];
      const kept = hart?.tlb[0] ?? null;
      const outcome = step(state, action);
      if (hart) hart.tlb[0] = kept;
      return outcome;
    },
    'a model in which sret keeps the mode': (state, action) => {
      const hart = action.kind === 'return' ? state.harts[action.hart] : undefined;
      const outcome = step(state, action);
      if (hart && outcome.kind === 'returned') hart.mode = Mode.S;
      return outcome;
    },
    'a model that loses a timer': (state, action) => {
      const hart = action.kind === 'timerInterrupt' ? state.harts[action.hart] : undefined;
      if (hart) hart.time += 1;
      return step(state, action);
    },
  };
