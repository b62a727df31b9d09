/**
 * The abstract operating system: tasks, address spaces, pages. No frames, no tables, no queues: those are the kernel's
 * own business.
 *
 * Plain data, so that a recipe over it runs both under immer's `produce` (pure, history kept) and in place (checking
 * at full speed). Order of the parts of this model, as in every model here: state, actions (spec/events.ts), what is
 * allowed (calls.ts, access.ts), steps (user.ts, dispatch.ts), invariants (invariants.ts).
 */
import { type AbiGroup, CALLS, Call, type CallDescription } from '../../spec/abi.ts';
import type { DeviceName } from '../../spec/devices.ts';
import { type Layout, layoutOf, USER_TEXT } from '../../spec/layout.ts';
import { moduleFrames } from '../../spec/modules.ts';
import {
  type Frame,
  type HartId,
  Pte,
  type Rights,
  type Tid,
  type VirtualAddress,
  type Vpn,
  type Word,
} from '../../spec/riscv.ts';
import { TRANSITION_NAMES, type Transition } from '../../spec/transitions.ts';
import type {
  FailureKind,
  FaultKind,
  Operation,
  ServiceFault,
  Workload,
} from '../../spec/workload.ts';
import { brokenServices, bystandersOf, isOutside } from './bystanders.ts';
import { nothingServed, type Served, type ServiceCall } from './files/served.ts';
import type { FileSystem } from './files/tree.ts';
import { type Ipc, nothingSent, type Underway } from './ipc/endpoints.ts';
import { modulesAtBoot, type OsModules } from './modules/works.ts';

export type SpaceId = number;
export type PageId = number;

interface PageState {
  readonly id: PageId;
  /** The task that stored to it last; 0: it was never stored to. */
  storedBy: Tid;
  /** Dispatches of the whole system when it was last stored to. */
  storedAt: number;
  /** Address spaces that map it. */
  mappings: number;
  /** The frame that held exactly its words when last compared, and that frame's version then; −1: never compared. */
  frame: Frame;
  version: number;
  /** Words of which only alternatives are known. */
  unsure: Map<number, readonly Alternative[]> | undefined;
}

/** What a word may be: a value, in those bits that are set in the mask. */
export interface Alternative {
  readonly value: Word;
  readonly mask: Word;
}

/** Words are those that are not 0. Nobody stores to text: all pages of a program share its words. */
export type Page = PageState &
  (
    | { readonly text: true; readonly words: ReadonlyMap<number, Word> }
    | { readonly text: false; readonly words: Map<number, Word> }
  );

export interface Mapping {
  readonly page: PageId;
  rights: Rights;
}

export interface Space {
  readonly id: SpaceId;
  readonly program: number;
  pages: Map<Vpn, Mapping>;
  /** Pages that were unmapped here, with the rights they had; they may be mapped again. */
  formerly: Map<Vpn, Rights>;
  /** Tasks that have not ended. */
  tasks: number;
}

/** A system call that has not returned. What is not so, or not known, is undefined. */
export interface PendingCall {
  readonly number: number;
  readonly args: readonly [Word, Word, Word];
  /** The effect has been seen by others, though the call has not returned. */
  done: boolean;
  /** For spawn and thread: the child that was seen already. */
  child: Tid;
  /** For write: bytes sent so far. */
  sent: number;
  /** For write by a service in user space: somebody else could change the bytes when it began. */
  exposed: boolean | undefined;
  /** For a call of a service that took effect before it returned. */
  settled: Settlement | undefined;
  /** For sync: effects on files when it began. */
  began: number | undefined;
  /** Its service has failed, but what it stored was synced: nothing else is excused. */
  synced: boolean | undefined;
  /** Words in its buffer that other tasks have stored to meanwhile, by address. */
  overwritten: readonly VirtualAddress[] | undefined;
}

/** What a call that took effect before it returned must return then. */
export interface Settlement {
  /** One of these; none: it succeeds. */
  readonly errors: readonly number[];
  readonly result: Word;
  /** What is in its buffer then, and how many of its last bytes may be anything. */
  readonly stored: Uint8Array;
  readonly loose: number;
}

/** What was on the disk when the last sync returned, and names that were used to change anything since. */
export interface Kept {
  readonly files: FileSystem;
  /** The same, with what has been opened since the service failed, and only looked at. */
  readonly reopened: FileSystem;
  readonly log: readonly {
    readonly at: number;
    readonly names: readonly string[];
    readonly anyFile: boolean;
  }[];
  /** Effects so far: the number of the next one in the log. */
  readonly effects: number;
}

/** A call of a service whose caller was ended: it may still take effect, at some time or never. */
export interface Ghost {
  readonly owner: SpaceId;
  readonly call: ServiceCall;
}

/** A fault that waits for the kernel's answer. */
export interface PendingFault {
  readonly va: Word;
  readonly cause: Word;
  /** The access is allowed, so the kernel must make it succeed. */
  readonly repairable: boolean;
  /**
   * A call about the page was under way when the fault came: the kernel may have seen the page as it was before or
   * after it. So the task may have ended, or may run on; what happens next shows which.
   */
  readonly contested: boolean;
}

export interface Task {
  readonly tid: Tid;
  readonly space: SpaceId;
  readonly program: number;
  readonly parent: Tid;
  /** 'running': in user mode on `hart`. 'stopped': in the kernel, or waiting for a hart. */
  status: 'running' | 'stopped' | 'ended';
  /** Where it runs, or ran last. */
  hart: HartId;
  /** The hart whose kernel activation handles its trap: until then it is not waiting for a hart. */
  handledOn: HartId | -1;
  pc: Word;
  /** x1 to x31 at their index; [0] is 0. */
  registers: Word[];
  call: PendingCall | undefined;
  fault: PendingFault | undefined;
  /** Page faults in a row at one pc. */
  retries: number;
  /** Killed while running: it ends at its next trap. */
  dying: boolean;
  /** What wait returns, once it has ended. */
  exitStatus: number;
  /** Ended, and nobody can wait for it any more. */
  forgotten: boolean;
  /** User instructions since its last trap. */
  sinceTrap: number;
  /** Dispatches of others since it became runnable. */
  waited: number;
  /** The number of its last dispatch; 0: it has never run. */
  ranAt: number;
  interrupted: boolean;
  looping: boolean;
}

export interface HartView {
  /** The task in user mode here, or whose trap is handled here; 0: none. */
  task: Tid;
  /** The task that was dispatched here last. */
  last: Tid;
  idle: boolean;
  ipiPending: boolean;
  /** A kernel routine waits here. */
  waiting: boolean;
}

/** What never changes during a run; shared by all states. */
export interface Setting {
  readonly layout: Layout;
  readonly operations: readonly Operation[];
  readonly programs: number;
  /** The calls of the groups that the kernel claims, by number. All others do not exist. */
  readonly calls: ReadonlyMap<number, CallDescription>;
  /** The kernel claims the group ipc: without it nothing here has to do with messages. */
  readonly messaging: boolean;
  readonly services: readonly ServiceClaim[];
  /** Frames of RAM. */
  readonly frames: number;
  /** Those of them that are for modules. */
  readonly moduleFrames: { readonly first: Frame; readonly count: number };
  readonly modulesOutside: boolean;
  readonly fairness: number | undefined;
  /** Frames that the kernel was given as free. */
  readonly freeFrames: number;
  /** Services or devices may fail: then a call need not return. */
  readonly mayHang: boolean;
  /** What goes wrong in services in this run. */
  readonly faults: readonly ServiceFault[];
  /** Some service goes wrong in this run, or its device. */
  readonly faulty: boolean;
  /** Tasks that use no service which goes wrong. */
  readonly bystanders: readonly Tid[];
  /** Groups of calls whose services the workload lets fail. */
  readonly unreliable: readonly AbiGroup[];
}

export interface OsState {
  readonly setting: Setting;
  tasks: Map<Tid, Task>;
  spaces: Map<SpaceId, Space>;
  pages: Map<PageId, Page>;
  harts: HartView[];
  nextSpace: SpaceId;
  nextPage: PageId;
  /** Tids whose pending call would change something, were it done. */
  pending: Tid[];
  /** The page last seen in each frame. */
  placement: Map<Frame, PageId>;
  /** The service that was last seen to reach each frame. */
  serviceFrames: Map<Frame, Tid>;
  /** The module that was last seen to reach each frame. */
  moduleReach: Map<Frame, ModuleReach>;
  /** Dispatches so far. */
  dispatches: number;
  /** A hart idles though a task could run there; for how many instructions elsewhere. */
  wasteful: boolean;
  waste: number;
  /** Frames asked for so far, by calls that succeeded. */
  asked: number;
  /** The last task that faulted or was killed, and when: to tell bystanders. */
  lastVictim: { tid: Tid; dispatches: number } | undefined;
  /** Bytes that a service in user space may still send for tasks that have ended. */
  lateBytes: number;
  /** For whom the service sends that a hart runs; 0: a task that has ended. */
  speaker: Tid | undefined;
  /** Files and datagrams: a value that is replaced, never changed. */
  served: Served;
  /** Groups of calls of which nothing is known any more: a service may have lost its state. */
  doubted: readonly AbiGroup[];
  /** What a service that fails must keep; only where that is judged. */
  kept: Kept | undefined;
  /** The last of them only: a call that is forgotten never takes effect. */
  ghosts: readonly Ghost[];
  /** Messages: a value that is replaced, never changed. */
  ipc: Ipc;
  /** Calls on messages, and ends of tasks that matter to them, that have not taken effect; in the order of the traps. */
  underway: readonly Underway[];
  /** Loadable modules: a value that is replaced; nothing: the machine was booted without any. */
  modules: OsModules | undefined;
  /** Faults of the workload that have begun: a list that is replaced. */
  struck: readonly FailureKind[];
  /** How often each transition was taken, by index. */
  taken: number[];
}

/** A module in user space, in one phase of one of its lives. */
export interface ModuleReach {
  readonly module: string;
  readonly number: number;
  readonly phase: string;
}

/** A service of the kernel: where it is, and which devices it was given. */
export interface ServiceClaim {
  readonly name: string;
  readonly placement: 'kernel' | 'user';
  readonly devices: readonly DeviceName[];
}

/** What a kernel says about itself, as far as it matters here. */
export interface Claims {
  readonly implements: readonly AbiGroup[];
  readonly fairness?: number;
  /** The context of the service at index i is SERVICE_TID + i. */
  readonly services?: readonly ServiceClaim[];
  /** Where loadable modules run. */
  readonly modules?: 'kernel' | 'user';
  /** Frames of RAM beyond the workload's. */
  readonly serviceFrames?: number;
}

/** Faults of these kinds stop a service, and store or answer nothing wrong before that. */
const CLEAN: ReadonlySet<FaultKind> = new Set(['null dereference', 'endless loop', 'silence']);

const nothingKept = (): Kept => {
  const { files } = nothingServed();
  return { files, reopened: files, log: [], effects: 0 };
};

const keepsSynced = (workload: Workload): boolean =>
  unreliableGroups(workload).includes('files') &&
  (workload.faults ?? []).every(({ kind }) => CLEAN.has(kind));

const unreliableGroups = ({ faults = [], devices }: Workload): readonly AbiGroup[] => {
  const services = new Set(faults.map(({ service }) => service));
  const files =
    services.has('files') || services.has('disk') || devices?.diskStuckAfter !== undefined;
  return [
    ...(files ? (['files'] as const) : []),
    ...(services.has('network') ? (['datagrams'] as const) : []),
    ...(services.has('console') ? (['console'] as const) : []),
  ];
};

export const initialState = (workload: Workload, claims: Claims): OsState => {
  const layout = layoutOf(workload);
  const first = workload.frames + (claims.serviceFrames ?? 0);
  const count = workload.modules ? moduleFrames(workload.modules) : 0;
  const state: OsState = {
    setting: {
      layout,
      operations: layout.operations,
      programs: workload.programs.length,
      calls: new Map(
        CALLS.filter(({ group }) => claims.implements.includes(group)).map((call) => [
          Call[call.name],
          call,
        ]),
      ),
      messaging: claims.implements.includes('ipc'),
      services: claims.services ?? [],
      frames: first + count,
      moduleFrames: { first, count },
      modulesOutside: claims.modules === 'user',
      fairness: claims.fairness,
      freeFrames: workload.frames - layout.firstFree,
      mayHang: brokenServices(workload).some((name) => !isOutside(claims, name)),
      faults: workload.faults ?? [],
      faulty: brokenServices(workload).length > 0,
      bystanders: bystandersOf(workload, claims),
      unreliable: unreliableGroups(workload),
    },
    tasks: new Map(),
    spaces: new Map(),
    pages: new Map(),
    harts: Array.from({ length: workload.harts }, () => ({
      task: 0,
      last: 0,
      idle: true,
      ipiPending: true,
      waiting: false,
    })),
    nextSpace: 1,
    nextPage: 1,
    pending: [],
    placement: new Map(),
    serviceFrames: new Map(),
    moduleReach: new Map(),
    dispatches: 0,
    wasteful: false,
    waste: 0,
    asked: 0,
    lastVictim: undefined,
    lateBytes: 0,
    speaker: undefined,
    served: nothingServed(),
    doubted: [],
    kept: keepsSynced(workload) ? nothingKept() : undefined,
    ghosts: [],
    ipc: nothingSent(),
    underway: [],
    modules: claims.implements.includes('modules')
      ? modulesAtBoot(workload.modules, claims.modules === 'user')
      : undefined,
    struck: [],
    taken: new Array<number>(TRANSITION_NAMES.length).fill(0),
  };
  for (const [index, program] of workload.start.entries()) {
    addTask(state, index + 1, 0, addSpace(state, program), USER_TEXT);
  }
  return state;
};

/** A space that holds its program's text and nothing else. */
export const addSpace = (state: OsState, program: number): SpaceId => {
  const id = state.nextSpace++;
  const text: Page = {
    id: state.nextPage++,
    text: true,
    words: state.setting.layout.texts[program]?.words ?? new Map(),
    storedBy: 0,
    storedAt: 0,
    mappings: 1,
    frame: -1,
    version: -1,
    unsure: undefined,
  };
  state.pages.set(text.id, text);
  const mapping: Mapping = { page: text.id, rights: Pte.R | Pte.X };
  state.spaces.set(id, {
    id,
    program,
    pages: new Map([[USER_TEXT >>> 12, mapping]]),
    formerly: new Map(),
    tasks: 0,
  });
  return id;
};

export const addTask = (state: OsState, tid: Tid, parent: Tid, space: SpaceId, pc: Word): void => {
  const home = state.spaces.get(space);
  if (home) home.tasks += 1;
  state.tasks.set(tid, {
    tid,
    space,
    program: home?.program ?? 0,
    parent,
    status: 'stopped',
    hart: 0,
    handledOn: -1,
    pc,
    registers: new Array<Word>(32).fill(0),
    call: undefined,
    fault: undefined,
    retries: 0,
    dying: false,
    exitStatus: 0,
    forgotten: false,
    sinceTrap: 0,
    waited: 0,
    ranAt: 0,
    interrupted: false,
    looping: false,
  });
};

/** The call of this task has returned, or never will. */
export const noLongerPending = (state: OsState, tid: Tid): void => {
  if (state.pending.includes(tid)) state.pending = state.pending.filter((one) => one !== tid);
};

const INDEX = new Map(TRANSITION_NAMES.map((name, index) => [name, index]));

/** Counts a transition as taken. */
export const take = (state: OsState, transition: Transition): void => {
  const index = INDEX.get(transition);
  if (index === undefined) return;
  state.taken[index] = (state.taken[index] ?? 0) + 1;
};
