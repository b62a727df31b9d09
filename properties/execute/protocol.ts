/** What passes between the checker, the warden (a process) and the worker (a thread of it). All of it is plain data. */
import type { KernelFacts } from './executor.ts';
import type { Phase } from './mailbox.ts';
import type { ForbiddenCall } from './stand-ins.ts';

/** A new instance for each boot, one instance for all, or a new one whose run is noted down for an explanation. */
export type Mode = 'fresh' | 'kept' | 'trace';

/** What evaluating a kernel file once has shown. */
export type LoadReport =
  | { readonly kind: 'kernel'; readonly facts: KernelFacts }
  | { readonly kind: 'not a kernel'; readonly problems: readonly string[] }
  | { readonly kind: 'no default'; readonly named: readonly string[] }
  | { readonly kind: 'threw'; readonly message: string }
  | ({ readonly kind: 'forbidden' } & ForbiddenCall);

/** What the worker is started with: scripts as text. */
export interface WorkerScripts {
  readonly realm: string;
  readonly kernel: string;
}

/** To the warden. */
export type Request =
  | {
      readonly kind: 'start';
      readonly worker: string;
      readonly scripts: WorkerScripts;
      readonly limits: Limits;
    }
  | { readonly kind: 'run'; readonly json: string; readonly mode: Mode };

export interface Limits {
  /** Milliseconds without a finished run. */
  readonly time: number;
  /** Bytes of the process beyond those it began with. */
  readonly memory: number;
}

/** To the worker, and back; `memory` comes once, before anything of the kernel runs. */
export type Order =
  | { readonly kind: 'load' }
  | { readonly kind: 'run'; readonly json: string; readonly mode: Mode };
export type Answer =
  | { readonly kind: 'memory'; readonly memory: SharedArrayBuffer }
  | { readonly kind: 'done'; readonly result: string };

/** Why the warden ended the worker. */
export type StopReason = 'time' | 'memory' | 'crash';

/** From the warden: one for each request. After `stopped` it is gone. */
export interface Reply {
  readonly stopped?: { readonly reason: StopReason; readonly phase: Phase };
  /** The load report, or a traced run's notes, as JSON. */
  readonly result: string;
  /** Logs one behind the other. Where a run was stopped, its unfinished log is the last. */
  readonly words: Uint32Array;
  readonly lengths: readonly number[];
  readonly texts: readonly (readonly [run: number, text: string])[];
  /** The first characters that the kernel printed, and how many it has printed. */
  readonly output: string;
  readonly printed: number;
}
