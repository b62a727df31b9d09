/**
 * Modules in user space, with ids from MODULE_TID on; and the pages of modules in the kernel's own tables. A module runs on
 * behalf of the call of a task, on that task's hart: it is no task. What is judged is that it runs in user mode and reaches
 * its own pages only, and that nothing of modules can be both written and executed.
 *
 * The kernel's direct map leads to every frame for writing, also to those of text: through it the loader fills sections
 * before they become executable. It is left out here, and stays in the kernel.
 */
import { DEVICE_FRAME, Device, type DeviceName } from '../../../spec/devices.ts';
import type { ReturnEvent, Translation } from '../../../spec/events.ts';
import { MODULE_TID, MODULE_WINDOW } from '../../../spec/layout.ts';
import { MODULE_TABLES } from '../../../spec/modules.ts';
import { Pte, rightsName } from '../../../spec/riscv.ts';
import { behaviourOf } from '../../modules/behaviours/index.ts';
import { hex } from '../instruction.ts';
import { type ModuleReach, type OsState, take } from '../state.ts';
import type { Violation } from '../violation.ts';
import { occupy } from '../waiting.ts';

const WINDOW_BYTES = MODULE_TABLES << 22;
/** Is it an address of modules in the kernel? */
export const isInWindow = (va: number): boolean =>
  va >= MODULE_WINDOW && va < MODULE_WINDOW + WINDOW_BYTES;

export const isModule = (tid: number): boolean => tid >= MODULE_TID;

const DEVICES = Object.keys(Device) as DeviceName[];

/** The kernel goes to a module. */
export const runModule = (state: OsState, event: ReturnEvent): Violation | undefined => {
  const hart = state.harts[event.hart];
  const name = state.modules?.names[event.tid - MODULE_TID];
  if (!hart) return undefined;
  const common = { hart: event.hart, tid: hart.task };
  if (name === undefined || !state.setting.modulesOutside) {
    return {
      ...common,
      clause: 'unknown-context',
      expected: 'before the return scontext holds the id of a task, or of a module in user space',
      observed: `scontext is ${hex(event.tid)}, and there is no such module`,
    };
  }
  if (event.mode === 'S') {
    return {
      ...common,
      clause: 'module-privileged',
      expected: `the module ${name} runs in user mode`,
      observed: 'the return goes to supervisor mode, so it would run with all privileges',
    };
  }
  const violation = beyond(state, event, name);
  if (violation) return violation;
  take(state, 'moduleRan');
  occupy(state, hart, event.tid);
  return undefined;
};

const beyond = (state: OsState, event: ReturnEvent, name: string): Violation | undefined => {
  const reacher = reacherOf(state, name);
  for (const [frame, other] of state.moduleReach)
    if (other.module === name) state.moduleReach.delete(frame);
  for (const translation of event.view) {
    const whose = ownerOf(state, event, name, translation);
    if (whose) {
      return {
        clause: 'module-reach',
        hart: event.hart,
        tid: state.harts[event.hart]?.task ?? 0,
        vpn: translation.vpn,
        frame: translation.frame,
        expected: `the module ${name} reaches only its own pages, and registers of devices that it drives`,
        observed: `${translation.source === 'tlb' ? `the TLB of hart ${event.hart}` : 'its page table'} gives it ${rightsName(translation.rights)} at ${hex((translation.vpn << 12) >>> 0)}, to frame ${translation.frame}: ${whose}`,
      };
    }
    if (translation.frame < DEVICE_FRAME) state.moduleReach.set(translation.frame, reacher);
  }
  return undefined;
};

/** As its program says: what its init does is seen before the model takes the load to be done. */
const drivenBy = ({ modules }: OsState, name: string): readonly DeviceName[] => {
  const facts = modules?.known.files.get(name);
  return (facts && behaviourOf(facts, 0).interrupts) ?? [];
};

/** Whose the frame is, if it is not this module's. */
const ownerOf = (
  state: OsState,
  event: ReturnEvent,
  name: string,
  { frame }: Translation,
): string | undefined => {
  const { first, count } = state.setting.moduleFrames;
  if (frame >= DEVICE_FRAME) {
    const device = DEVICES[frame - DEVICE_FRAME];
    return device && drivenBy(state, name).includes(device)
      ? undefined
      : 'registers of a device that it does not drive';
  }
  if (event.tables.includes(frame)) return 'a page table';
  if (frame < first || frame >= first + count) return 'none of those that modules have';
  const other = state.moduleReach.get(frame);
  if (!other || other.module === name) return undefined;
  const now = reacherOf(state, other.module);
  // One that the model knows nothing of yet is in the middle of its load.
  const known = now.phase !== 'gone';
  const same = known && now.number === other.number && now.phase === other.phase;
  return same ? `that of the module ${other.module}` : undefined;
};

/** A module as it is now: when it becomes LIVE it loses the pages of its init, when it is gone, all. */
const reacherOf = ({ modules }: OsState, module: string): ModuleReach => {
  const loaded = modules?.known.loaded.get(module);
  return { module, number: loaded?.number ?? -1, phase: loaded?.state ?? 'gone' };
};

/** Pages of modules in the kernel's tables: who can be executed cannot be written. */
export const checkWindow = (state: OsState, event: ReturnEvent): Violation | undefined => {
  if (event.kernel.length === 0) return undefined;
  const inWindow = event.kernel.filter(({ vpn }) => vpn >= MODULE_WINDOW >>> 12);
  if (inWindow.length > 0) take(state, 'moduleWindowSeen');
  const writable = new Map<number, number>();
  for (const { frame, vpn, rights } of event.kernel) if (rights & Pte.W) writable.set(frame, vpn);
  for (const { frame, vpn, rights } of event.kernel) {
    const other = rights & Pte.X ? writable.get(frame) : undefined;
    if (other === undefined) continue;
    return {
      clause: 'module-writable-and-executable',
      hart: event.hart,
      tid: event.tid,
      vpn,
      frame,
      expected: `frame ${frame} is executable at ${hex(vpn << 12)}, so nobody can write it`,
      observed: `it is writable at ${hex(other << 12)}`,
    };
  }
  return undefined;
};
