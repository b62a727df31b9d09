/**
 * What the linker keeps of one boot: the services with their places, and the kernel threads.
 *
 * All of it stands outside RAM for one reason: an activation (a generator) cannot lie in RAM. Its number does, in the
 * task's record, so a wild store there makes the kernel look for a thread that does not exist. What a service knows lies
 * in its segment; here stands only who uses it now and who waits.
 */
import type { Hart } from '../../hardware/contract.ts';
import type { DeviceName } from '../../spec/devices.ts';
import type { Frame, Rights, VirtualAddress, Word } from '../../spec/riscv.ts';
import type { ServiceFault } from '../../spec/workload.ts';
import type { State } from '../core/kernel.ts';
import type { Space, Task } from '../core/layout.ts';
import type { Ipc } from '../ipc/kernel.ts';
import type { Client, Running, Service, ServiceName } from '../services/contract.ts';

/**
 * Why a kernel thread stops: it sleeps until somebody wakes it; or its hart has to wait for its turn at the address space
 * of the task, where another hart is at work.
 */
export const SLEEP = 'sleep';
export const BUSY = 'busy';

/** The number that tells a service of the end of a client; no operation has it. */
export const FORGET = 0xffff_ffff;

/** An operation of the kernel on behalf of a task, that may wait. */
export interface Thread {
  /** Stands in the task's record. */
  readonly number: number;
  /** 0: its task has ended, or it never had one. Then it still comes to its end, but reaches no memory of a task. */
  task: Task;
  readonly space: Space;
  /** None: it waits for nothing but the answer of a service (process/fast.ts). */
  steps: Generator<unknown, number, void> | undefined;
  /** Whether the task gets the result: it made a call. Otherwise its instruction runs again. */
  readonly answers: boolean;
  asleep: boolean;
}

/** Who asks, as the linker knows it: a task may end before its turn comes. */
export interface Asker extends Client {
  isGone(): boolean;
  /** Makes a range of its memory one that the kernel can reach by frame. Nothing: it may not be accessed like this. */
  reach(va: VirtualAddress, bytes: number, right: Rights): Reached | undefined;
}

/** Where in RAM a byte of a range lies: a byte address. */
export type Reached = (va: VirtualAddress) => number;

/** A request: operation and arguments. */
export type MessageWords = readonly [operation: Word, a0: Word, a1: Word, a2: Word];

/** A service that is a process. */
export interface Process {
  /** Its record; set at boot. */
  task: Task;
  readonly root: Frame;
  /** The leaf table of user space, where it has no page. */
  readonly userLeaf: Frame;
  /** It has been started and has not crashed since. */
  alive: boolean;
  crashes: number;
  /** Requests that are refused before it is started again. */
  refusals: number;
  /** Slices that it has used up for the request in hand; heartbeats in which it gave no sign of life. */
  patience: number;
  heartbeats: number;
}

/**
 * What the kernel does for services that are processes, by name: so that one of them can be replaced (a mutant makes a
 * mistake). They call each other through `link.processes` only.
 */
export interface ProcessRoutines {
  /** Its tables: segment, text and the registers of its devices, for user mode. */
  layOut(link: Link, linked: Linked, process: Process): void;
  /** Its devices reach what it reaches, by the same addresses. */
  confineDevices(link: Link, linked: Linked, process: Process): void;
  /** A task calls the service without a thread of the kernel, if nothing stands in the way: the fast path. */
  callAtOnce(link: Link, hart: Hart, task: Task, linked: Linked, request: MessageWords): boolean;
  /** The answer to the request in hand is there; `hart`: the one that the service gives up, as it waits. */
  answered(link: Link, linked: Linked, result: number, hart: Hart | undefined): void;
  /** It is no more: on no hart, in no queue. Its client is told. */
  crashed(link: Link, linked: Linked, process: Process): void;
  /** Copies between two that need not have the same tables: 0, or −EFAULT. */
  copyAcross(
    link: Link,
    source: Asker,
    from: VirtualAddress,
    target: Asker,
    to: VirtualAddress,
    bytes: number,
  ): number;
}

/** One service of this boot. */
export interface Linked {
  readonly service: Service;
  readonly index: number;
  /** Its segment, page by page: a kernel may give it other frames when it starts again. Its text; its leaf table. */
  readonly segment: Frame[];
  readonly text: Frame;
  readonly leaf: Frame;
  /** What goes wrong in it, by number of the request. */
  readonly faults: readonly ServiceFault[];
  readonly strike: (fault: ServiceFault) => void;
  /** Maps it and puts its code where it answers, when it is asked for the first time. */
  readonly install: () => VirtualAddress;
  /** Where its code is; 0: not yet there. */
  entry: VirtualAddress;
  running: Running | undefined;
  /** What it is, where it is not in the kernel. */
  readonly process: Process | undefined;
  /** Whose request it handles, and who waits for that, first come first served. */
  holder: Thread | undefined;
  readonly queue: Thread[];
  client: Asker | undefined;
  /** Requests that it got. */
  requests: number;
  /** Address spaces that have asked it for something. */
  readonly clients: Set<number>;
  /** Interrupts that nobody has waited for yet, and who waits for one. */
  readonly pending: Set<DeviceName>;
  readonly waiters: Map<DeviceName, Thread>;
  /** Whose request it cannot do before its next interrupt, first come first served. */
  readonly patient: Thread[];
}

export interface Link {
  readonly k: State;
  /** Messages, where there are any. */
  readonly ipc: Ipc;
  /** The frame of endpoints and capabilities of services; 0: none is a process. */
  readonly messages: Frame;
  readonly services: readonly Linked[];
  readonly processes: ProcessRoutines;
  readonly byName: ReadonlyMap<ServiceName, Linked>;
  readonly threads: Map<number, Thread>;
  /** Threads without a task that can go on. */
  readonly ready: Thread[];
  /** Frames that the memory service has handed out, or has offered in vain: it takes them for used. */
  readonly out: Set<Frame>;
  /** Those of them that nobody uses any more, and of which it has not been told. */
  readonly returned: Frame[];
  nextThread: number;
  /** The space that a thread which yields BUSY waits for. */
  busy: Space;
  /** The hart that runs the kernel now, and the thread that it runs. */
  hart: Hart;
  thread: Thread | undefined;
}

/** The link of the kernel whose state this is, made when it is first asked for. */
export type LinkOf = (k: State) => Link;
