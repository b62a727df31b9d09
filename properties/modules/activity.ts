/**
 * What devices do, and when drivers are called for it: judged from what the hardware has seen. A device moves data only
 * to and from pages that its driver had when it gave the command, and has still; and no interrupt routine is called but
 * those of modules that hold the interrupt.
 *
 * Whose a page is follows from the tables and from the operations: pages that are there after a load are the module's.
 * Devices move data before an operation goes on, never in the middle of it; so what was mapped after the operation
 * before is what counts.
 */
import type { Modules } from '../../kernels/modules/loader.ts';
import type { ModulesState } from '../../model/modules/state.ts';
import {
  DEVICE_FRAME,
  Device,
  type DeviceName,
  DiskCommand,
  DiskRegister,
  FramebufferCommand,
  FramebufferRegister,
  NetworkCommand,
  NetworkRegister,
} from '../../spec/devices.ts';
import type { ModuleOperation } from '../../spec/modules.ts';
import { RECORD_WORDS, RecordKind, type RunLog } from '../../spec/records.ts';
import {
  Cause,
  type Frame,
  PAGE_SHIFT,
  PAGE_SIZE,
  Pte,
  type Rights,
  type Vpn,
} from '../../spec/riscv.ts';

/** What was done that must not be. */
export interface ForbiddenActivity {
  readonly expected: string;
  readonly observed: string;
}

interface Page {
  readonly frame: Frame;
  readonly vpn: Vpn;
  readonly rights: Rights;
  readonly module: string;
  /** The operation that brought it. */
  readonly since: number;
}

/** What a command has its device do: write to RAM, read it, or nothing any more. */
type Command = 'into RAM' | 'out of RAM' | 'nothing';
interface Commands {
  readonly register: number;
  readonly [value: number]: Command;
}
const COMMANDS: Readonly<Partial<Record<DeviceName, Commands>>> = {
  disk: {
    register: DiskRegister.command,
    [DiskCommand.read]: 'into RAM',
    [DiskCommand.write]: 'out of RAM',
  },
  network: {
    register: NetworkRegister.command,
    [NetworkCommand.transmit]: 'out of RAM',
    [NetworkCommand.receive]: 'into RAM',
    [NetworkCommand.reset]: 'nothing',
  },
  framebuffer: {
    register: FramebufferRegister.command,
    [FramebufferCommand.present]: 'out of RAM',
    [FramebufferCommand.stop]: 'nothing',
  },
};

const NAMES = Object.keys(Device) as DeviceName[];
const nameOf = (device: number): DeviceName =>
  NAMES.find((name) => Device[name] === device) ?? 'iommu';

/** In an `enter`: the kernel itself has called. */
const KERNEL = 0xffff;

export class Activity {
  readonly #model: ModulesState;
  readonly #count: (what: string) => void;
  /** Pages of modules that are there, by frame. */
  #pages = new Map<Frame, Page>();
  /** When each command of a device was given last: the number of the operation. */
  readonly #given = new Map<DeviceName, Map<Command, number>>();
  /** Those that have moved nothing yet. */
  readonly #underWay = new Map<DeviceName, Set<Command>>();
  #done = 0;
  #interrupted = false;
  #found: ForbiddenActivity | undefined;

  /** @param count is told of what happened */
  constructor(model: ModulesState, count: (what: string) => void) {
    this.#model = model;
    this.#count = count;
  }

  /**
   * Judges what was seen while this operation was done and since the one before; the model has not done it yet.
   * @param operation nothing: behind the last one
   */
  judge(log: RunLog, operation?: ModuleOperation): ForbiddenActivity | undefined {
    const { words } = log;
    let leaving = operation?.op === 'exit' ? operation.module : undefined;
    for (let at = 0; at < log.length && !this.#found; at += RECORD_WORDS) {
      const kind = (words[at] ?? 0) & 0xff;
      const [a = 0, b = 0, c = 0, d = 0] = words.subarray(at + 3, at + RECORD_WORDS);
      if (kind === RecordKind.trap) this.#trapped(a, c);
      else if (kind === RecordKind.device && c === 1) this.#commanded(a, b);
      else if (kind === RecordKind.dma) this.#moved(nameOf(a), b >>> PAGE_SHIFT, d === 1);
      else if (kind === RecordKind.enter && this.#interrupted) this.#called(b >>> PAGE_SHIFT, c);
      else if (kind === RecordKind.enter && leaving) {
        this.#leaves(leaving);
        leaving = undefined;
      }
    }
    this.#done += 1;
    return this.#found;
  }

  /** Whose each page is, when the operation is done. */
  remember(modules: Modules, operation: ModuleOperation): void {
    const before = this.#pages;
    this.#pages = new Map();
    const module = operation.op === 'load' ? operation.module : 'nobody';
    for (const { frame, va, rights } of modules.mappings()) {
      const known = before.get(frame);
      const vpn = va >>> PAGE_SHIFT;
      const page = known?.vpn === vpn ? known : { module, since: this.#done };
      this.#pages.set(frame, { ...page, frame, vpn, rights });
    }
  }

  #holderOf(device: DeviceName): string | undefined {
    return this.#model.interrupts.find((one) => one.device === device)?.module;
  }

  #trapped(cause: number, address: number): void {
    const stale = this.#interrupted && cause === Cause.instructionPageFault;
    this.#interrupted = cause === Cause.externalInterrupt;
    if (!stale) return;
    this.#found = {
      expected: 'interrupt routines are called of modules that are there',
      observed: `one is called at 0x${address.toString(16)}, where nothing is`,
    };
  }

  #commanded(physical: number, value: number): void {
    const device = nameOf((physical >>> PAGE_SHIFT) - DEVICE_FRAME);
    const commands = COMMANDS[device];
    if (commands?.register !== physical % PAGE_SIZE) return;
    const command = commands[value];
    const given = this.#given.get(device) ?? new Map<Command, number>();
    const underWay = this.#underWay.get(device) ?? new Set<Command>();
    this.#given.set(device, given);
    this.#underWay.set(device, underWay);
    if (command === 'nothing') underWay.clear();
    else if (command) {
      given.set(command, this.#done);
      underWay.add(command);
    }
  }

  #moved(device: DeviceName, frame: Frame, into: boolean): void {
    const command = into ? 'into RAM' : 'out of RAM';
    const given = this.#given.get(device)?.get(command) ?? -1;
    this.#underWay.get(device)?.delete(command);
    this.#count(`${device} ${command}`);
    const holder = this.#holderOf(device);
    const page = this.#pages.get(frame);
    const old = page !== undefined && page.since > given;
    const writable = !into || (page && page.rights & Pte.W);
    if (page && page.module === holder && !old && writable) return;
    const what = page && (old ? ' that was loaded since' : writable ? '' : ' that is not data');
    const whose = page ? `a page of ${page.module}${what}` : 'nobody’s';
    this.#found = {
      expected: holder
        ? `the ${device} moves data of ${holder}, which drives it`
        : `nobody drives the ${device}, so it moves nothing`,
      observed: `it moves data ${command}: frame ${frame}, ${whose}`,
    };
  }

  /** In an external interrupt. */
  #called(vpn: Vpn, caller: number): void {
    if (caller !== KERNEL) return;
    this.#count('interrupt routine called');
    const [page] = [...this.#pages.values()].filter((one) => one.vpn === vpn);
    if (this.#model.interrupts.some(({ module }) => module === page?.module)) return;
    this.#found = {
      expected: 'interrupt routines are called of modules that hold the interrupt',
      observed: `one of ${page?.module ?? 'nobody'} is called`,
    };
  }

  /** The exit of a module begins. */
  #leaves(module: string): void {
    for (const [device, { size }] of this.#underWay)
      if (size > 0 && this.#holderOf(device) === module)
        this.#count(`exit while the ${device} is at work`);
  }
}
